// What a rank calls in Python for the editor of rewards (`websim/worker_reward.py`), and what comes back.

export interface RewardModule {
  /** A `RewardSheet` as JSON. */
  sheet(env: string, options: string): string;
  /** A `RewardTrial` as JSON; an empty `policy`: random actions. */
  trial(env: string, options: string, text: string, policy: Uint8Array): string;
}

/** What is there to write a task's reward of. */
export interface RewardSheet {
  /** The task's own reward, as a text that runs by itself. */
  text: string;
  signals: SignalNote[];
  /** Numbers of an action, and the least and the largest that one may be. */
  actions: number;
  low: number | null;
  high: number | null;
  /** Names of the task's agents; none: rewards are [B]. */
  agents: string[];
}

export interface SignalNote {
  name: string;
  /** "[B]" or "[B, 3]". */
  shape: string;
  /** Empty: none. */
  unit: string;
  meaning: string;
}

/** What a reward gives over a few hundred control steps. */
export interface RewardTrial {
  steps: number;
  num_envs: number;
  /** Whose values are drawn; empty: the task has no agents. */
  agent: string;
  /** Whether actions were random. */
  random: boolean;
  /** Steps that ended an episode of the environment that is drawn. */
  ends: number[];
  total: TrialSeries;
  terms: Record<string, TrialSeries>;
}

export interface TrialSeries {
  /** Of the first environment. */
  values: number[];
  /** Over all environments. */
  mean: number;
  low: number;
  high: number;
}
