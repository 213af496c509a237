// Runs a notebook's cells in a worker of its own, one at a time, with what they import.

import { asError, isPythonError, pythonMessage, WebsimError } from '../errors';
import type { LoadedAssets, LoadStage } from '../ranks/protocol';
import type { Endpoint } from '../ranks/rank';
import { loadTogether } from '../runtime/assets';
import type { LabModule } from './lab_module';
import type { FromLab, LabOrder, LabRequest, LabResults } from './lab_protocol';

/** What is needed of `RankRuntime`. */
export interface LabRuntime {
  readonly lab: LabModule;
  /** Why MuJoCo cannot be used any more. */
  readonly damage: string | null;
  setInterruptBuffer(buffer: SharedArrayBuffer | null): void;
}

export type BootLab = (
  assets: LoadedAssets,
  cores: number,
  onStage: (stage: LoadStage) => void,
) => Promise<LabRuntime>;

/** Modules without which these are of little use, though they import them only when asked to. */
const COMPANIONS: Record<string, string[]> = { websim: ['gymnasium'] };
/** What a cell trains has this worker alone. */
const RANKS = 1;
const WHEEL_TOOLS = ['micropip', 'packaging'];
/** Why the site may not have a package. */
const INCOMPLETE =
  'its list of Python packages names it, so files are missing; build the site again';

export class LabKernel {
  #runtime: LabRuntime | null = null;
  #base: URL | null = null;
  /** Names of all files of the site's runtime. */
  #files = new Set<string>();
  #interrupt: Int32Array | null = null;
  /** The cell that has come was interrupted before it could run. */
  #stopped = false;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly boot: BootLab,
  ) {
    endpoint.addEventListener('message', ({ data }) => {
      if ('id' in data) void this.#answer(data as LabRequest);
      else this.#order(data as LabOrder);
    });
  }

  async #answer(request: LabRequest): Promise<void> {
    const { id } = request;
    try {
      const result = await this.#do(request);
      const damage = this.#runtime?.damage;
      if (damage) throw new Error(`MuJoCo was damaged by a model: ${damage}`);
      this.#post({ type: 'reply', id, result });
    } catch (thrown) {
      const error = asError(thrown);
      const python = isPythonError(error);
      const message = python ? pythonMessage(error.message, error.type) : error.message;
      // What is wrong with a wheel is told by Python, what is wrong with a download by the assets.
      const damaged = request.type === 'run' && !python && !(error instanceof WebsimError);
      this.#post({ type: 'error', id, message, damaged });
    }
  }

  async #do(request: LabRequest): Promise<LabResults[keyof LabResults]> {
    if (request.type === 'boot') {
      this.#base = new URL(request.base);
      this.#files = new Set(Object.keys(request.assets));
      this.#runtime = await this.boot(request.assets, RANKS, (stage) =>
        this.#post({ type: 'stage', stage }),
      );
      this.#interrupt = request.interrupt && new Int32Array(request.interrupt, 0, 1);
      this.#runtime.setInterruptBuffer(request.interrupt);
      return null;
    }
    if (!this.#runtime) throw new Error('the worker is not booted yet');
    const { lab } = this.#runtime;
    if (request.type === 'wheel') {
      await this.#provide(lab, WHEEL_TOOLS, []);
      return lab.installWheel(request.name, request.bytes);
    }
    this.#stopped = false;
    const modules = lab.imports(request.source);
    await this.#provide(
      lab,
      modules.flatMap((name) => [name, ...(COMPANIONS[name] ?? [])]),
      // A site may be built without them: then Python says so where the robot is used.
      lab.robots(request.source).filter((name) => this.#files.has(name)),
    );
    if (this.#stopped) throw new WebsimError('The cell was interrupted while its packages came.');
    return lab.run(request.source, request.number, (event) =>
      this.#post({ type: 'output', ...event }),
    );
  }

  /** Downloads what the modules and robots need that is not there yet. */
  async #provide(lab: LabModule, modules: readonly string[], robots: string[]): Promise<void> {
    const files = [...lab.missing(modules), ...robots];
    if (files.length === 0) return;
    const progress = (loadedBytes: number, totalBytes: number) =>
      this.#post({ type: 'download', loadedBytes, totalBytes });
    const loaded = await loadTogether(this.#base!, files, progress, INCOMPLETE);
    for (const name of robots) lab.addRobot(name, loaded[name]!);
    await lab.install(loaded);
  }

  /** Arrives only where the cell has let the worker's event loop go: it waits, or has ended. */
  #order(_order: LabOrder): void {
    if (this.#interrupt) Atomics.store(this.#interrupt, 0, 0);
    this.#stopped = true;
    this.#runtime?.lab.cancel();
  }

  #post(message: FromLab): void {
    this.endpoint.postMessage(message);
  }
}
