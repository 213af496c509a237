// Generated from websim's dataclasses by scripts/write_schema.py: do not edit.

export interface TrainConfig {
  env: string;
  algorithm: 'ppo';
  total_steps: number;
  num_envs: number;
  ranks: number;
  seed: number;
  [hyperparameter: string]: number | string | boolean | null;
}

/** What a caller may ask for: defaults fill in the rest. */
export type TrainRequest = { env: string } & { [field: string]: unknown };

export interface Metrics {
  iteration: number;
  global_step: number;
  'charts/episodic_return': number | null;
  'charts/episodic_length': number | null;
  'charts/episodes': number;
  'charts/SPS': number;
  'charts/learning_rate': number;
  'losses/policy_loss': number;
  'losses/value_loss': number;
  'losses/entropy': number;
  'losses/approx_kl': number;
  'losses/clipfrac': number;
  'losses/explained_variance': number;
  'losses/grad_norm': number;
  'physics/divergences': number;
  'time/elapsed': number;
  'time/rollout': number;
  'time/update': number;
}

export const TASKS = ['InvertedPendulum-v5', 'Hopper-v5', 'HalfCheetah-v5'] as const;
