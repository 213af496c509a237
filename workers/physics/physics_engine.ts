// The JS half of websim's Engine: B state rows of one model in MuJoCo's memory. Arrays of the caller
// live in another memory (Pyodide's); addresses named `...At` are in that one, and arrays are copied.

import type { MjData, MjModel } from '@mujoco/mujoco';
import { ReleasedError } from '../errors';
import type { CrowdWriter } from '../ranks/crowd';
import { CrowdPace } from '../ranks/crowd_pace';
import type { FrameWriter } from '../ranks/frames';
import { type ModelInfo, modelInfo } from './model_info';
import type { Kernels, Mujoco } from './mujoco';
import type { HandReader } from './pull';
import { Pushes } from './pushes';
import { type SceneLayout, sceneLayout } from './scene_layout';

const F64 = 8;
const F32 = 4;
const U32 = 4;
/** Fields of the kernel's World: addresses of model, data and program. */
const WORLD_FIELDS = 3;
/** Of a geom: position (3), rotation matrix (9). */
const POSE_FLOATS = 12;

/** Rows of one kernel call. The largest batches take seconds, and Stop is to be answered sooner. */
const ROWS_PER_CALL = 256;

/** Of one call that computes poses of the crowd. */
const CROWD_ROWS_PER_CALL = 32;

/** What the engine needs of a run. */
export interface EngineLink {
  readonly frames: FrameWriter;
  readonly crowd: CrowdWriter | null;
  readonly hand: HandReader | null;
  /** "I am alive"; true when the run is to end. */
  pulse(): boolean;
}

/** A block of MuJoCo's memory. */
interface Block {
  address: number;
  nbytes: number;
}

/** A variant of the task's world. */
interface World {
  model: MjModel;
  data: MjData;
  info: ModelInfo;
}

/** What the engine keeps of a task: its compiled programs, and the arrays of its environments. */
interface Task {
  worlds: Block;
  rows: Block;
  rowSize: number;
  perEpisode: boolean;
  obs: Block;
  signals: Block;
  flags: Block;
  actions: Block;
  mask: Block;
  episodes: Block;
  qpos: Block;
  qvel: Block;
  /** Of all geoms of the worlds that some environments are in. */
  poses: Block;
  /** Geoms of the largest world. */
  ngeom: number;
  /** Poses as the view has them. */
  frame: Float32Array;
  /** Of one row. */
  overlay: Block;
  layout: SceneLayout;
}

export class PhysicsEngine {
  private readonly worlds: World[] = [];
  private readonly blocks: Block[] = [];
  private task: Task | null = null;
  private firstEnv = 0;
  /** Of the caller's running returns [B, agents]. */
  private returns: { at: number; agents: number } | null = null;
  private readonly pace = new CrowdPace();
  /** What was to be seen when a frame was last due. */
  private seen: { focus: number; overlays: boolean } | null = null;
  private readonly pushes: Pushes;

