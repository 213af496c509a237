// Boots what a rank computes with: Python and MuJoCo, joined by the host.

import type { MjModel } from '@mujoco/mujoco';
import type { RewardModule } from '../editors/reward_module';
import type { SceneModule } from '../editors/scene_module';
import type { LabModule } from '../lab/lab_module';
import { Mujoco } from '../physics/mujoco';
import { describeScene } from '../physics/scene';
import { Python } from '../runtime/python';
import type { ExchangeModule } from './exchange_module';
import { Host } from './host';
import type { LoadedAssets, LoadStage, Packages, SceneDescription, TaskOptions } from './protocol';
import type { RunLink } from './run_link';
import type { TrainingModule } from './training_module';

/** What `rank.ts` drives. */
export interface RankRuntime {
  readonly training: TrainingModule;
  /** Imported when it is first asked for, which few pages do. */
  readonly exchange: ExchangeModule;
  /** The same. */
  readonly reward: RewardModule;
  readonly scenes: SceneModule;
  readonly lab: LabModule;
  /** Duration of each stage of the start. */
  readonly seconds: Record<string, number>;
  describeScene(env: string, options: TaskOptions): SceneDescription;
  /** Why MuJoCo cannot be used in this worker any more; null while it can. */
  readonly damage: string | null;
  /** Archives by name, which tasks may then need. */
  addPackages(packages: Packages): void;
  /** The run whose collectives, poses and stop request Python sees; null between runs. */
  setLink(link: RunLink | null): void;
  /** Draws the followed robot as somebody asks to see it since the last step. */
  redraw(): void;
  /** Draws it once more before the run's engines close, with all that a view may draw over it later. */
  recordLast(): void;
  /** While set, a 2 written into the buffer interrupts Python. */
  setInterruptBuffer(buffer: SharedArrayBuffer | null): void;
}

export async function bootRuntime(
  assets: LoadedAssets,
  cores: number,
  onStage: (stage: LoadStage) => void,
): Promise<RankRuntime> {
  const seconds: Record<string, number> = {};
  const python = await Python.boot(assets, onStage, seconds);
  onStage('mujoco');
  const start = performance.now();
  const mujoco = await Mujoco.create(
    assets['mujoco.mjs'] as string,
    assets['mujoco.wasm'] as WebAssembly.Module,
    assets['physics.wasm'] as WebAssembly.Module,
  );
  const host = new Host(python, mujoco, cores);
  python.registerModule('websim_host', host.module());
  seconds.mujoco = (performance.now() - start) / 1000;
  const imported = performance.now();
  const training = python.importTraining();
  training.warmUp();
  seconds.websim = (performance.now() - imported) / 1000;
  onStage('ready');
  let exchange: ExchangeModule | null = null;
  let reward: RewardModule | null = null;
  let scenes: SceneModule | null = null;
  let lab: LabModule | null = null;
  return {
    training,
    get exchange() {
      exchange ??= python.importExchange();
      return exchange;
    },
    get scenes() {
      scenes ??= python.importScenes();
      return scenes;
    },
    get lab() {
      lab ??= python.importLab();
      return lab;
    },
    get reward() {
      reward ??= python.importReward();
      return reward;
    },
    seconds,
    describeScene(env, options) {
      const { xmls, assets, keyframe, frameSkip } = training.scene(env, JSON.stringify(options));
      const models: MjModel[] = [];
      try {
        for (const xml of xmls) models.push(mujoco.loadModel(xml, assets));
        const controlPeriod = frameSkip * (models[0] as MjModel).opt.timestep;
        return describeScene(mujoco, { models, keyframe, controlPeriod });
      } finally {
        for (const model of models) model.delete();
      }
    },
    get damage() {
      return mujoco.damage;
    },
    addPackages(packages) {
      for (const [name, bytes] of Object.entries(packages)) python.addPackage(name, bytes);
    },
    setLink(link) {
      host.link = link;
      if (!link) host.closeEngines();
    },
    redraw: () => host.redraw(),
    recordLast: () => host.recordLast(),
    setInterruptBuffer: (buffer) => python.setInterruptBuffer(buffer),
  };
}
