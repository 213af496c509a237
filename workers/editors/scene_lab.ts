// An edited model in a worker of its own: loads it, steps it in real time, and moves what the page's sliders move.

import type { MjData, MjModel } from '@mujoco/mujoco';
import { asError } from '../errors';
import type { Mujoco } from '../physics/mujoco';
import { describeScene, geomPoses } from '../physics/scene';
import { Spring } from '../physics/spring';
import type { Endpoint } from '../ranks/rank';
import type {
  FromScene,
  LoadedModel,
  ModelText,
  SceneOrder,
  SceneRequest,
  SceneState,
  SpringPull,
} from './scene_protocol';
import { actuatorSliders, jointSliders, namesOf } from './scene_sliders';

export type BootMujoco = (
  loader: string,
  mujoco: WebAssembly.Module,
  physics: WebAssembly.Module,
) => Promise<Mujoco>;

/** Milliseconds between two states, and those of them that stepping may take. */
const PERIOD_MS = 33;
const BUDGET_MS = 22;

interface Opened {
  model: MjModel;
  data: MjData;
  /** Address in qpos of each joint that has a slider. */
  addresses: number[];
  /** Address and numbers of the overlay. */
  overlay: { at: number; floats: number };
  spring: Spring | null;
}

export class SceneLab {
  #mujoco: Mujoco | null = null;
  #opened: Opened | null = null;
  #playing = false;
  #overlays = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastTick = 0;
  /** Simulated seconds that are due. */
  #behind = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly boot: BootMujoco,
  ) {
    endpoint.addEventListener('message', ({ data }) => {
      if ('id' in data) void this.#answer(data as SceneRequest);
      else this.#guard(() => this.#order(data as SceneOrder));
    });
  }

  async #answer(request: SceneRequest): Promise<void> {
    const { id } = request;
    try {
      let result: LoadedModel | null = null;
      if (request.type === 'boot') {
        const { loader, mujoco, physics } = request;
        this.#mujoco = await this.boot(loader, mujoco, physics);
      } else result = this.#load(request);
      this.#post({ type: 'reply', id, result });
      if (result) this.#tell(false);
    } catch (error) {
      const damaged = this.#mujoco?.damage != null;
      this.#post({ type: 'error', id, message: asError(error).message, damaged });
    }
  }

  /** The model before stays until this one is taken. */
  #load({ xml, files }: ModelText): LoadedModel {
    const mujoco = this.#mujoco;
    if (!mujoco) throw new Error('the worker is not booted yet');
    const { bindings } = mujoco;
    const model = mujoco.loadModel(xml, files);
    let data: MjData | null = null;
    try {
      data = mujoco.call(() => new bindings.MjData(model)) as MjData;
      mujoco.call(() => bindings.mj_forward(model, data as MjData));
      const controlPeriod = model.opt.timestep;
      const scene = describeScene(mujoco, { models: [model], keyframe: '', controlPeriod });
      const { sliders: joints, addresses } = jointSliders(model);
      const { nq, nv, nu, nsensordata } = model;
      const loaded = {
        scene,
        actuators: actuatorSliders(model),
        joints,
        keyframes: namesOf(model, model.name_keyadr, 'keyframe'),
        sizes: { nq, nv, nu, nsensordata },
      };
      this.#close();
      const floats = scene.overlayFloats;
      const overlay = { at: mujoco.allocate(4 * floats), floats };
      this.#opened = { model, data, addresses, overlay, spring: null };
      this.#behind = 0;
      return loaded;
    } catch (error) {
      data?.delete();
      model.delete();
      throw error;
    }
  }

  #order(order: SceneOrder): void {
    const mujoco = this.#mujoco;
    const opened = this.#opened;
    if (order.type === 'play') {
      this.#playing = order.playing;
      this.#lastTick = performance.now();
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      this.#schedule();
    }
    if (order.type === 'overlays') this.#overlays = order.shown;
    if (!mujoco || !opened) return;
    const { bindings } = mujoco;
    const { model, data, addresses } = opened;
    switch (order.type) {
      case 'play':
        return;
      case 'pull':
        this.#pull(opened, order.pull);
        return;
      case 'overlays':
        break;
      case 'reset':
        mujoco.call(() => bindings.mj_resetData(model, data));
        break;
      case 'keyframe':
        mujoco.call(() => bindings.mj_resetDataKeyframe(model, data, order.keyframe));
        break;
      case 'control':
        (data.ctrl as Float64Array)[order.actuator] = order.value;
        break;
      case 'joint':
        (data.qpos as Float64Array)[addresses[order.joint]!] = order.value;
        (data.qvel as Float64Array).fill(0);
        break;
    }
    // It knows where its point was before; the next pull makes another one.
    if (order.type !== 'control' && order.type !== 'overlays') this.#pull(opened, null);
    mujoco.call(() => bindings.mj_forward(model, data));
    this.#tell(false);
  }

  #pull(opened: Opened, pull: SpringPull | null): void {
    if (!pull) {
      opened.spring?.release(opened.data);
      opened.spring = null;
    } else if (opened.spring) opened.spring.moveTo(pull.hand);
    else if (pull.geom < opened.model.ngeom) opened.spring = new Spring(opened.model, pull);
  }

  readonly #tick = (): void => {
    this.#timer = null;
    this.#guard(() => {
      const mujoco = this.#mujoco;
      const opened = this.#opened;
      if (mujoco && opened) this.#step(mujoco, opened);
    });
    this.#schedule();
  };

  /** What does not fit into the budget is left out: the model is then slower than real time. */
  #step(mujoco: Mujoco, { model, data, spring }: Opened): void {
    const now = performance.now();
    this.#behind = Math.min(0.1, this.#behind + (now - this.#lastTick) / 1000);
    this.#lastTick = now;
    const { timestep } = model.opt;
    let diverged = false;
    while (this.#behind >= timestep && performance.now() - now < BUDGET_MS) {
      const before = data.time;
      spring?.apply(data);
      mujoco.call(() => mujoco.bindings.mj_step(model, data));
      // MuJoCo starts over when a state is no longer finite.
      diverged ||= data.time < before;
      this.#behind -= timestep;
    }
    this.#tell(diverged);
  }

  #schedule(): void {
    if (this.#playing && this.#timer === null) this.#timer = setTimeout(this.#tick, PERIOD_MS);
  }

  #tell(diverged: boolean): void {
    if (!this.#opened) return;
    const { model, data, addresses } = this.#opened;
    const overlay = this.#overlays ? this.#overlay(this.#opened) : null;
    const qpos = data.qpos as Float64Array;
    const state: SceneState = {
      type: 'state',
      time: data.time,
      poses: geomPoses(model.ngeom, data),
      overlay,
      joints: Float64Array.from(addresses, (address) => qpos[address]!),
      controls: Float64Array.from(data.ctrl as Float64Array),
      diverged,
    };
    this.#post(state);
  }

  #overlay({ model, data, overlay: { at, floats } }: Opened): Float32Array {
    const mujoco = this.#mujoco as Mujoco;
    mujoco.call((k) => k.ws_overlay(at, mujoco.address(model), mujoco.address(data)));
    return new Float32Array(mujoco.heap.buffer, at, floats).slice();
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#playing = false;
      this.#post({ type: 'failure', message: asError(error).message });
    }
  }

  #close(): void {
    if (this.#opened) this.#mujoco?.free(this.#opened.overlay.at);
    this.#opened?.data.delete();
    this.#opened?.model.delete();
    this.#opened = null;
  }

  #post(message: FromScene): void {
    this.endpoint.postMessage(message);
  }
}
