// Generated from websim's dataclasses by scripts/write_reference.py: do not edit.

export const ALGORITHMS = ['ppo'] as const;

/** A run's settings; those that only some algorithms have are optional. */
export interface TrainConfig {
  /** task id */
  env: string;
  /** options of the task, by name: its function's arguments */
  env_options: Record<string, unknown>;
  /** learning algorithm: ppo, ars or sac */
  algorithm: string;
  /** environment steps of the whole run, all ranks together */
  total_steps: number;
  /** environments of the whole run, divided evenly over the ranks */
  num_envs: number;
  /** parallel ranks: threads natively, Web Workers in the browser */
  ranks: number;
  /** seed of all random numbers */
  seed: number;
  /** units of each hidden layer, at most 8 layers of 2048 */
  hidden: number[];
  /** of the hidden layers */
  activation: string;
  /** seconds between saves of the run; 0: none */
  autosave_seconds: number;
  /** steps between evaluations of the policy; 0: none */
  eval_every: number;
  /** deterministic episodes of an evaluation */
  eval_episodes: number;
  /** control steps of each environment per iteration */
  num_steps?: number;
  /** Adam's step size at the start */
  learning_rate?: number;
  /** lower the step size linearly to 0 over total_steps */
  anneal_lr?: boolean;
  /** discount per control step */
  gamma?: number;
  /** lambda of generalised advantage estimation */
  gae_lambda?: number;
  /** minibatches per epoch */
  num_minibatches?: number;
  /** passes over each rollout */
  update_epochs?: number;
  /** PPO's clipping range of the probability ratio */
  clip_coef?: number;
  /** weight of the entropy bonus */
  ent_coef?: number;
  /** weight of the value loss */
  vf_coef?: number;
  /** gradients are scaled down to this L2 norm */
  max_grad_norm?: number;
  /** an epoch whose mean KL exceeds this is the iteration's last; 0: never */
  target_kl?: number;
}

/** What a caller may ask for: defaults fill in the rest, and Python checks it. */
export type TrainRequest = { env: string } & { [field: string]: unknown };

/** One setting: its default by algorithm (none: required), and its allowed range where it is a number. */
export interface Setting {
  name: keyof TrainConfig;
  help: string;
  defaults: Record<string, unknown>;
  low: number | null;
  high: number | null;
  /** Whether it may change while a run goes on. */
  live: boolean;
}

export const SETTINGS: readonly Setting[] = [
  { name: 'env', help: "task id", defaults: {}, low: null, high: null, live: false },
  { name: 'env_options', help: "options of the task, by name: its function's arguments", defaults: {"ppo": {}}, low: null, high: null, live: false },
  { name: 'algorithm', help: "learning algorithm: ppo, ars or sac", defaults: {"ppo": "ppo"}, low: null, high: null, live: false },
  { name: 'total_steps', help: "environment steps of the whole run, all ranks together", defaults: {"ppo": 1000000}, low: 1, high: 9007199254740991, live: true },
  { name: 'num_envs', help: "environments of the whole run, divided evenly over the ranks", defaults: {"ppo": 64}, low: 1, high: 65536, live: false },
  { name: 'ranks', help: "parallel ranks: threads natively, Web Workers in the browser", defaults: {"ppo": 1}, low: 1, high: null, live: false },
  { name: 'seed', help: "seed of all random numbers", defaults: {"ppo": 1}, low: 0, high: 9007199254740991, live: false },
  { name: 'hidden', help: "units of each hidden layer, at most 8 layers of 2048", defaults: {"ppo": [64, 64]}, low: null, high: null, live: false },
  { name: 'activation', help: "of the hidden layers", defaults: {"ppo": "tanh"}, low: null, high: null, live: false },
  { name: 'autosave_seconds', help: "seconds between saves of the run; 0: none", defaults: {"ppo": 5.0}, low: 0, high: 86400, live: true },
  { name: 'eval_every', help: "steps between evaluations of the policy; 0: none", defaults: {"ppo": 200000}, low: 0, high: 9007199254740991, live: true },
  { name: 'eval_episodes', help: "deterministic episodes of an evaluation", defaults: {"ppo": 20}, low: 2, high: 10000, live: false },
  { name: 'num_steps', help: "control steps of each environment per iteration", defaults: {"ppo": 64}, low: 1, high: 100000, live: false },
  { name: 'learning_rate', help: "Adam's step size at the start", defaults: {"ppo": 0.002}, low: 1e-09, high: 1.0, live: true },
  { name: 'anneal_lr', help: "lower the step size linearly to 0 over total_steps", defaults: {"ppo": true}, low: null, high: null, live: true },
  { name: 'gamma', help: "discount per control step", defaults: {"ppo": 0.99}, low: 0.0, high: 1.0, live: true },
  { name: 'gae_lambda', help: "lambda of generalised advantage estimation", defaults: {"ppo": 0.95}, low: 0.0, high: 1.0, live: true },
  { name: 'num_minibatches', help: "minibatches per epoch", defaults: {"ppo": 8}, low: 1, high: 100000, live: true },
  { name: 'update_epochs', help: "passes over each rollout", defaults: {"ppo": 10}, low: 1, high: 1000, live: true },
  { name: 'clip_coef', help: "PPO's clipping range of the probability ratio", defaults: {"ppo": 0.2}, low: 1e-06, high: 10.0, live: true },
  { name: 'ent_coef', help: "weight of the entropy bonus", defaults: {"ppo": 0.0}, low: 0.0, high: 10.0, live: true },
  { name: 'vf_coef', help: "weight of the value loss", defaults: {"ppo": 0.5}, low: 0.0, high: 100.0, live: true },
  { name: 'max_grad_norm', help: "gradients are scaled down to this L2 norm", defaults: {"ppo": 0.5}, low: 1e-06, high: 1000000000.0, live: true },
  { name: 'target_kl', help: "an epoch whose mean KL exceeds this is the iteration's last; 0: never", defaults: {"ppo": 0.03}, low: 0.0, high: 1000000000.0, live: true },
];

