// The page's handle of the worker in which an edited model lives. A worker that hangs or is damaged is ended, and the
// next model gets a new one.

import { WebsimError } from '../errors';
import type { WorkerLike } from '../ranks/rank_client';
import type {
  FromScene,
  LoadedModel,
  ModelText,
  SceneOrder,
  SceneRequest,
  SceneState,
} from './scene_protocol';

/** A model that takes longer is too large to train. */
const LOAD_MS = 15_000;
/** A step of a model that plays is a matter of milliseconds. */
const SILENCE_MS = 5_000;

export interface MujocoFiles {
  loader: string;
  mujoco: WebAssembly.Module;
  physics: WebAssembly.Module;
}

type Body<T> = T extends { id: number } ? Omit<T, 'id'> : never;

interface Pending {
  resolve(result: LoadedModel | null): void;
  reject(error: WebsimError): void;
}

/** Dispatches 'state' (CustomEvent<SceneState>) and 'failure' (CustomEvent<string>), after which nothing plays. */
export class SceneClient extends EventTarget {
  #worker: WorkerLike | null = null;
  #booted: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #playing = false;
  #silence: ReturnType<typeof setTimeout> | undefined;
  readonly #pending = new Map<number, Pending>();

  constructor(
    private readonly files: () => Promise<MujocoFiles>,
    private readonly createWorker: () => WorkerLike = startWorker,
  ) {
    super();
  }

  /** Rejects with MuJoCo's message when the model cannot be loaded; the one before stays, where its worker lives. */
  async load(model: ModelText): Promise<LoadedModel> {
    await this.#boot();
    return (await this.#request({ type: 'load', ...model })) as LoadedModel;
  }

  order(order: SceneOrder): void {
    if (order.type === 'play') {
      this.#playing = order.playing;
      this.#listen();
    }
    this.#worker?.postMessage(order);
  }

  close(): void {
    this.#end('was closed');
  }

  async #boot(): Promise<void> {
    if (!this.#worker) {
      const files = await this.files();
      if (!this.#worker) {
        const worker = this.createWorker();
        this.#worker = worker;
        worker.addEventListener('message', (event) => {
          if (worker === this.#worker) this.#receive((event as MessageEvent).data);
        });
        worker.addEventListener('error', (event) =>
          this.#end(`stopped: ${(event as ErrorEvent).message || 'it cannot be loaded'}`),
        );
        this.#booted = this.#request({ type: 'boot', ...files });
        this.#booted.catch(() => this.#end('could not start'));
      }
    }
    await this.#booted;
  }

  #request(body: Body<SceneRequest>): Promise<LoadedModel | null> {
    const worker = this.#worker;
    // It has ended since it was booted.
    if (!worker) return Promise.reject(new WebsimError("The model's worker is gone; try again."));
    this.#lastId++;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end(`took longer than ${LOAD_MS / 1000} s`), LOAD_MS);
      const settle = () => {
        clearTimeout(timer);
        this.#pending.delete(id);
        this.#listen();
      };
      this.#pending.set(id, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      worker.postMessage({ id, ...body });
      this.#listen();
    });
  }

  #receive(message: FromScene): void {
    switch (message.type) {
      case 'reply':
        this.#pending.get(message.id)?.resolve(message.result);
        break;
      case 'error':
        this.#pending.get(message.id)?.reject(new WebsimError(message.message));
        if (message.damaged) this.#end('was damaged by a model');
        break;
      case 'state':
        this.#listen();
        this.dispatchEvent(new CustomEvent<SceneState>('state', { detail: message }));
        break;
      case 'failure':
        this.#end(`cannot go on: ${message.message}`);
        break;
    }
  }

  /** Starts the wait for the next sign of life anew. */
  #listen(): void {
    clearTimeout(this.#silence);
    // While a model compiles nothing plays; a request has a deadline of its own.
    if (!this.#playing || !this.#worker || this.#pending.size > 0) return;
    this.#silence = setTimeout(() => this.#end('stopped answering'), SILENCE_MS);
  }

  /** `fault` completes the sentence "The model's worker ...". */
  #end(fault: string): void {
    if (!this.#worker) return;
    this.#worker.terminate();
    this.#worker = null;
    clearTimeout(this.#silence);
    const message = `The model's worker ${fault}; it was ended, and the next change of the text starts a new one.`;
    for (const { reject } of [...this.#pending.values()]) reject(new WebsimError(message));
    this.dispatchEvent(new CustomEvent('failure', { detail: message }));
  }
}

function startWorker(): WorkerLike {
  return new Worker(new URL('./scene_lab.worker.ts', import.meta.url), {
    type: 'module',
    name: 'scene',
  });
}
