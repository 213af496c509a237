import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mujoco } from '../../workers/physics/mujoco';
import { readOverlay } from '../../workers/physics/overlay';
import { PhysicsEngine } from '../../workers/physics/physics_engine';
import { HandReader } from '../../workers/physics/pull';
import { Crowd, SharedCrowdWriter } from '../../workers/ranks/crowd';
import { SharedMemory } from '../../workers/ranks/shared_memory';
import { CART_POLE, openMujoco } from './mujoco_runtime';

const B = 3;
const NQ = 2;
const NV = 2;
const OBS = NQ + NV;
const FRAME_SKIP = 2;

/** Numbers of a row after MuJoCo's state: who the environment is (wasm_build/kernels/row.h). */
const ID_DIM = 7;

/** Addresses in the caller's memory, which stands for Pyodide's. */
const AT = { program: 0, actions: 512, obs: 1024, signals: 1536, flags: 2048, mask: 2112 };
const MORE = { episodes: 2176, qpos: 2240, qvel: 2304, returns: 2368, wrench: 2432, rows: 4096 };

/** Program of wasm_build/kernels/program.h: observe qpos and qvel, signal qpos, no bound, no noise. */
function program(): Uint8Array {
  const [header, slice] = [128, 64];
  const view = new DataView(new ArrayBuffer(header + 3 * slice));
  const fields = { version: 2, frame_skip: FRAME_SKIP, obs: OBS, signals: NQ, actions: 1 };
  const tables = { observations: 2, signals: 1 };
  for (const [i, value] of [...Object.values(fields), ...Object.values(tables)].entries())
    view.setInt32(4 * i, value, true);
  const [delayDraw, keyframe] = [19, 20];
  for (const none of [delayDraw, keyframe]) view.setInt32(4 * none, -1, true);
  const slices = [
    { source: 0, count: NQ },
    { source: 1, count: NV },
    { source: 0, count: NQ },
  ];
  for (const [i, { source, count }] of slices.entries()) {
    const at = header + slice * i;
    const [start, mode, minus, frame] = [0, 0, -1, -1];
    for (const [j, value] of [source, start, count, mode, minus, frame].entries())
      view.setInt32(at + 4 * j, value, true);
    view.setFloat64(at + 32, Number.NEGATIVE_INFINITY, true);
    view.setFloat64(at + 40, Number.POSITIVE_INFINITY, true);
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

type Link = ConstructorParameters<typeof PhysicsEngine>[2];

function openEngine({
  link = null as Link,
  xmls = [CART_POLE],
  assets = {} as Record<string, Uint8Array>,
  numEnvs = B,
  perEpisode = false,
} = {}): PhysicsEngine {
  const memory = () => new Uint8Array(caller);
  const engine = new PhysicsEngine(mujoco, memory, link, xmls, assets, numEnvs);
  const bytes = program();
  u8(AT.program, bytes.length).set(bytes);
  const programs = xmls.map(() => [AT.program, bytes.length] as const);
  try {
    engine.setPrograms(programs, OBS, NQ, rowSize(engine), perEpisode);
  } catch (error) {
    engine.close();
    throw error;
  }
  return engine;
}

function rowSize(engine: PhysicsEngine): number {
  return (engine.infos[0]?.state_size ?? 0) + ID_DIM;
}

function setState(engine: PhysicsEngine): void {
  engine.setState(MORE.qpos, MORE.qvel, AT.obs, AT.signals, 0, B);
}

/** All of them at zero. */
function rest(engine: PhysicsEngine): void {
  for (const at of [MORE.qpos, MORE.qvel]) f64(at, B * NQ).fill(0);
  setState(engine);
}

function reset(engine: PhysicsEngine, firstEnv: number): void {
  engine.reset(AT.mask, MORE.episodes, 1, 0, firstEnv, AT.obs, AT.signals);
}

/** Positions and velocities after control steps of MuJoCo alone. */
function stepAlone(
  xml: string,
  start: { qpos: number[]; qvel: number[] },
  action: number,
  steps: number,
) {
  const model = mujoco.loadModel(xml);
  const data = new mujoco.bindings.MjData(model);
  data.qpos.set(start.qpos);
  data.qvel.set(start.qvel);
  mujoco.bindings.mj_forward(model, data);
  data.ctrl[0] = action;
  for (let i = 0; i < steps * FRAME_SKIP; i++) mujoco.bindings.mj_step(model, data);
  const end = { qpos: [...data.qpos] as number[], qvel: [...data.qvel] as number[] };
  data.delete();
  model.delete();
  return end;
}

function step(engine: PhysicsEngine): void {
  engine.step(AT.actions, AT.obs, AT.signals, AT.flags);
}

describe('PhysicsEngine', () => {
  it('tells what Python needs to know of the model', () => {
    expect(openEngine().infos).toMatchObject([
      {
        nq: 2,
        nv: 2,
        nu: 1,
        na: 0,
        nbody: 3,
        ngeom: 3,
        nsite: 0,
        timestep: 0.01,
        names: {
          body: ['world', 'cart', 'pole'],
          joint: ['slide', 'hinge'],
          geom: ['rail', 'cart', 'pole'],
          actuator: [''],
          key: ['tilted'],
        },
        jnt_type: [2, 3],
        jnt_qposadr: [0, 1],
        jnt_dofadr: [0, 1],
        jnt_rootid: [1, 1],
        body_mocapid: [-1, -1, -1],
        actuator_joint: [0],
        ctrlrange: [[-3, 3]],
        ctrllimited: [true],
        qpos0: [0, 0],
        key_ctrl: [[0.5]],
        nominal: { body_mass: [0, 1, 1], gravity: [0, 0, -9.81] },
      },
    ]);
  });

  it('steps every row as MuJoCo steps it alone', () => {
    const engine = openEngine();
    const qpos = [0.1, 0.2, -0.1, 0.5, 0, -0.3];
    const qvel = [0, 1, -1, 0, 0.5, 0.25];
    const actions = [1, -2, 0.5];
    f64(MORE.qpos, B * NQ).set(qpos);
    f64(MORE.qvel, B * NV).set(qvel);
    f32(AT.actions, B).set(actions);
    setState(engine);
    for (let i = 0; i < 50; i++) step(engine);
    engine.getState(MORE.qpos, MORE.qvel);

    for (let b = 0; b < B; b++) {
      const part = (all: number[], each: number) => all.slice(b * each, b * each + each);
      const start = { qpos: part(qpos, NQ), qvel: part(qvel, NV) };
      const end = stepAlone(CART_POLE, start, actions[b] as number, 50);
      expect([...f64(MORE.qpos + 8 * NQ * b, NQ)]).toEqual(end.qpos);
      expect([...f64(MORE.qvel + 8 * NV * b, NV)]).toEqual(end.qvel);
      expect(f32(AT.obs + 4 * OBS * b, OBS)).toEqual(Float32Array.from([...end.qpos, ...end.qvel]));
    }
    expect([...f64(AT.signals, B * NQ)]).toEqual([...f64(MORE.qpos, B * NQ)]);
    expect([...u8(AT.flags, B)]).toEqual([0, 0, 0]);
  });

  it('resets the masked rows and leaves the others alone', () => {
    const engine = openEngine();
    f64(MORE.qpos, B * NQ).fill(0.3);
    f64(MORE.qvel, B * NV).fill(0);
    setState(engine);
    u8(AT.mask, B).set([0, 1, 0]);
    reset(engine, 0);
    const there = [...Float32Array.of(0.3, 0.3, 0, 0)];
    expect([...f32(AT.obs, B * OBS)]).toEqual([...there, 0, 0, 0, 0, ...there]);
    expect([...f64(AT.signals, B * NQ)]).toEqual([0.3, 0.3, 0, 0, 0.3, 0.3]);
    engine.getState(MORE.qpos, MORE.qvel);
    expect([...f64(MORE.qpos, B * NQ)]).toEqual([0.3, 0.3, 0, 0, 0.3, 0.3]);
  });

  it('continues exactly from rows that were taken out and put back', () => {
    const engine = openEngine();
    f64(MORE.qpos, B * NQ).set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    setState(engine);
    f32(AT.actions, B).fill(1);
    step(engine);
    engine.getRows(MORE.rows, 0, B);
    step(engine);
    const obs = f32(AT.obs, B * OBS).slice();
    engine.setRows(MORE.rows, 0, B);
    step(engine);
    expect(f32(AT.obs, B * OBS)).toEqual(obs);
  });

  it('takes the state and the rows of some environments', () => {
    const engine = openEngine();
    f64(MORE.qpos, B * NQ).set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    setState(engine);
    f64(MORE.qpos, NQ).set([7, 8]);
    engine.setState(MORE.qpos, MORE.qvel, AT.obs, AT.signals, 1, 1);
    expect([...f32(AT.obs, NQ)]).toEqual([7, 8]);
    engine.getRows(MORE.rows, 1, 1);
    engine.setRows(MORE.rows, 2, 1);
    engine.getState(MORE.qpos, MORE.qvel);
    expect([...f64(MORE.qpos, B * NQ)]).toEqual([0.1, 0.2, 7, 8, 7, 8]);
  });

  it('steps each environment in the variant of its number', () => {
    const heavy = CART_POLE.replaceAll('mass="1"', 'mass="3"');
    const engine = openEngine({ xmls: [CART_POLE, heavy] });
    expect(engine.infos.map(({ nominal }) => nominal.body_mass)).toEqual([
      [0, 1, 1],
      [0, 3, 3],
    ]);
    u8(AT.mask, B).fill(1);
    reset(engine, 11);
    f32(AT.actions, B).fill(2);
    for (let i = 0; i < 10; i++) step(engine);
    engine.getState(MORE.qpos, MORE.qvel);
    for (const [b, xml] of [heavy, CART_POLE, heavy].entries()) {
      const end = stepAlone(xml, { qpos: [0, 0], qvel: [0, 0] }, 2, 10);
      expect([...f64(MORE.qpos + 8 * NQ * b, NQ)]).toEqual(end.qpos);
    }
  });

  it('draws the variant anew in each episode where the task says so', () => {
    const heavy = CART_POLE.replaceAll('mass="1"', 'mass="3"');
    const engine = openEngine({ xmls: [CART_POLE, heavy], perEpisode: true });
    u8(AT.mask, B).fill(1);
    const worlds = new Set<number>();
    for (let episode = 0; episode < 16; episode++) {
      new Uint32Array(caller, MORE.episodes, B).fill(episode);
      reset(engine, 0);
      engine.getRows(MORE.rows, 0, 1);
      worlds.add(f64(MORE.rows, rowSize(engine)).at(-2) as number);
    }
    expect([...worlds].sort()).toEqual([0, 1]);
  });

  it('opens a model that names files', () => {
    const xml = `<mujoco><asset><mesh name="m" file="corner.obj"/></asset>
      <worldbody><body><geom type="mesh" mesh="m"/></body></worldbody></mujoco>`;
    const corner = new TextEncoder().encode(
      'v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n',
    );
    const open = (assets: Record<string, Uint8Array>) =>
      new PhysicsEngine(mujoco, () => u8(0, 0), null, [xml], assets, 1);
    const engine = open({ 'corner.obj': corner });
    expect(engine.infos[0]?.ngeom).toBe(1);
    engine.close();
    expect(() => open({})).toThrow(/corner\.obj/);
  });

  it('records the followed environment, by its global index', () => {
    const frames: Float32Array[] = [];
    const writer = {
      focus: 11,
      overlays: false,
      write: (poses: Float32Array) => void frames.push(poses.slice()),
    };
    const link = { frames: writer, crowd: null, hand: null, pulse: () => false };
    const engine = openEngine({ link });
    reset(engine, 10);
    f64(MORE.qpos, B * NQ).set([1, 0, 2, 0, 3, 0]);
    setState(engine);
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

  it('writes the poses and returns of its part of the crowd while it is watched', async () => {
    const memory = SharedMemory.create(1, 3);
    const crowd = new Crowd(memory, new Float32Array(3 * 12).fill(-1));
    const frames = { focus: -1, overlays: false, write: () => {} };
    const writer = new SharedCrowdWriter(memory);
    const link = { frames, crowd: writer, hand: null, pulse: () => false };
    const engine = openEngine({ link });
    engine.watchReturns(MORE.returns, 2);
    f64(MORE.returns, 2 * B).set([1, 2, 3, 4, 5, 6]);
    const last = memory.crowdEnvs;
    reset(engine, last - 2);
    f64(MORE.qpos, B * NQ).set([1, 0, 2, 0, 3, 0]);
    setState(engine);
    const untouched = memory.crowdPoses.slice();
    step(engine);
    expect(memory.crowdPoses).toEqual(untouched);
    crowd.look();
    // A rank spends a share of its time on the crowd, so some has to pass first.
    await vi.waitFor(() => {
      step(engine);
      expect([...memory.crowdReturns.slice(last - 3)]).toEqual([Number.NaN, 3, 7]);
    });
    // The cart of the last environment but one stands at x = 1; the engine's third one is beyond the crowd.
    const cart = (env: number) => [...memory.crowdPoses.slice(36 * env + 12, 36 * env + 15)];
    expect(cart(last - 3)).toEqual([-1, -1, -1]);
    expect(cart(last - 2)).toEqual([1, 0, 0]);
    expect(cart(last - 1)).toEqual([2, 0, 0]);
    engine.close();
  });

  it('shows that it is alive in a long step, and leaves it when the run is to end', () => {
    const rows = 1000;
    caller = new ArrayBuffer(1e6);
    let pulses = 0;
    const frames = { focus: -1, overlays: false, write: () => {} };
    const link = { frames, crowd: null, hand: null, pulse: () => ++pulses > 3 };
    const engine = openEngine({ link, numEnvs: rows });
    const signals = 4 * rows * (1 + OBS);
    const all = () => engine.step(0, 4 * rows, signals, signals + 8 * rows * NQ);
    all();
    expect(pulses).toBe(3);
    expect(all).toThrow('the run was stopped');
    engine.close();
  });

  it('lets a hand pull at the robot of one environment, as long as it lasts', () => {
    const memory = SharedMemory.create(1, 3);
    const frames = { focus: -1, overlays: false, write: () => {} };
    const link = { frames, crowd: null, hand: new HandReader(memory), pulse: () => false };
    const engine = openEngine({ link });
    reset(engine, 20);
    const velocities = () => {
      engine.getState(MORE.qpos, MORE.qvel);
      return Array.from({ length: B }, (_, b) => [...f64(MORE.qvel + 16 * b, NV)]);
    };
    // At the pole's middle, above the hinge.
    memory.pull(21, { geom: 2, point: [0, 0, 0], force: [10, 0, 0] });
    step(engine);
    const [first, pulled, last] = velocities();
    expect(first).toEqual(last);
    expect(pulled![1]! - first![1]!).toBeGreaterThan(0.1);
    memory.pull(21, null);
    rest(engine);
    step(engine);
    const [, released, other] = velocities();
    expect(released).toEqual(other);
    engine.close();
  });

  it('keeps a push that Python sets beside that of a hand, and ends it', () => {
    const memory = SharedMemory.create(1, 3);
    const frames = { focus: -1, overlays: false, write: () => {} };
    const link = { frames, crowd: null, hand: new HandReader(memory), pulse: () => false };
    const engine = openEngine({ link });
    reset(engine, 0);
    // Body 2 is the pole: a torque of 1 N m around its hinge.
    f64(MORE.wrench, 11).set([2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    engine.push(2, MORE.wrench);
    memory.pull(0, { geom: 2, point: [0, 0, 0], force: [-10, 0, 0] });
    step(engine);
    engine.getState(MORE.qpos, MORE.qvel);
    const [turned, still, pushed] = [1, 3, 5].map((at) => f64(MORE.qvel, B * NV)[at]!);
    expect(turned! - still!).toBeLessThan(-0.1);
    expect(pushed! - still!).toBeGreaterThan(0.05);
    memory.pull(0, null);
    engine.push(2, 0);
    rest(engine);
    step(engine);
    engine.getState(MORE.qpos, MORE.qvel);
    expect(f64(MORE.qvel + 32, NV)).toEqual(f64(MORE.qvel, NV));
    engine.close();
  });

  it('gives frames overlays while they are asked for, and the same states', () => {
    const overlays: (Float32Array | null)[] = [];
    const writer = {
      focus: 1,
      overlays: true,
      write: (_: Float32Array, overlay: Float32Array | null = null) =>
        void overlays.push(overlay?.slice() ?? null),
    };
    const link = { frames: writer, crowd: null, hand: null, pulse: () => false };
    const states = [openEngine(), openEngine({ link })].map((engine) => {
      writer.overlays = true;
      reset(engine, 0);
      f32(AT.actions, B).set([1, 2, 3]);
      for (let i = 0; i < 5; i++) step(engine);
      engine.getState(MORE.qpos, MORE.qvel);
      const state = [...f64(MORE.qpos, B * NQ), ...f64(MORE.qvel, B * NV)];
      writer.overlays = false;
      step(engine);
      engine.close();
      return state;
    });
    expect(states[1]).toEqual(states[0]);
    expect(overlays.length).toBe(6);
    expect(overlays[5]).toBe(null);
    const { joints, contacts, centreOfMass, mass } = readOverlay(overlays[4]!)!;
    const [x, angle] = states[1]!.slice(NQ);
    expect(contacts.length).toBeGreaterThan(0);
    expect(mass).toBeCloseTo(2, 5);
    // Cart and pole weigh the same; the pole's middle is 0.3 m from its hinge.
    expect(centreOfMass[0]).toBeCloseTo(x! + 0.15 * Math.sin(angle!), 5);
    expect(joints.length).toBe(12);
    expect(joints[6]).toBeCloseTo(x!, 5);
    expect([...joints.slice(9)]).toEqual([0, 1, 0]);
  });

  it('writes the frame of a row anew between steps when it is to be seen otherwise', () => {
    const written: { cart: number; overlay: boolean }[] = [];
    const frames = {
      focus: 1,
      overlays: false,
      write: (poses: Float32Array, overlay: Float32Array | null = null) =>
        void written.push({ cart: poses[12]!, overlay: overlay !== null }),
    };
    const engine = openEngine({ link: { frames, crowd: null, hand: null, pulse: () => false } });
    reset(engine, 0);
    f64(MORE.qpos, B * NQ).set([1, 0, 2, 0, 3, 0]);
    setState(engine);
    engine.redraw();
    expect(written).toEqual([]);
    step(engine);
    engine.redraw();
    expect(written.length).toBe(1);
    frames.overlays = true;
    engine.redraw();
    engine.redraw();
    expect(written.slice(1)).toEqual([{ ...written[0], overlay: true }]);
    frames.focus = 2;
    engine.redraw();
    frames.focus = 20;
    engine.redraw();
    expect(written[2]?.cart).toBeCloseTo(3);
    expect(written.length).toBe(3);
    engine.close();
  });

  it('leaves a last frame that has an overlay, asked for or not', () => {
    const written: boolean[] = [];
    const frames = {
      focus: 1,
      overlays: false,
      write: (_: Float32Array, overlay: Float32Array | null = null) =>
        void written.push(overlay !== null),
    };
    const engine = openEngine({ link: { frames, crowd: null, hand: null, pulse: () => false } });
    reset(engine, 0);
    engine.recordLast();
    expect(written).toEqual([]);
    step(engine);
    engine.recordLast();
    expect(written).toEqual([false, true]);
    engine.close();
  });

  it('gives its memory back', () => {
    const before = mujoco.heap.length;
    for (let i = 0; i < 200; i++) openEngine({ numEnvs: 2000 }).close();
    expect(mujoco.heap.length - before).toBeLessThan(64e6);
  });

  it.each([3.9e9, 4.4e9])('says what to do when %d bytes are too many', (nbytes) => {
    const numEnvs = Math.floor(nbytes / 8 / rowSize(openEngine()));
    expect(() => openEngine({ numEnvs })).toThrow(
      /memory is full: no room for another \d+ MB; use fewer environments/,
    );
    openEngine().close();
  });
});

describe('Mujoco', () => {
  it("gives MuJoCo's message of a broken model in one line", () => {
    expect(() => mujoco.loadModel('<mujoco><bad/></mujoco>')).toThrow(
      "XML Error: Schema violation: unrecognized element; Element 'bad', line 1",
    );
  });

  it('leaves both stacks as they were when MuJoCo gives up inside a call', () => {
    type Stack = { __stack_pointer: WebAssembly.Global<'i32'> };
    const { c, physics } = mujoco as unknown as Record<'c' | 'physics', Stack>;
    const stacks = () => [c.__stack_pointer.value, physics.__stack_pointer.value];
    const before = stacks();
    const model = mujoco.address(mujoco.loadModel(CART_POLE));
    const notData = 0xffff_fff0;
    const bytes = program();
    const [compiled, rows] = [mujoco.allocate(bytes.length), mujoco.allocate(8 * 64)];
    mujoco.heap.set(bytes, compiled);
    const world = mujoco.allocate(12);
    new Uint32Array(mujoco.heap.buffer, world, 3).set([model, notData, compiled]);
    expect(() => mujoco.call((k) => k.ws_step(rows, 0, 0, 0, 0, world, 1))).toThrow();
    expect(stacks()).toEqual(before);
    expect(() => mujoco.loadModel('<mujoco><bad/></mujoco>')).toThrow();
    expect(stacks()).toEqual(before);
  });
});
