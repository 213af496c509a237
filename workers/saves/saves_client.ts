// The page's handle of the saves worker.

import { WebsimError } from '../errors';
import type { WorkerLike } from '../ranks/rank_client';
import type { SavesReply, SavesRequest, SavesResult } from './saves_protocol';

type Body<T extends SavesRequest['type']> = Omit<
  Extract<SavesRequest, { type: T }>,
  'call' | 'type'
>;

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** A disk can be slow, and a run that remembers millions of steps large. */
const ANSWER_S = 120;

/** An error of the browser's, such as a full disk: `kind` is its name. */
export class SavesError extends WebsimError {
  constructor(
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

export class SavesClient {
  private lastCall = 0;
  private readonly pending = new Map<number, Pending>();
  private death: WebsimError | null = null;

  constructor(private readonly worker: WorkerLike) {
    worker.addEventListener('message', (event) => this.receive((event as MessageEvent).data));
    worker.addEventListener('error', (event) => {
      this.end(`its worker stopped: ${(event as ErrorEvent).message || 'it cannot be loaded'}`);
    });
  }

  static start(): SavesClient {
    // In one expression: the build looks for it.
    const worker = new Worker(new URL('./saves.worker.ts', import.meta.url), {
      type: 'module',
      name: 'saves',
    });
    return new SavesClient(worker);
  }

  request<T extends SavesRequest['type']>(
    type: T,
    body: Body<T>,
    transfer: Transferable[] = [],
  ): Promise<SavesResult[T]> {
    if (this.death) return Promise.reject(this.death);
    this.lastCall++;
    const call = this.lastCall;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.end(`"${type}" was not answered within ${ANSWER_S} s`),
        1000 * ANSWER_S,
      );
      this.pending.set(call, { resolve: resolve as Pending['resolve'], reject, timer });
      this.worker.postMessage({ call, type, ...body }, transfer);
    });
  }

  private receive(reply: SavesReply): void {
    const request = this.pending.get(reply.call);
    if (!request) return;
    this.pending.delete(reply.call);
    clearTimeout(request.timer);
    if ('result' in reply) request.resolve(reply.result);
    else request.reject(new SavesError(reply.error.name, reply.error.message));
  }

  private end(reason: string): void {
    this.worker.terminate();
    this.death = new SavesError(
      'dead',
      `Runs can no longer be saved: ${reason}; load the page again.`,
    );
    // Who saves next is told too, but that may be never.
    if (this.pending.size === 0) reportError(this.death);
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(this.death);
    }
    this.pending.clear();
  }
}
