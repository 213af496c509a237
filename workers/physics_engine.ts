// The JS half of websim's Engine: B state rows of one model in MuJoCo's memory. Arrays of the caller
// live in another memory (Pyodide's); addresses named `...At` are in that one, and arrays are copied.

import type { MjData, MjModel } from '@mujoco/mujoco';
import { ReleasedError } from './errors';
import type { FrameWriter } from './frames';
import type { Kernels, Mujoco } from './mujoco';

/** Facts of a model that Python needs to compile a task; `engine/model.py` has the same fields. */
export interface ModelInfo {
  nq: number;
  nv: number;
  nu: number;
  na: number;
  ngeom: number;
  state_size: number;
  timestep: number;
  ctrlrange: number[][];
  ctrllimited: boolean[];
  qpos0: number[];
}

const F64 = 8;
const F32 = 4;
const U32 = 4;

/** Rows of one kernel call. The largest batches take seconds, and Stop is to be answered sooner. */
const ROWS_PER_CALL = 256;

/** What the engine needs of a run. */
export interface EngineLink {
  readonly frames: FrameWriter;
  /** "I am alive"; true when the run is to end. */
  pulse(): boolean;
}

/** A block of MuJoCo's memory. */
interface Block {
  address: number;
  nbytes: number;
}

export class PhysicsEngine {
  readonly info: ModelInfo;
  private readonly model: MjModel;
  private readonly data: MjData;
  private readonly m: number;
  private readonly d: number;
  private readonly blocks: Block[] = [];
  private readonly rows: Block;
  private readonly flags: Block;
  private readonly actions: Block;
  private readonly mask: Block;
  private readonly episodes: Block;
  private readonly qpos: Block;
  private readonly qvel: Block;
  private readonly poses: Block;
  private program: Block | null = null;
  private obs: Block | null = null;
  private signals: Block | null = null;
  private firstEnv = 0;

