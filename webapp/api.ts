// `window.websim`: the page's automation interface, documented in docs/automation.md.

import type { OpenedPolicy, OpenOptions, TrainingRun } from '../workers/pool';
import type { PolicyFormat } from '../workers/protocol';
import { TASKS, type TrainRequest } from '../workers/schema';
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
    exportPolicy: async (format) => store.exchange.convert(await store.policy(), format),
    openPolicy: async (file, name, options) => {
      await store.ready;
      return store.exchange.open(file, name, options);
    },
  };
}
