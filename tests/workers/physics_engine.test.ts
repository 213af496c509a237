import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Mujoco } from '../../workers/mujoco';
import { PhysicsEngine } from '../../workers/physics_engine';
import { CART_POLE, openMujoco } from './mujoco_runtime';

const B = 3;
const NQ = 2;
const NV = 2;
const OBS = NQ + NV;
const FRAME_SKIP = 2;

/** Addresses in the caller's memory, which stands for Pyodide's. */
const AT = { program: 0, actions: 512, obs: 1024, signals: 1536, flags: 2048, mask: 2112 };
const MORE = { episodes: 2176, qpos: 2240, qvel: 2304, rows: 4096 };

/** Program of wasm_build/kernels/program.h: observe qpos and qvel, signal qpos, no bound, no noise. */
function program(): Uint8Array {
  const view = new DataView(new ArrayBuffer(64 + 3 * 32));
  const header = [1, FRAME_SKIP, OBS, NQ, 1, 2, 1, 0, 0];
  for (const [i, value] of header.entries()) view.setInt32(4 * i, value, true);
  const slices = [
    { source: 0, count: NQ, low: Number.NEGATIVE_INFINITY },
    { source: 1, count: NV, low: Number.NEGATIVE_INFINITY },
    // Of a signal, `low` is what is subtracted.
    { source: 0, count: NQ, low: 0 },
  ];
  for (const [i, { source, count, low }] of slices.entries()) {
    view.setInt32(64 + 32 * i, source, true);
    view.setInt32(64 + 32 * i + 8, count, true);
    view.setFloat64(64 + 32 * i + 16, low, true);
    view.setFloat64(64 + 32 * i + 24, Number.POSITIVE_INFINITY, true);
  }
  return new Uint8Array(view.buffer);
}

let mujoco: Mujoco;
beforeAll(async () => {
  mujoco = await openMujoco();
});

let caller: ArrayBuffer;
beforeEach(() => {
  caller = new ArrayBuffer(16384);
});
const f32 = (at: number, n: number) => new Float32Array(caller, at, n);
const f64 = (at: number, n: number) => new Float64Array(caller, at, n);
const u8 = (at: number, n: number) => new Uint8Array(caller, at, n);

function openEngine(link: ConstructorParameters<typeof PhysicsEngine>[2] = null): PhysicsEngine {
  const engine = new PhysicsEngine(mujoco, () => new Uint8Array(caller), link, CART_POLE, B);
  const bytes = program();
  u8(AT.program, bytes.length).set(bytes);
  engine.setProgram(AT.program, bytes.length, OBS, NQ);
  return engine;
}

function step(engine: PhysicsEngine): void {
  engine.step(AT.actions, AT.obs, AT.signals, AT.flags);
}

