// What a rank calls in Python to export and open policies (`websim/worker_exchange.py`), as TypeScript sees it.

import type { MetricsFormat, PolicyFormat } from './protocol';

export interface ExchangeModule {
  /** A policy file, or a zip archive of several, in another format. */
  convertPolicies(policy: Uint8Array, format: PolicyFormat): Uint8Array;
  /** The `.websim` file of a policy of any known format; `options` is JSON. Empty: no task, no normalizer. */
  openPolicy(
    file: Uint8Array,
    name: string,
    task: string,
    options: string,
    normalizer: Uint8Array,
  ): Uint8Array;
  /** JSON of a `PolicyDescription`. */
  describePolicy(policy: Uint8Array): string;
  /** Actions [B, A] for observations [B, O]. */
  predict(policy: Uint8Array, observations: Uint8Array): Uint8Array;
  /** `history` is JSON. */
  metricsFile(history: string, format: MetricsFormat): string;
  /** A task with its options, JSON, as the player reads it: a `TaskFile`'s text (webapp/player/task_file.ts). */
  playableTask(env: string, options: string): string;
}
