// The page's handle of one rank's worker: requests with an id, a deadline and a rejection.

import { WebsimError } from '../errors';
import type { RankEvent, Reply, Request, RequestResult } from './protocol';

/** What the client needs of a `Worker`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  terminate(): void;
}

type Body<T extends Request['type']> = Omit<Extract<Request, { type: T }>, 'id' | 'type'>;

interface Pending {
  resolve(result: unknown): void;
  reject(error: WebsimError): void;
  timer: ReturnType<typeof setTimeout>;
}

export class RankClient {
  /** Why the worker is gone; null while it lives. */
  death: WebsimError | null = null;
  /** Receives what the worker says unasked. */
  onEvent: (event: RankEvent) => void = () => {};
  /** Called once, after all pending requests are rejected; true: it tells the user. */
  onDeath: (reason: WebsimError) => boolean = () => false;
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();

  constructor(
    readonly rank: number,
    readonly worker: WorkerLike,
    /** The interrupt word that the worker is booted with. */
    readonly interruptBuffer: SharedArrayBuffer | null,
  ) {
    worker.addEventListener('message', (event) => this.receive((event as MessageEvent).data));
    worker.addEventListener('messageerror', () => this.fail('sent what cannot be read'));
    worker.addEventListener('error', (event) => {
      const { message, filename } = event as ErrorEvent;
      this.fail(`stopped: ${message || `its script ${filename || ''} cannot be loaded`}`);
    });
  }

  /** `seconds`: the deadline, after which the request is rejected and the worker ended. */
  request<T extends Request['type']>(
    type: T,
    body: Body<T>,
    seconds: number,
  ): Promise<RequestResult[T]> {
    if (this.death) return Promise.reject(this.death);
    this.lastId++;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.terminate(`did not answer "${type}" within ${seconds} s`),
        1000 * seconds,
      );
      this.pending.set(id, { resolve: resolve as Pending['resolve'], reject, timer });
      this.worker.postMessage({ id, type, ...body });
    });
  }

  /** Raises KeyboardInterrupt in the rank's Python, when the page is isolated. */
  interrupt(): void {
    if (this.interruptBuffer) Atomics.store(new Int32Array(this.interruptBuffer), 0, 2);
  }

  /** Ends the worker. `fault` completes the sentence "rank 1 ...". Returns whether somebody waited for it. */
  terminate(fault: string): boolean {
    if (this.death) return true;
    const awaited = this.pending.size > 0;
    this.worker.terminate();
    this.death = new WebsimError(
      `Rank ${this.rank} ${fault}; its worker was ended, and the next start makes a new one.`,
    );
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(this.death);
    }
    this.pending.clear();
    return this.onDeath(this.death) || awaited;
  }

  /** The same because of what happened in it: the page is told where nobody waited. */
  private fail(fault: string): void {
    if (!this.terminate(fault)) reportError(this.death);
  }

  private receive(message: Reply | RankEvent): void {
    if (message.type !== 'reply' && message.type !== 'error') {
      this.onEvent(message);
      return;
    }
    const request = this.pending.get(message.id);
    if (!request) return;
    this.pending.delete(message.id);
    clearTimeout(request.timer);
    if (message.type === 'reply') request.resolve(message.result);
    else {
      request.reject(WebsimError.fromRank(message.error));
      // Who waited for the request is told first what was wrong with it.
      if (message.damage) setTimeout(() => this.terminate(`was damaged: ${message.damage}`));
    }
  }
}
