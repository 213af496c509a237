import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { SceneLab } from '../../workers/editors/scene_lab';
import type {
  FromScene,
  LoadedModel,
  SceneOrder,
  SceneReply,
  SceneState,
} from '../../workers/editors/scene_protocol';
import type { Mujoco } from '../../workers/physics/mujoco';
import { readOverlay } from '../../workers/physics/overlay';
import { CART_POLE, openMujoco } from './mujoco_runtime';

let mujoco: Mujoco;
beforeAll(async () => {
  mujoco = await openMujoco();
});

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

class Page {
  readonly messages: FromScene[] = [];
  readonly #port: MessagePort;
  #lastId = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    this.#port = port1;
    port1.onmessage = ({ data }) => this.messages.push(data);
    new SceneLab(port2, async () => mujoco);
    port2.start();
  }

  async request(body: object): Promise<SceneReply> {
    this.#lastId++;
    const id = this.#lastId;
    this.#port.postMessage({ id, ...body });
    return (await this.find((message) => 'id' in message && message.id === id)) as SceneReply;
  }

  async load(xml: string): Promise<LoadedModel> {
    await this.request({ type: 'boot' });
    const reply = await this.request({ type: 'load', xml, files: {} });
    if (reply.type === 'error') throw new Error(reply.message);
    return reply.result!;
  }

  /** The state that follows an order. */
  async order(order: SceneOrder): Promise<SceneState> {
    this.messages.length = 0;
    this.post(order);
    return (await this.find(({ type }) => type === 'state')) as SceneState;
  }

  post(order: SceneOrder): void {
    this.#port.postMessage(order);
  }

  async find(wanted: (message: FromScene) => boolean): Promise<FromScene> {
    for (;;) {
      const message = this.messages.find(wanted);
      if (message) return message;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

it('describes a model and where it is', async () => {
  const page = new Page();
  const { scene, actuators, joints, keyframes, sizes } = await page.load(CART_POLE);
  expect(actuators).toEqual([{ name: 'actuator 0', low: -3, high: 3 }]);
  expect(joints).toEqual([
    { name: 'slide', low: -2, high: 2, turns: false },
    { name: 'hinge', low: -Math.PI, high: Math.PI, turns: true },
  ]);
  expect(keyframes).toEqual(['tilted']);
  expect(sizes).toEqual({ nq: 2, nv: 2, nu: 1, nsensordata: 0 });
  const state = (await page.find(({ type }) => type === 'state')) as SceneState;
  expect(state.poses).toEqual(scene.poses);
  expect([...state.joints]).toEqual([0, 0]);
});

it('moves what sliders, keyframes and reset say', async () => {
  const page = new Page();
  await page.load(CART_POLE);
  const moved = await page.order({ type: 'joint', joint: 0, value: 0.5 });
  expect([...moved.joints]).toEqual([0.5, 0]);
  // The cart's position, along x.
  expect(moved.poses[12]).toBeCloseTo(0.5);
  const raised = await page.order({ type: 'keyframe', keyframe: 0 });
  expect([[...raised.joints], [...raised.controls]]).toEqual([[0, 0.1], [0.5]]);
  const reset = await page.order({ type: 'reset' });
  expect([...reset.joints, ...reset.controls]).toEqual([0, 0, 0]);
});

it('plays in real time while it is told to, with the controls that are set', async () => {
  const page = new Page();
  await page.load(CART_POLE);
  await page.order({ type: 'joint', joint: 1, value: 0.1 });
  await page.order({ type: 'control', actuator: 0, value: 3 });
  const begun = performance.now();
  await page.order({ type: 'play', playing: true });
  const later = (await page.find(
    (message) => message.type === 'state' && message.time >= 0.2,
  )) as SceneState;
  expect(later.time).toBeLessThanOrEqual((performance.now() - begun) / 1000 + 0.1);
  expect([...later.controls]).toEqual([3]);
  expect(later.joints[0]).toBeGreaterThan(0);
});

it('stands still from the order to pause on', async () => {
  const page = new Page();
  await page.load(CART_POLE);
  await page.order({ type: 'play', playing: true });
  page.post({ type: 'play', playing: false });
  await page.order({ type: 'keyframe', keyframe: 0 });
  // Three steps would have been due by then.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const states = page.messages.filter(({ type }) => type === 'state') as SceneState[];
  expect([...states.at(-1)!.joints]).toEqual([0, 0.1]);
});

it("tells MuJoCo's message, and keeps the model that it has", async () => {
  const page = new Page();
  await page.load(CART_POLE);
  const wrong = CART_POLE.replace('<joint name="hinge"', '<jointt name="hinge"');
  expect(await page.request({ type: 'load', xml: wrong, files: {} })).toMatchObject({
    type: 'error',
    message: "XML Error: Schema violation: unrecognized element; Element 'jointt', line 10",
    damaged: false,
  });
  const state = await page.order({ type: 'joint', joint: 1, value: 1 });
  expect([...state.joints]).toEqual([0, 1]);
});

it('tells when a state is no longer finite', async () => {
  const page = new Page();
  await page.load(CART_POLE);
  await page.order({ type: 'play', playing: true });
  await page.find((message) => message.type === 'state' && message.time > 0.05);
  await page.order({ type: 'joint', joint: 0, value: Number.NaN });
  await page.find((message) => message.type === 'state' && message.diverged);
  page.post({ type: 'play', playing: false });
});

it.each(['pendulum', 'car', 'gripper'])('has a %s to begin with that works', async (name) => {
  const url = new URL(`../../webapp/scene/models/${name}.xml`, import.meta.url);
  const { actuators } = await new Page().load(readFileSync(url, 'utf8'));
  expect(actuators.length).toBeGreaterThan(0);
});

it('adds overlays to states while they are asked for', async () => {
  const page = new Page();
  const { scene } = await page.load(CART_POLE);
  expect((await page.order({ type: 'reset' })).overlay).toBe(null);
  const { overlay } = await page.order({ type: 'overlays', shown: true });
  expect(overlay!.length).toBe(scene.overlayFloats);
  const { mass, joints, contacts, centreOfMass } = readOverlay(overlay!)!;
  expect([mass, joints.length]).toEqual([2, 12]);
  // The cart rests in the rail.
  expect(contacts.length).toBeGreaterThan(0);
  expect(centreOfMass[2]).toBeCloseTo(0.15);
  expect((await page.order({ type: 'overlays', shown: false })).overlay).toBe(null);
});

it('lets a hand pull a body to where it is, until it lets go', async () => {
  const page = new Page();
  const stone = `<mujoco><option gravity="0 0 0"/><worldbody>
    <body pos="0 0 1"><joint name="x" type="slide" axis="1 0 0"/><geom name="stone" size="0.1"/></body>
    </worldbody></mujoco>`;
  await page.load(stone);
  page.post({ type: 'pull', pull: { geom: 0, point: [0, 0, 0], hand: [0.5, 0, 1] } });
  page.post({ type: 'play', playing: true });
  const arrived = (x: number) => (message: FromScene) =>
    message.type === 'state' && Math.abs(message.joints[0]! - x) < 0.01;
  await page.find(arrived(0.5));
  page.post({ type: 'pull', pull: { geom: 0, point: [0, 0, 0], hand: [-0.2, 0, 1] } });
  await page.find(arrived(-0.2));
  page.post({ type: 'pull', pull: null });
  page.post({ type: 'play', playing: false });
  const { joints } = await page.order({ type: 'joint', joint: 0, value: 0.3 });
  expect(joints[0]).toBe(0.3);
  page.messages.length = 0;
  page.post({ type: 'play', playing: true });
  const later = (message: FromScene) => message.type === 'state' && message.time > 0.5;
  const state = (await page.find(later)) as SceneState;
  page.post({ type: 'play', playing: false });
  expect(state.joints[0]).toBe(0.3);
});