/** Settings of each task, by algorithm, that differ from the defaults. */
export const TUNED: Record<string, Record<string, Partial<TrainConfig>>> = {
  "InvertedPendulum-v5": {},
  "InvertedDoublePendulum-v5": {},
  "Reacher-v5": {},
  "Pusher-v5": {},
  "Swimmer-v5": {},
  "Hopper-v5": {},
  "HalfCheetah-v5": {"ppo": {"num_envs": 64, "learning_rate": 0.002}},
  "Walker2d-v5": {},
  "Ant-v5": {},
  "Humanoid-v5": {},
  "HumanoidStandup-v5": {},
  "CartPoleSwingup": {},
  "PandaReach": {},
  "UR5eReach": {},
  "PandaPickCube": {},
  "AnymalCJoystick": {},
  "Swarm": {},
  "AntSumo": {},
};

/** Those without a value belong to other algorithms. */
export interface Metrics {
  /** rollouts and updates done [count] */
  iteration: number;
  /** environment steps of all ranks together [steps] */
  global_step: number;
  /** mean undiscounted return of the last 100 finished episodes, the mean over a policy's agents [reward] */
  'charts/episodic_return': number | null;
  /** mean length of the last 100 finished episodes [steps] */
  'charts/episodic_length': number | null;
  /** finished episodes since the start [count] */
  'charts/episodes': number;
  /** steps of this iteration / its wall-clock time, learning included [steps/s] */
  'charts/SPS': number;
  /** the optimiser's step size in this iteration [1] */
  'charts/learning_rate': number;
  /** -mean of the clipped surrogate over the last epoch [1] */
  'losses/policy_loss'?: number;
  /** mean of (value - return)^2 / 2 over the last epoch, rewards scaled [1] */
  'losses/value_loss'?: number;
  /** entropy of the action distribution, mean over the last epoch [nat] */
  'losses/entropy'?: number;
  /** mean of (r - 1) - ln r over the last epoch, r the probability ratio [nat] */
  'losses/approx_kl'?: number;
  /** share of samples whose ratio is outside the clipping range [1] */
  'losses/clipfrac'?: number;
  /** 1 - Var(return - value) / Var(return) of the rollout [1] */
  'losses/explained_variance'?: number;
  /** L2 norm of the last minibatch's gradient before clipping [1] */
  'losses/grad_norm': number;
  /** environments reset because their physics diverged, since the start [count] */
  'physics/divergences': number;
  /** since the session was opened, pauses included [s] */
  'time/elapsed': number;
  /** stepping the environments in this iteration [s] */
  'time/rollout': number;
  /** learning from them [s] */
  'time/update': number;
}

export const TASKS = ['InvertedPendulum-v5', 'InvertedDoublePendulum-v5', 'Reacher-v5', 'Pusher-v5', 'Swimmer-v5', 'Hopper-v5', 'HalfCheetah-v5', 'Walker2d-v5', 'Ant-v5', 'Humanoid-v5', 'HumanoidStandup-v5', 'CartPoleSwingup', 'PandaReach', 'UR5eReach', 'PandaPickCube', 'AnymalCJoystick', 'Swarm', 'AntSumo'] as const;
