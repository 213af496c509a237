// The module `websim_host`: what a rank's Python sees of its worker. Names and arguments are those of
// docs/architecture.md; all addresses are in Pyodide's heap.

import type { Mujoco } from '../physics/mujoco';
import { PhysicsEngine } from '../physics/physics_engine';
import type { Python } from '../runtime/python';
import type { RunLink } from './run_link';

export class Host {
  /** The run that the rank takes part in. */
  link: RunLink | null = null;
  private readonly engines = new Map<number, PhysicsEngine>();
  private lastId = 0;

  constructor(
    private readonly python: Python,
    private readonly mujoco: Mujoco,
    private readonly cores: number,
  ) {}

  /** The object to register as `websim_host`. */
  module(): object {
    return {
      engine_open: (xmls: string[], assets: Record<string, Uint8Array>, numEnvs: number) =>
        this.openEngine(xmls, assets, numEnvs),
      engine_infos: (id: number) => JSON.stringify(this.engine(id).infos),
      engine_programs: (
        id: number,
        programs: [number, number][],
        obsDim: number,
        signalDim: number,
        rowSize: number,
        perEpisode: boolean,
      ) => this.engine(id).setPrograms(programs, obsDim, signalDim, rowSize, perEpisode),
      engine_step: (id: number, actions: number, obs: number, signals: number, flags: number) =>
        this.engine(id).step(actions, obs, signals, flags),
      engine_reset: (
        id: number,
        mask: number,
        episodes: number,
        seedLo: number,
        seedHi: number,
        firstEnv: number,
        obs: number,
        signals: number,
      ) => this.engine(id).reset(mask, episodes, seedLo, seedHi, firstEnv, obs, signals),
      engine_set_state: (
        id: number,
        qpos: number,
        qvel: number,
        obs: number,
        signals: number,
        first: number,
        count: number,
      ) => this.engine(id).setState(qpos, qvel, obs, signals, first, count),
      engine_get_state: (id: number, qpos: number, qvel: number) =>
        this.engine(id).getState(qpos, qvel),
      engine_get_rows: (id: number, rows: number, first: number, count: number) =>
        this.engine(id).getRows(rows, first, count),
      engine_set_rows: (id: number, rows: number, first: number, count: number) =>
        this.engine(id).setRows(rows, first, count),
      engine_push: (id: number, env: number, wrench: number) => this.engine(id).push(env, wrench),
      engine_returns: (id: number, returns: number, agents: number) =>
        this.engine(id).watchReturns(returns, agents),
      engine_close: (id: number) => this.closeEngine(id),
      gather: (local: number, out: number, nbytes: number, sequence: number, tag: string) =>
        this.gather(local, out, nbytes, sequence, tag),
      pulse: () => (this.link?.pulse() ? 1 : 0),
      net_library: () => this.python.netLibrary,
      cores: () => this.cores,
    };
  }

  /** Draws the followed robot as somebody asks to see it since the last step. */
  redraw(): void {
    for (const engine of this.engines.values()) engine.redraw();
  }

  /** Draws it once more before the run's engines close, with all that a view may draw over it later. */
  recordLast(): void {
    for (const engine of this.engines.values()) engine.recordLast();
  }

  /** Frees what a failed run has left open. */
  closeEngines(): void {
    for (const id of [...this.engines.keys()]) this.closeEngine(id);
  }

  private openEngine(xmls: string[], assets: Record<string, Uint8Array>, numEnvs: number): number {
    const heap = () => this.python.heap;
    const open = () => new PhysicsEngine(this.mujoco, heap, this.link, xmls, assets, numEnvs);
    // MuJoCo may take seconds to compile a model that a run is given while it goes on.
    const engine = this.link ? this.link.rest(open) : open();
    this.lastId++;
    this.engines.set(this.lastId, engine);
    return this.lastId;
  }

  private closeEngine(id: number): void {
    this.engines.get(id)?.close();
    this.engines.delete(id);
  }

  private engine(id: number): PhysicsEngine {
    const engine = this.engines.get(id);
    if (!engine) throw new Error(`engine ${id} is not open`);
    return engine;
  }

  private gather(
    local: number,
    out: number,
    nbytes: number,
    sequence: number,
    tag: string,
  ): string {
    if (!this.link) throw new Error(`collective "${tag}" outside of a run`);
    const { heap } = this.python;
    return this.link.gather(
      heap.subarray(local, local + nbytes),
      heap.subarray(out),
      sequence,
      tag,
      () => this.redraw(),
    );
  }
}