  /** `caller`: live view of the memory of the calls' addresses. */
  constructor(
    private readonly mujoco: Mujoco,
    private readonly caller: () => Uint8Array,
    private readonly link: EngineLink | null,
    xml: string,
    private readonly numEnvs: number,
  ) {
    this.model = mujoco.loadModel(xml);
    this.data = mujoco.call(() => new mujoco.bindings.MjData(this.model));
    this.m = mujoco.address(this.model);
    this.d = mujoco.address(this.data);
    this.info = modelInfo(
      this.model,
      mujoco.call((k) => k.ws_state_size(this.m)),
    );
    const { nq, nv, nu, ngeom, state_size } = this.info;
    try {
      this.rows = this.block(numEnvs * state_size * F64);
      this.flags = this.block(numEnvs);
      this.actions = this.block(numEnvs * nu * F32);
      this.mask = this.block(numEnvs);
      this.episodes = this.block(numEnvs * U32);
      this.qpos = this.block(numEnvs * nq * F64);
      this.qvel = this.block(numEnvs * nv * F64);
      this.poses = this.block(ngeom * 12 * F32);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Sets the compiled task; its format is in `wasm_build/kernels/program.h`. */
  setProgram(programAt: number, nbytes: number, obsDim: number, signalDim: number): void {
    this.program = this.block(nbytes);
    this.obs = this.block(this.numEnvs * obsDim * F32);
    this.signals = this.block(this.numEnvs * signalDim * F64);
    this.copyIn(this.program, programAt);
  }

  step(actionsAt: number, obsAt: number, signalsAt: number, flagsAt: number): void {
    const { obs, signals } = this.task();
    this.copyIn(this.actions, actionsAt);
    for (let first = 0; first < this.numEnvs; first += ROWS_PER_CALL) {
      if (first > 0 && this.link?.pulse()) throw new ReleasedError('stop');
      const count = Math.min(ROWS_PER_CALL, this.numEnvs - first);
      this.mujoco.call((k) => this.stepRows(k, first, count));
    }
    this.copyOut(obsAt, obs);
    this.copyOut(signalsAt, signals);
    this.copyOut(flagsAt, this.flags);
    this.recordPose();
  }

  reset(
    maskAt: number,
    episodesAt: number,
    seedLo: number,
    seedHi: number,
    firstEnv: number,
    obsAt: number,
  ): void {
    const { program, obs } = this.task();
    this.firstEnv = firstEnv;
    this.copyIn(this.mask, maskAt);
    this.copyIn(this.episodes, episodesAt);
    // Rows that are not reset keep the caller's observation, so the kernel writes over a copy of it.
    this.copyIn(obs, obsAt);
    this.mujoco.call((k) => {
      k.ws_reset(
        this.rows.address,
        obs.address,
        this.mask.address,
        this.episodes.address,
        seedLo,
        seedHi,
        this.m,
        this.d,
        program.address,
        firstEnv,
        this.numEnvs,
      );
    });
    this.copyOut(obsAt, obs);
  }

  setState(qposAt: number, qvelAt: number, obsAt: number): void {
    const { program, obs } = this.task();
    this.copyIn(this.qpos, qposAt);
    this.copyIn(this.qvel, qvelAt);
    this.mujoco.call((k) => {
      k.ws_set_state(
        this.rows.address,
        obs.address,
        this.qpos.address,
        this.qvel.address,
        this.m,
        this.d,
        program.address,
        this.numEnvs,
      );
    });
    this.copyOut(obsAt, obs);
  }

  getState(qposAt: number, qvelAt: number): void {
    this.mujoco.call((k) => {
      k.ws_get_state(
        this.qpos.address,
        this.qvel.address,
        this.rows.address,
        this.m,
        this.d,
        this.numEnvs,
      );
    });
    this.copyOut(qposAt, this.qpos);
    this.copyOut(qvelAt, this.qvel);
  }

  getRows(rowsAt: number): void {
    this.copyOut(rowsAt, this.rows);
  }

  setRows(rowsAt: number): void {
    this.copyIn(this.rows, rowsAt);
  }

  close(): void {
    for (const block of this.blocks.splice(0)) this.mujoco.free(block.address);
    this.data.delete();
    this.model.delete();
  }

  private stepRows(kernels: Kernels, first: number, count: number): void {
    const { program, obs, signals } = this.task();
    const at = (block: Block) => block.address + first * (block.nbytes / this.numEnvs);
    kernels.ws_step(
      at(this.rows),
      at(obs),
      at(signals),
      at(this.flags),
      at(this.actions),
      this.m,
      this.d,
      program.address,
      count,
    );
  }

  /** Writes the poses [G, 12] of the followed environment, if it is one of this engine's. */
  private recordPose(): void {
    const frames = this.link?.frames;
    if (!frames) return;
    const row = frames.focus - this.firstEnv;
    if (row < 0 || row >= this.numEnvs) return;
    const rowAddress = this.rows.address + row * this.info.state_size * F64;
    this.mujoco.call((k) => k.ws_poses(this.poses.address, rowAddress, this.m, this.d));
    const { address, nbytes } = this.poses;
    frames.write(new Float32Array(this.mujoco.heap.buffer, address, nbytes / F32));
  }

  private task(): { program: Block; obs: Block; signals: Block } {
    const { program, obs, signals } = this;
    if (!program || !obs || !signals) throw new Error('engine_program must come before this call');
    return { program, obs, signals };
  }

  private block(nbytes: number): Block {
    const block = { address: this.mujoco.allocate(nbytes), nbytes };
    this.blocks.push(block);
    return block;
  }

  private copyIn(to: Block, fromAt: number): void {
    this.mujoco.heap.set(this.caller().subarray(fromAt, fromAt + to.nbytes), to.address);
  }

  private copyOut(toAt: number, from: Block): void {
    const { address, nbytes } = from;
    this.caller().set(this.mujoco.heap.subarray(address, address + nbytes), toAt);
  }
}

function modelInfo(model: MjModel, stateSize: number): ModelInfo {
  const range: number[] = Array.from(model.actuator_ctrlrange);
  return {
    nq: model.nq,
    nv: model.nv,
    nu: model.nu,
    na: model.na,
    ngeom: model.ngeom,
    state_size: stateSize,
    timestep: model.opt.timestep,
    ctrlrange: Array.from({ length: model.nu }, (_, i) => range.slice(2 * i, 2 * i + 2)),
    ctrllimited: Array.from({ length: model.nu }, (_, i) => isControlLimited(model, i)),
    qpos0: Array.from(model.qpos0),
  };
}

/** The bindings have no type for `model.actuator_ctrllimited` as an array; an actuator's own works. */
function isControlLimited(model: MjModel, actuator: number): boolean {
  const accessor = model.actuator(actuator);
  try {
    return Boolean(accessor.ctrllimited);
  } finally {
    accessor.delete();
  }
}
