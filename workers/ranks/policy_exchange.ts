// Policies and metrics as files of other tools, and policies that are opened from files: the page asks rank 0.

import { WebsimError } from '../errors';
import type { Metrics } from '../schema';
import type { MetricsFormat, PolicyDescription, PolicyFormat, TaskOptions } from './protocol';
import type { RankClient } from './rank_client';

/** Rank 0 answers between two iterations, and the longest ones take a minute. */
const EXCHANGE_S = 300;

/** What the exchange needs of the pool. */
export interface RankSource {
  /** Rank 0's worker, with what the task needs. */
  firstRank(env?: string, options?: TaskOptions): Promise<RankClient>;
}

/** Of a policy of another library: what it was trained on, and its observation statistics. */
export interface OpenOptions {
  task?: string;
  options?: TaskOptions;
  /** A file that `VecNormalize.save` wrote, or an `.npz` of `mean` and `var`. */
  normalizer?: Uint8Array | ArrayBuffer;
}

export class PolicyExchange {
  constructor(private readonly ranks: RankSource) {}

  /** A policy file, or a zip archive of several, in another format. */
  async convert(policy: Uint8Array, format: PolicyFormat): Promise<Uint8Array> {
    const rank = await this.ranks.firstRank();
    return rank.request('convert', { policy, format }, EXCHANGE_S);
  }

  /** `history` as the text of a file. */
  async metricsFile(history: readonly Metrics[], format: MetricsFormat): Promise<string> {
    const rank = await this.ranks.firstRank();
    return rank.request('metrics-file', { history: [...history], format }, EXCHANGE_S);
  }

  /** A task with its options as the player reads it: text for `readTaskFile` (webapp/player/task_file.ts). */
  async playableTask(env: string, options: TaskOptions): Promise<string> {
    const rank = await this.ranks.firstRank(env, options);
    return rank.request('playable-task', { env, options }, EXCHANGE_S);
  }

  /** Reads a policy of any known format. `name`: of the file, for messages. */
  async open(
    file: Uint8Array | ArrayBuffer,
    name: string,
    { task = '', options = {}, normalizer = new Uint8Array() }: OpenOptions = {},
  ): Promise<OpenedPolicy> {
    const rank = await this.ranks.firstRank(task || undefined, options);
    const opened = await rank.request(
      'open-policy',
      { file: toBytes(file), name, task, options, normalizer: toBytes(normalizer) },
      EXCHANGE_S,
    );
    return new OpenedPolicy(this.ranks, this, opened.policy, opened.description);
  }
}

/** A policy that was opened from a file. */
export class OpenedPolicy {
  readonly task: string;
  readonly options: TaskOptions;
  readonly obs_dim: number;
  /** Numbers of an action; 1 where it is the number of a discrete one. */
  readonly action_dim: number;
  readonly discrete: boolean;

  constructor(
    private readonly ranks: RankSource,
    private readonly exchange: PolicyExchange,
    /** The `.websim` file. */
    readonly file: Uint8Array,
    description: PolicyDescription,
  ) {
    this.task = description.task;
    this.options = description.options;
    this.obs_dim = description.obs_dim;
    this.action_dim = description.action_dim;
    this.discrete = description.discrete;
  }

  /** Deterministic actions [B, A] in the task's units for observations [B, O], row after row. */
  async predict(observations: ArrayLike<number>): Promise<Float32Array> {
    const rows = Float32Array.from(observations);
    if (rows.length % this.obs_dim !== 0) {
      throw new WebsimError(
        `predict: expected observations of ${this.obs_dim} numbers each, got ${rows.length} numbers`,
      );
    }
    const rank = await this.ranks.firstRank();
    return rank.request('predict', { policy: this.file, observations: rows }, EXCHANGE_S);
  }

  /** The policy in another format. */
  export(format: PolicyFormat): Promise<Uint8Array> {
    return this.exchange.convert(this.file, format);
  }
}

function toBytes(data: Uint8Array | ArrayBuffer): Uint8Array {
  return data instanceof Uint8Array ? data : new Uint8Array(data);
}
