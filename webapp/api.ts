// `window.websim`: the page's automation interface, documented in docs/automation.md.

import type { OpenedPolicy, OpenOptions, TrainingRun } from '../workers/ranks/pool';
import type { Changes, PolicyFormat, ShownChoice } from '../workers/ranks/protocol';
import type { RunLabel } from '../workers/saves/run_label';
import type { SavedRun } from '../workers/saves/saves_protocol';
import { TASKS, type TrainConfig, type TrainRequest } from '../workers/schema';
import type { TrainingStore } from './control/training_store';

export interface WebsimApi {
  /** Resolves when Python and MuJoCo are loaded; rejects when loading failed. */
  readonly ready: Promise<void>;
  /** Names of the tasks that can be trained. */
  readonly tasks: readonly string[];
  /** Whether several ranks can be used. */
  readonly isolated: boolean;
  readonly maxRanks: number;
  /** The run that the page shows, or null. */
  readonly run: TrainingRun | null;
  /** Starts a run as the form would; rejects, with one sentence, when the request cannot be run. */
  train(request: TrainRequest): Promise<TrainingRun>;
  /** The runs that this browser keeps, newest first. */
  savedRuns(): Promise<SavedRun[]>;
  /** Goes on with a saved run, by its id; rejects, with one sentence, when it cannot. */
  goOn(id: string): Promise<TrainingRun>;
  /** Removes a saved run. */
  discardRun(id: string): Promise<void>;
  /** Names a run and keeps notes about it. */
  labelRun(id: string, label: RunLabel): Promise<void>;
  /** A saved run as one file, and back. */
  exportRun(id: string): Promise<Uint8Array>;
  importRun(file: Uint8Array | ArrayBuffer): Promise<SavedRun>;
  /**
   * Changes live settings of the run, or its number of environments, from the next iteration on; resolves to the whole
   * configuration as it will be, rejects with one sentence when a value is wrong.
   */
  change(settings: Changes): Promise<TrainConfig>;
  /** Gives the run another reward: Python text that defines `reward(signals, actions, unhealthy)`. */
  setReward(text: string): Promise<void>;
  /** What the robot view shows; a policy's file as its bytes. */
  show(what: Exclude<ShownChoice, 'file'> | Uint8Array | ArrayBuffer): Promise<void>;
  /** The run's newest policy as a file; of a task with several, a zip archive of their files. */
  exportPolicy(format: PolicyFormat): Promise<Uint8Array>;
  /**
   * Reads a policy's file: .websim, .safetensors, a .zip of Stable-Baselines3 or a .cleanrl_model; `name` is for
   * messages. The latter two need `task`.
   */
  openPolicy(
    file: Uint8Array | ArrayBuffer,
    name: string,
    options?: OpenOptions,
  ): Promise<OpenedPolicy>;
}

declare global {
  interface Window {
    websim: WebsimApi;
  }
}

export function createApi(store: TrainingStore): WebsimApi {
  return {
    ready: store.ready,
    tasks: TASKS,
    isolated: store.pool.isolated,
    maxRanks: store.pool.maxRanks,
    get run() {
      return store.run;
    },
    train: (request) => store.train(request),
    savedRuns: () => store.keeper.list(),
    goOn: (id) => store.goOn(id),
    discardRun: (id) => store.keeper.discard(id),
    labelRun: (id, { name, notes }) => store.runs.label(id, { name, notes }),
    exportRun: (id) => store.keeper.export(id),
    importRun: (file) => store.keeper.import(new Uint8Array(file)),
    change: (settings) => store.change(settings),
    setReward: async (text) => {
      await store.change({ reward: text });
    },
    show: (what) => store.show(what instanceof ArrayBuffer ? new Uint8Array(what) : what),
    exportPolicy: async (format) => store.exchange.convert(await store.policy(), format),
    openPolicy: async (file, name, options) => {
      await store.ready;
      return store.exchange.open(file, name, options);
    },
  };
}
