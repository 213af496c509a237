// `window.websim`: the page's automation interface, documented in docs/automation.md.

import type { TrainingRun } from '../workers/pool';
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
  };
}