  /** `xmls`: MJCF of each variant; `assets`: files that they name. `caller`: live view of the memory of the calls' addresses. */
  constructor(
    private readonly mujoco: Mujoco,
    private readonly caller: () => Uint8Array,
    private readonly link: EngineLink | null,
    xmls: readonly string[],
    assets: Record<string, Uint8Array>,
    private readonly numEnvs: number,
  ) {
    this.pushes = new Pushes(mujoco, numEnvs, (nbytes) => this.block(nbytes).address);
    try {
      for (const xml of xmls) this.worlds.push(this.openWorld(xml, assets));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Of each variant. */
  get infos(): ModelInfo[] {
    return this.worlds.map((world) => world.info);
  }

  /** Sets the compiled task of each variant; the format is in `wasm_build/kernels/program.h`. */
  setPrograms(
    programs: readonly (readonly [at: number, nbytes: number])[],
    obsDim: number,
    signalDim: number,
    rowSize: number,
    perEpisode: boolean,
  ): void {
    const { nq, nv, nu } = this.firstWorld.info;
    const ngeom = Math.max(...this.worlds.map(({ info }) => info.ngeom));
    const layout = sceneLayout(this.worlds.map(({ model }) => model));
    const n = this.numEnvs;
    const compiled = programs.map(([at, nbytes]) => {
      const block = this.block(nbytes);
      this.copyIn(block, at);
      return block.address;
    });
    this.task = {
      worlds: this.block(this.worlds.length * WORLD_FIELDS * U32),
      rows: this.block(n * rowSize * F64),
      rowSize,
      perEpisode,
      obs: this.block(n * obsDim * F32),
      signals: this.block(n * signalDim * F64),
      flags: this.block(n),
      actions: this.block(n * nu * F32),
      mask: this.block(n),
      episodes: this.block(n * U32),
      qpos: this.block(n * nq * F64),
      qvel: this.block(n * nv * F64),
      poses: this.block(CROWD_ROWS_PER_CALL * ngeom * POSE_FLOATS * F32),
      ngeom,
      frame: new Float32Array(layout.geoms * POSE_FLOATS),
      overlay: this.block(this.overlayFloats() * F32),
      layout,
    };
    const fields = this.worlds.flatMap(({ model, data }, i) => [
      this.mujoco.address(model),
      this.mujoco.address(data),
      compiled[i] as number,
    ]);
    const { address } = this.task.worlds;
    new Uint32Array(this.mujoco.heap.buffer, address, fields.length).set(fields);
  }

  step(actionsAt: number, obsAt: number, signalsAt: number, flagsAt: number): void {
    const { actions, obs, signals, flags } = this.opened;
    this.copyIn(actions, actionsAt);
    this.takeHand();
    let next = 0;
    for (const row of this.pushes.all) {
      this.stepAll(next, row);
      this.mujoco.call((k) => this.stepPushed(k, row));
      next = row + 1;
    }
    this.stepAll(next, this.numEnvs);
    this.copyOut(obsAt, obs);
    this.copyOut(signalsAt, signals);
    this.copyOut(flagsAt, flags);
    this.recordPose();
    this.recordCrowd();
  }

  reset(
    maskAt: number,
    episodesAt: number,
    seedLo: number,
    seedHi: number,
    firstEnv: number,
    obsAt: number,
    signalsAt: number,
  ): void {
    const task = this.opened;
    this.firstEnv = firstEnv;
    this.copyIn(task.mask, maskAt);
    this.copyIn(task.episodes, episodesAt);
    // The caller's observations of rows that are not reset stay as they are.
    this.copyIn(task.obs, obsAt);
    this.copyIn(task.signals, signalsAt);
    this.mujoco.call((k) => {
      k.ws_reset(
        task.rows.address,
        task.obs.address,
        task.signals.address,
        task.mask.address,
        task.episodes.address,
        seedLo,
        seedHi,
        task.worlds.address,
        this.worlds.length,
        task.perEpisode ? 1 : 0,
        firstEnv,
        this.numEnvs,
      );
    });
    this.copyOut(obsAt, task.obs);
    this.copyOut(signalsAt, task.signals);
  }

  /** Rows `first` to `first + count`; the addresses are those of these rows. */
  setState(
    qposAt: number,
    qvelAt: number,
    obsAt: number,
    signalsAt: number,
    first: number,
    count: number,
  ): void {
    const task = this.opened;
    const [qpos, qvel, obs, signals, rows] = [
      this.part(task.qpos, first, count),
      this.part(task.qvel, first, count),
      this.part(task.obs, first, count),
      this.part(task.signals, first, count),
      this.part(task.rows, first, count),
    ];
    this.copyIn(qpos, qposAt);
    this.copyIn(qvel, qvelAt);
    this.mujoco.call((k) => {
      k.ws_set_state(
        rows.address,
        obs.address,
        signals.address,
        qpos.address,
        qvel.address,
        task.worlds.address,
        count,
      );
    });
    this.copyOut(obsAt, obs);
    this.copyOut(signalsAt, signals);
  }

  getState(qposAt: number, qvelAt: number): void {
    const { qpos, qvel, rows, worlds } = this.opened;
    this.mujoco.call((k) => {
      k.ws_get_state(qpos.address, qvel.address, rows.address, worlds.address, this.numEnvs);
    });
    this.copyOut(qposAt, qpos);
    this.copyOut(qvelAt, qvel);
  }

  getRows(rowsAt: number, first: number, count: number): void {
    this.copyOut(rowsAt, this.part(this.opened.rows, first, count));
  }

  setRows(rowsAt: number, first: number, count: number): void {
    this.copyIn(this.part(this.opened.rows, first, count), rowsAt);
  }

  /** Between steps: writes the frame anew when another environment is followed since, or overlays are to be seen or not. */
  redraw(): void {
    const { frames } = this.link ?? {};
    if (!frames || !this.seen) return;
    const { focus, overlays } = this.seen;
    if (focus !== frames.focus || overlays !== frames.overlays) this.recordPose();
  }

  /** Before the engine closes: writes the frame once more, with the overlay that nobody can compute afterwards. */
  recordLast(): void {
    if (this.seen) this.recordPose(true);
  }

  /**
   * Between steps: writes the frame [G, 12] of the followed environment, if it is one of this engine's; with its overlay
   * where it is asked for, or `overlaid`.
   */
  recordPose(overlaid = false): void {
    const frames = this.link?.frames;
    if (!frames) return;
    const { focus, overlays } = frames;
    this.seen = { focus, overlays };
    const env = focus - this.firstEnv;
    if (env < 0 || env >= this.numEnvs) return;
    const { frame } = this.opened;
    this.computePoses(env, 1, frame);
    frames.write(frame, overlays || overlaid ? this.computeOverlay(env) : null);
  }

  /** Lets the wrench at that address act on a row in each step; 0: no longer. */
  push(env: number, wrenchAt: number): void {
    this.pushes.set(env, wrenchAt === 0 ? null : this.caller().subarray(wrenchAt));
  }

  /** Where the caller keeps the running returns [B, agents] f64, as long as the engine is open. */
  watchReturns(at: number, agents: number): void {
    this.returns = { at, agents };
  }

  close(): void {
    for (const block of this.blocks.splice(0)) this.mujoco.free(block.address);
    for (const { model, data } of this.worlds.splice(0)) {
      data.delete();
      model.delete();
    }
  }

  private openWorld(xml: string, assets: Record<string, Uint8Array>): World {
    const { mujoco } = this;
    const model = mujoco.loadModel(xml, assets);
    const data = mujoco.call(() => new mujoco.bindings.MjData(model));
    const stateSize = mujoco.call((k) => k.ws_state_size(mujoco.address(model)));
    return { model, data, info: modelInfo(model, stateSize) };
  }

  private overlayFloats(): number {
    const model = this.mujoco.address(this.firstWorld.model);
    return this.mujoco.call((k) => k.ws_overlay_size(model));
  }

  /** The hand on the robot of one of these rows, or on none of them. */
  private takeHand(): void {
    this.pushes.letGo();
    const hand = this.link?.hand;
    if (!hand) return;
    const row = hand.env - this.firstEnv;
    if (row < 0 || row >= this.numEnvs) return;
    const { rows, worlds, layout } = this.opened;
    const at = this.part(rows, row, 1).address;
    const world = this.mujoco.call((k) => k.ws_world(at, worlds.address));
    const { pull } = hand;
    const geom = layout.places[world]?.indexOf(pull.geom) ?? -1;
    if (geom >= 0) this.pushes.hold(row, this.worlds[world]!.model, geom, pull);
  }

  /** Rows `first` to `end`. */
  private stepAll(first: number, end: number): void {
    for (let next = first; next < end; next += ROWS_PER_CALL) {
      if (next > 0 && this.link?.pulse()) throw new ReleasedError('stop');
      const count = Math.min(ROWS_PER_CALL, end - next);
      this.mujoco.call((k) => this.stepRows(k, next, count));
    }
  }

  private stepPushed(kernels: Kernels, row: number): void {
    const { rows, obs, signals, flags, actions, worlds } = this.opened;
    const parts = [rows, obs, signals, flags, actions].map((b) => this.part(b, row, 1).address);
    kernels.ws_step_pushed(...parts, worlds.address, this.pushes.on(row));
  }

  private stepRows(kernels: Kernels, first: number, count: number): void {
    const { rows, obs, signals, flags, actions, worlds } = this.opened;
    kernels.ws_step(
      this.part(rows, first, count).address,
      this.part(obs, first, count).address,
      this.part(signals, first, count).address,
      this.part(flags, first, count).address,
      this.part(actions, first, count).address,
      worlds.address,
      count,
    );
  }

  /** Valid until the next call. */
  private computeOverlay(row: number): Float32Array {
    const { rows, actions, worlds, overlay } = this.opened;
    const [rowAt, actionAt] = [this.part(rows, row, 1).address, this.part(actions, row, 1).address];
    const wrench = this.pushes.on(row);
    this.mujoco.call((k) =>
      k.ws_row_overlay(overlay.address, rowAt, actionAt, wrench, worlds.address),
    );
    return new Float32Array(this.mujoco.heap.buffer, overlay.address, overlay.nbytes / F32);
  }

  /** Writes some environments of the crowd while somebody looks at it, and no more than its share of time allows. */
  private recordCrowd(): void {
    const crowd = this.link?.crowd;
    if (!crowd?.watched) return;
    const envs = Math.min(this.numEnvs, crowd.envs - this.firstEnv);
    for (;;) {
      const start = performance.now();
      const { first, count } = this.pace.next(start, envs, CROWD_ROWS_PER_CALL);
      if (count <= 0) return;
      this.computePoses(first, count, crowd.poses(this.firstEnv + first, count));
      for (let env = first; env < first + count; env++) {
        crowd.returns[this.firstEnv + env] = this.runningReturn(env);
      }
      this.pace.spent(performance.now() - start, count);
    }
  }

  /** Summed over agents; NaN where the caller has told no returns. */
  private runningReturn(env: number): number {
    if (!this.returns) return Number.NaN;
    const { at, agents } = this.returns;
    const { buffer } = this.caller();
    return new Float64Array(buffer, at + env * agents * F64, agents).reduce((a, b) => a + b, 0);
  }

  /** Frames of environments `first` to `first + count` into `out` [count, G, 12]; at most `CROWD_ROWS_PER_CALL`. */
  private computePoses(first: number, count: number, out: Float32Array): void {
    const { rows, rowSize, worlds, poses, ngeom, layout } = this.opened;
    const row = rows.address + first * rowSize * F64;
    this.mujoco.call((k) => k.ws_poses(poses.address, row, worlds.address, ngeom, count));
    const floats = count * ngeom * POSE_FLOATS;
    const computed = new Float32Array(this.mujoco.heap.buffer, poses.address, floats);
    if (this.worlds.length === 1) {
      out.set(computed);
      return;
    }
    out.fill(0);
    for (let i = 0; i < count; i++) {
      const at = row + i * rowSize * F64;
      const world = this.mujoco.call((k) => k.ws_world(at, worlds.address));
      layout.places[world]?.forEach((place, geom) => {
        const from = POSE_FLOATS * (i * ngeom + geom);
        const pose = computed.subarray(from, from + POSE_FLOATS);
        out.set(pose, POSE_FLOATS * (i * layout.geoms + place));
      });
    }
  }

  private get firstWorld(): World {
    const [world] = this.worlds;
    if (!world) throw new Error('the engine is closed');
    return world;
  }

  private get opened(): Task {
    if (!this.task) throw new Error('engine_programs must come before this call');
    return this.task;
  }

  private block(nbytes: number): Block {
    const block = { address: this.mujoco.allocate(nbytes), nbytes };
    this.blocks.push(block);
    return block;
  }

  /** The part of an array of all environments that belongs to some of them. */
  private part(block: Block, first: number, count: number): Block {
    const each = block.nbytes / this.numEnvs;
    return { address: block.address + first * each, nbytes: count * each };
  }

  private copyIn(to: Block, fromAt: number): void {
    this.mujoco.heap.set(this.caller().subarray(fromAt, fromAt + to.nbytes), to.address);
  }

  private copyOut(toAt: number, from: Block): void {
    const { address, nbytes } = from;
    this.caller().set(this.mujoco.heap.subarray(address, address + nbytes), toAt);
  }
}
