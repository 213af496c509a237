// The page's handle of the Lab's worker: starts it when it is first needed, interrupts it, and ends it where that does
// not help.

import { WebsimError } from '../errors';
import type { LoadedAssets, LoadStage } from '../ranks/protocol';
import type { WorkerLike } from '../ranks/rank_client';
import type { FromLab, LabEvent, LabRequest, LabResults } from './lab_protocol';

const BOOT_MS = 120_000;
/** How long a cell may go on after it was interrupted, before a restart is offered. */
const PATIENCE_MS = 4000;

export interface LabFiles {
  assets: LoadedAssets;
  base: string;
}

type Body<T extends LabRequest['type']> = Omit<Extract<LabRequest, { type: T }>, 'id' | 'type'>;

interface Pending {
  resolve(result: unknown): void;
  reject(error: WebsimError): void;
}

/**
 * Dispatches 'stage' (CustomEvent<LoadStage>) and 'download' (CustomEvent<{ loadedBytes, totalBytes }>), 'stuck' when an
 * interrupted cell goes on, and 'end' (CustomEvent<string>) with the reason when the worker has ended by itself.
 */
export class LabClient extends EventTarget {
  #worker: WorkerLike | null = null;
  #booted: Promise<unknown> | null = null;
  #interrupt: Int32Array | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #onOutput: (event: LabEvent) => void = () => {};
  #lastId = 0;
  /** A cell waits for Python to start; whether it is still wanted. */
  #waiting: { wanted: boolean } | null = null;
  readonly #pending = new Map<number, Pending>();

  constructor(
    private readonly files: () => Promise<LabFiles>,
    /** Whether memory can be shared: else an interrupt restarts Python. */
    readonly interruptible: boolean,
    private readonly createWorker: () => WorkerLike = startWorker,
  ) {
    super();
  }

  /** Resolves when Python is there. */
  boot(): Promise<unknown> {
    if (this.#booted) return this.#booted;
    const booted = this.#start();
    this.#booted = booted;
    booted.catch(() => {
      if (this.#booted === booted) this.#booted = null;
    });
    return booted;
  }

  /** Whether the cell came to its end; rejects when its worker was ended. */
  async run(source: string, number: number, onOutput: (event: LabEvent) => void): Promise<boolean> {
    const waiting = { wanted: true };
    this.#waiting = waiting;
    try {
      await this.boot();
    } finally {
      this.#waiting = null;
    }
    if (!waiting.wanted) throw new WebsimError('The cell was interrupted before Python was there.');
    this.#onOutput = onOutput;
    if (this.#interrupt) Atomics.store(this.#interrupt, 0, 0);
    try {
      return await this.#request('run', { source, number });
    } finally {
      clearTimeout(this.#patience);
    }
  }

  /** A sentence; rejects with what is wrong with the wheel. */
  async installWheel(name: string, bytes: ArrayBuffer): Promise<string> {
    await this.boot();
    return this.#request('wheel', { name, bytes });
  }

  /** Raises KeyboardInterrupt in the cell that runs. */
  interrupt(): void {
    if (this.#waiting) {
      this.#waiting.wanted = false;
      return;
    }
    if (!this.#interrupt) return;
    Atomics.store(this.#interrupt, 0, 2);
    this.#worker?.postMessage({ type: 'interrupt' });
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.dispatchEvent(new Event('stuck')), PATIENCE_MS);
  }

  /** Ends Python with all that it has; the next cell starts another. `reason`: what the cell that runs is told. */
  end(reason: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#booted = null;
    clearTimeout(this.#patience);
    const error = new WebsimError(reason);
    for (const { reject } of [...this.#pending.values()]) reject(error);
    this.#pending.clear();
  }

  async #start(): Promise<void> {
    const files = await this.files();
    const worker = this.createWorker();
    this.#worker = worker;
    worker.addEventListener('message', (event) => {
      if (worker === this.#worker) this.#receive((event as MessageEvent).data);
    });
    worker.addEventListener('error', (event) => {
      if (worker === this.#worker) this.#fail(`stopped: ${(event as ErrorEvent).message}`);
    });
    const interrupt = this.interruptible ? new SharedArrayBuffer(4) : null;
    this.#interrupt = interrupt && new Int32Array(interrupt);
    const slow = setTimeout(() => this.#fail('did not start'), BOOT_MS);
    try {
      await this.#request('boot', { ...files, interrupt });
    } catch (error) {
      if (worker === this.#worker) this.end('Python could not start.');
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  #request<T extends LabRequest['type']>(type: T, body: Body<T>): Promise<LabResults[T]> {
    this.#lastId++;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#worker?.postMessage({ id, type, ...body });
    });
  }

  #receive(message: FromLab): void {
    switch (message.type) {
      case 'reply':
        this.#pending.get(message.id)?.resolve(message.result);
        this.#pending.delete(message.id);
        break;
      case 'error':
        if (message.damaged) {
          this.#fail(`cannot go on: ${message.message}`);
          break;
        }
        this.#pending.get(message.id)?.reject(new WebsimError(message.message));
        this.#pending.delete(message.id);
        break;
      case 'output':
        this.#onOutput(message);
        break;
      case 'stage':
        this.dispatchEvent(new CustomEvent<LoadStage>('stage', { detail: message.stage }));
        break;
      case 'download': {
        const { loadedBytes, totalBytes } = message;
        this.dispatchEvent(new CustomEvent('download', { detail: { loadedBytes, totalBytes } }));
        break;
      }
    }
  }

  /** `fault` completes the sentence "Python ...". */
  #fail(fault: string): void {
    const reason = `Python ${fault.replace(/\.$/, '')}; its variables are gone, and the next cell that runs starts it anew.`;
    this.end(reason);
    this.dispatchEvent(new CustomEvent('end', { detail: reason }));
  }
}

function startWorker(): WorkerLike {
  return new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'lab' });
}
