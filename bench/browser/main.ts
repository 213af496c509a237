// The measuring page, driven by bench/*.py through `window.physics` and `window.python`.

import { SharedMemory } from '../../workers/ranks/shared_memory';
import type { Job, PhysicsOrder, PythonOrder } from './orders';
import { Team } from './team';

const physicsTeam = new Team<PhysicsOrder>(
  () => new Worker(new URL('./physics.worker.ts', import.meta.url), { type: 'module' }),
  (assets) => ({ type: 'boot', assets }),
);

const physics = {
  /** One job a rank; resolves to each rank's observations after the first control step. */
  open(jobs: Job[]): Promise<unknown[]> {
    return physicsTeam.all(jobs.map((job) => ({ type: 'open', job })));
  },

  /** The first `ranks` workers at once, each through all its actions `passes` times; seconds until the last was done. */
  async run(ranks: number, passes: number): Promise<number> {
    const start = performance.now();
    await physicsTeam.all(Array.from({ length: ranks }, () => ({ type: 'run', passes })));
    return (performance.now() - start) / 1000;
  },
};

let modules: Record<string, string> = {};
const pythonTeam = new Team<PythonOrder>(
  () => new Worker(new URL('./python.worker.ts', import.meta.url), { type: 'module' }),
  (assets) => ({ type: 'boot', assets, cores: navigator.hardwareConcurrency, modules }),
);

const python = {
  /** Texts of modules by name, which every rank has from its first call on. */
  define(texts: Record<string, string>): void {
    modules = texts;
  },

  /** Makes the first `ranks` workers one run, whose scene has `geoms` geoms. */
  link(ranks: number, geoms: number): Promise<unknown[]> {
    const shared = SharedMemory.create(ranks, geoms).buffer;
    return pythonTeam.all(
      Array.from({ length: ranks }, (_, rank) => ({ type: 'link', shared, rank })),
    );
  },

  /** Calls a function in all ranks at once; `args`: for each rank. */
  call(module: string, name: string, args: unknown[][]): Promise<unknown[]> {
    return pythonTeam.all(args.map((own) => ({ type: 'call', module, name, args: own })));
  },
};

declare global {
  interface Window {
    physics: typeof physics;
    python: typeof python;
  }
}

Object.assign(window, { physics, python });