describe('PhysicsEngine', () => {
  it('tells what Python needs to know of the model', () => {
    expect(openEngine().info).toMatchObject({
      nq: 2,
      nv: 2,
      nu: 1,
      na: 0,
      ngeom: 3,
      timestep: 0.01,
      ctrlrange: [[-3, 3]],
      ctrllimited: [true],
      qpos0: [0, 0],
    });
  });

  it('steps every row as MuJoCo steps it alone', () => {
    const engine = openEngine();
    const qpos = [0.1, 0.2, -0.1, 0.5, 0, -0.3];
    const qvel = [0, 1, -1, 0, 0.5, 0.25];
    const actions = [1, -2, 0.5];
    f64(MORE.qpos, B * NQ).set(qpos);
    f64(MORE.qvel, B * NV).set(qvel);
    f32(AT.actions, B).set(actions);
    engine.setState(MORE.qpos, MORE.qvel, AT.obs);
    for (let i = 0; i < 50; i++) step(engine);
    engine.getState(MORE.qpos, MORE.qvel);

    const model = mujoco.loadModel(CART_POLE);
    for (let b = 0; b < B; b++) {
      const data = new mujoco.bindings.MjData(model);
      data.qpos.set(qpos.slice(b * NQ, b * NQ + NQ));
      data.qvel.set(qvel.slice(b * NV, b * NV + NV));
      mujoco.bindings.mj_forward(model, data);
      data.ctrl[0] = actions[b];
      for (let i = 0; i < 50 * FRAME_SKIP; i++) mujoco.bindings.mj_step(model, data);
      expect([...f64(MORE.qpos + 8 * NQ * b, NQ)]).toEqual([...data.qpos]);
      expect([...f64(MORE.qvel + 8 * NV * b, NV)]).toEqual([...data.qvel]);
      const observed = Float32Array.from([...data.qpos, ...data.qvel]);
      expect(f32(AT.obs + 4 * OBS * b, OBS)).toEqual(observed);
      data.delete();
    }
    expect([...f64(AT.signals, B * NQ)]).toEqual([...f64(MORE.qpos, B * NQ)]);
    expect([...u8(AT.flags, B)]).toEqual([0, 0, 0]);
  });

  it('resets the masked rows and leaves the others alone', () => {
    const engine = openEngine();
    f64(MORE.qpos, B * NQ).fill(0.3);
    f64(MORE.qvel, B * NV).fill(0);
    engine.setState(MORE.qpos, MORE.qvel, AT.obs);
    u8(AT.mask, B).set([0, 1, 0]);
    const obs = f32(AT.obs, B * OBS);
    obs.fill(7);
    engine.reset(AT.mask, MORE.episodes, 1, 0, 0, AT.obs);
    expect([...obs]).toEqual([7, 7, 7, 7, 0, 0, 0, 0, 7, 7, 7, 7]);
    engine.getState(MORE.qpos, MORE.qvel);
    expect([...f64(MORE.qpos, B * NQ)]).toEqual([0.3, 0.3, 0, 0, 0.3, 0.3]);
  });

  it('continues exactly from rows that were taken out and put back', () => {
    const engine = openEngine();
    f64(MORE.qpos, B * NQ).set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    engine.setState(MORE.qpos, MORE.qvel, AT.obs);
    f32(AT.actions, B).fill(1);
    step(engine);
    engine.getRows(MORE.rows);
    const rows = f64(MORE.rows, B * engine.info.state_size).slice();
    step(engine);
    const obs = f32(AT.obs, B * OBS).slice();
    f64(MORE.rows, rows.length).set(rows);
    engine.setRows(MORE.rows);
    step(engine);
    expect(f32(AT.obs, B * OBS)).toEqual(obs);
  });

  it('records the followed environment, by its global index', () => {
    const frames: Float32Array[] = [];
    const writer = { focus: 11, write: (poses: Float32Array) => void frames.push(poses.slice()) };
    const engine = openEngine({ frames: writer, pulse: () => false });
    engine.reset(AT.mask, MORE.episodes, 1, 0, 10, AT.obs);
    f64(MORE.qpos, B * NQ).set([1, 0, 2, 0, 3, 0]);
    engine.setState(MORE.qpos, MORE.qvel, AT.obs);
    step(engine);
    expect(frames.length).toBe(1);
    // Row 1: the rail stays, the cart stands at x = 2.
    expect(frames[0]?.length).toBe(3 * 12);
    expect([...(frames[0]?.slice(12, 15) ?? [])]).toEqual([2, 0, 0]);
    writer.focus = 13;
    step(engine);
    writer.focus = 9;
    step(engine);
    expect(frames.length).toBe(1);
  });

  it('shows that it is alive in a long step, and leaves it when the run is to end', () => {
    const rows = 1000;
    caller = new ArrayBuffer(1e6);
    let pulses = 0;
    const frames = { focus: -1, write: () => {} };
    const link = { frames, pulse: () => ++pulses > 3 };
    const memory = () => new Uint8Array(caller);
    const engine = new PhysicsEngine(mujoco, memory, link, CART_POLE, rows);
    u8(0, 160).set(program());
    engine.setProgram(0, 160, OBS, NQ);
    const signals = 4 * rows * (1 + OBS);
    const all = () => engine.step(0, 4 * rows, signals, signals + 8 * rows * NQ);
    all();
    expect(pulses).toBe(3);
    expect(all).toThrow('the run was stopped');
    engine.close();
  });

  it('gives its memory back', () => {
    const before = mujoco.heap.length;
    for (let i = 0; i < 200; i++) {
      const engine = new PhysicsEngine(mujoco, () => new Uint8Array(caller), null, CART_POLE, 2000);
      engine.close();
    }
    expect(mujoco.heap.length - before).toBeLessThan(64e6);
  });

  it.each([3.9e9, 4.4e9])('says what to do when %d bytes are too many', (nbytes) => {
    const numEnvs = Math.floor(nbytes / 8 / openEngine().info.state_size);
    const open = () => new PhysicsEngine(mujoco, () => new Uint8Array(), null, CART_POLE, numEnvs);
    expect(open).toThrow(/memory is full: no room for another \d+ MB; use fewer environments/);
    openEngine().close();
  });
});

describe('Mujoco', () => {
  it("gives MuJoCo's message of a broken model in one line", () => {
    expect(() => mujoco.loadModel('<mujoco><bad/></mujoco>')).toThrow(
      "Loading error: XML Error: Schema violation: unrecognized element; Element 'bad', line 1",
    );
  });

  it('leaves both stacks as they were when MuJoCo gives up inside a call', () => {
    type Stack = { __stack_pointer: WebAssembly.Global<'i32'> };
    const { c, physics } = mujoco as unknown as Record<'c' | 'physics', Stack>;
    const stacks = () => [c.__stack_pointer.value, physics.__stack_pointer.value];
    const before = stacks();
    const model = mujoco.address(mujoco.loadModel(CART_POLE));
    const notData = 0xffff_fff0;
    expect(() => mujoco.call((k) => k.ws_step(0, 0, 0, 0, 0, model, notData, 0, 1))).toThrow();
    expect(stacks()).toEqual(before);
    expect(() => mujoco.loadModel('<mujoco><bad/></mujoco>')).toThrow();
    expect(stacks()).toEqual(before);
  });
});
