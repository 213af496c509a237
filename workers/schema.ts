// Generated from websim's dataclasses by scripts/write_reference.py: do not edit.

export const ALGORITHMS = ['ppo', 'ars', 'sac'] as const;

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
  /** the optimiser's step size, at the start */
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
  /** logarithm of the actions' deviation at the start, of outputs in [-1, 1] */
  init_log_std?: number;
  /** deviation of the noise on the parameters */
  sigma?: number;
  /** share of the directions that count, those with the best returns */
  top_fraction?: number;
  /** what weighs a direction: returns over their deviation (ARS), or centred ranks, with Adam (OpenAI-ES) */
  fitness?: string;
  /** subtracted from each step's reward before returns are compared */
  survival_bonus?: number;
  /** transitions that are kept, the newest of each environment */
  buffer_size?: number;
  /** steps of random actions before learning */
  learning_starts?: number;
  /** transitions of an update */
  batch_size?: number;
  /** updates of the critics per environment step */
  utd?: number;
  /** updates of the critics per update of the actor */
  policy_frequency?: number;
  /** Adam's step size of the critics and alpha */
  q_lr?: number;
  /** Adam's step size of the actor */
  policy_lr?: number;
  /** share of the critics that their targets take over per update */
  tau?: number;
  /** learn alpha, so that the policy has the target entropy */
  autotune?: boolean;
  /** weight of the entropy; where it is learned, at the start */
  alpha?: number;
  /** entropy to reach, per number of an action in [-1, 1] */
  target_entropy?: number;
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
  { name: 'env_options', help: "options of the task, by name: its function's arguments", defaults: {"ppo": {}, "ars": {}, "sac": {}}, low: null, high: null, live: false },
  { name: 'algorithm', help: "learning algorithm: ppo, ars or sac", defaults: {"ppo": "ppo", "ars": "ars", "sac": "sac"}, low: null, high: null, live: false },
  { name: 'total_steps', help: "environment steps of the whole run, all ranks together", defaults: {"ppo": 1000000, "ars": 1000000, "sac": 1000000}, low: 1, high: 9007199254740991, live: true },
  { name: 'num_envs', help: "environments of the whole run, divided evenly over the ranks", defaults: {"ppo": 64, "ars": 16, "sac": 8}, low: 1, high: 65536, live: true },
  { name: 'ranks', help: "parallel ranks: threads natively, Web Workers in the browser", defaults: {"ppo": 1, "ars": 1, "sac": 1}, low: 1, high: null, live: false },
  { name: 'seed', help: "seed of all random numbers", defaults: {"ppo": 1, "ars": 1, "sac": 1}, low: 0, high: 9007199254740991, live: false },
  { name: 'hidden', help: "units of each hidden layer, at most 8 layers of 2048", defaults: {"ppo": [64, 64], "ars": [], "sac": [256, 256]}, low: null, high: null, live: false },
  { name: 'activation', help: "of the hidden layers", defaults: {"ppo": "tanh", "ars": "tanh", "sac": "relu"}, low: null, high: null, live: false },
  { name: 'autosave_seconds', help: "seconds between saves of the run; 0: none", defaults: {"ppo": 5.0, "ars": 5.0, "sac": 5.0}, low: 0, high: 86400, live: true },
  { name: 'eval_every', help: "steps between evaluations of the policy; 0: none", defaults: {"ppo": 200000, "ars": 200000, "sac": 200000}, low: 0, high: 9007199254740991, live: true },
  { name: 'eval_episodes', help: "deterministic episodes of an evaluation", defaults: {"ppo": 20, "ars": 20, "sac": 20}, low: 2, high: 10000, live: false },
  { name: 'num_steps', help: "control steps of each environment per iteration", defaults: {"ppo": 64, "sac": 16}, low: 1, high: 100000, live: false },
  { name: 'learning_rate', help: "the optimiser's step size, at the start", defaults: {"ppo": 0.002, "ars": 0.04}, low: 1e-09, high: 1.0, live: true },
  { name: 'anneal_lr', help: "lower the step size linearly to 0 over total_steps", defaults: {"ppo": true}, low: null, high: null, live: true },
  { name: 'gamma', help: "discount per control step", defaults: {"ppo": 0.99, "sac": 0.99}, low: 0.0, high: 1.0, live: true },
  { name: 'gae_lambda', help: "lambda of generalised advantage estimation", defaults: {"ppo": 0.95}, low: 0.0, high: 1.0, live: true },
  { name: 'num_minibatches', help: "minibatches per epoch", defaults: {"ppo": 8}, low: 1, high: 100000, live: true },
  { name: 'update_epochs', help: "passes over each rollout", defaults: {"ppo": 10}, low: 1, high: 1000, live: true },
  { name: 'clip_coef', help: "PPO's clipping range of the probability ratio", defaults: {"ppo": 0.2}, low: 1e-06, high: 10.0, live: true },
  { name: 'ent_coef', help: "weight of the entropy bonus", defaults: {"ppo": 0.0}, low: 0.0, high: 10.0, live: true },
  { name: 'vf_coef', help: "weight of the value loss", defaults: {"ppo": 0.5}, low: 0.0, high: 100.0, live: true },
  { name: 'max_grad_norm', help: "gradients are scaled down to this L2 norm", defaults: {"ppo": 0.5}, low: 1e-06, high: 1000000000.0, live: true },
  { name: 'target_kl', help: "an epoch whose mean KL exceeds this is the iteration's last; 0: never", defaults: {"ppo": 0.03}, low: 0.0, high: 1000000000.0, live: true },
  { name: 'init_log_std', help: "logarithm of the actions' deviation at the start, of outputs in [-1, 1]", defaults: {"ppo": 0.0}, low: -10.0, high: 2.0, live: false },
  { name: 'sigma', help: "deviation of the noise on the parameters", defaults: {"ars": 0.05}, low: 1e-09, high: 10.0, live: true },
  { name: 'top_fraction', help: "share of the directions that count, those with the best returns", defaults: {"ars": 0.5}, low: 0.0, high: 1.0, live: true },
  { name: 'fitness', help: "what weighs a direction: returns over their deviation (ARS), or centred ranks, with Adam (OpenAI-ES)", defaults: {"ars": "returns"}, low: null, high: null, live: false },
  { name: 'survival_bonus', help: "subtracted from each step's reward before returns are compared", defaults: {"ars": 0.0}, low: -1000000000.0, high: 1000000000.0, live: true },
  { name: 'buffer_size', help: "transitions that are kept, the newest of each environment", defaults: {"sac": 1000000}, low: 2, high: 100000000, live: false },
  { name: 'learning_starts', help: "steps of random actions before learning", defaults: {"sac": 5000}, low: 1, high: 1000000000, live: false },
  { name: 'batch_size', help: "transitions of an update", defaults: {"sac": 256}, low: 1, high: 4096, live: false },
  { name: 'utd', help: "updates of the critics per environment step", defaults: {"sac": 1.0}, low: 0.0, high: 100.0, live: true },
  { name: 'policy_frequency', help: "updates of the critics per update of the actor", defaults: {"sac": 2}, low: 1, high: 1000, live: true },
  { name: 'q_lr', help: "Adam's step size of the critics and alpha", defaults: {"sac": 0.001}, low: 1e-09, high: 1.0, live: true },
  { name: 'policy_lr', help: "Adam's step size of the actor", defaults: {"sac": 0.0003}, low: 1e-09, high: 1.0, live: true },
  { name: 'tau', help: "share of the critics that their targets take over per update", defaults: {"sac": 0.005}, low: 0.0, high: 1.0, live: true },
  { name: 'autotune', help: "learn alpha, so that the policy has the target entropy", defaults: {"sac": true}, low: null, high: null, live: true },
  { name: 'alpha', help: "weight of the entropy; where it is learned, at the start", defaults: {"sac": 0.2}, low: 1e-09, high: 1000000.0, live: true },
  { name: 'target_entropy', help: "entropy to reach, per number of an action in [-1, 1]", defaults: {"sac": -1.0}, low: -100.0, high: 0.69, live: true },
];

/** Settings of each task, by algorithm, that differ from the defaults. */
export const TUNED: Record<string, Record<string, Partial<TrainConfig>>> = {
  "InvertedPendulum-v5": {"ppo": {"total_steps": 200000}, "sac": {"total_steps": 6000, "num_envs": 4, "hidden": [64, 64], "batch_size": 128, "learning_starts": 500, "q_lr": 0.002, "policy_lr": 0.002, "policy_frequency": 1, "tau": 0.02}},
  "InvertedDoublePendulum-v5": {"ppo": {"gamma": 0.98, "init_log_std": -0.5}, "sac": {"total_steps": 15000, "num_envs": 4, "hidden": [64, 64], "batch_size": 128, "learning_starts": 500, "q_lr": 0.002, "policy_lr": 0.002, "policy_frequency": 1, "tau": 0.02}},
  "Reacher-v5": {"ppo": {"total_steps": 500000, "num_envs": 32, "num_minibatches": 16, "learning_rate": 0.0006, "gamma": 0.95, "target_kl": 0.0}, "sac": {"total_steps": 15000, "num_envs": 4, "hidden": [64, 64], "batch_size": 128, "learning_starts": 500, "q_lr": 0.002, "policy_lr": 0.002, "policy_frequency": 1, "tau": 0.02, "gamma": 0.95}},
  "Pusher-v5": {},
  "Swimmer-v5": {"ppo": {"num_envs": 4, "num_steps": 1024, "num_minibatches": 16, "learning_rate": 0.0006, "gamma": 0.9999, "gae_lambda": 0.98, "target_kl": 0.0}, "ars": {"num_envs": 16, "top_fraction": 0.5, "sigma": 0.1, "learning_rate": 0.05}},
  "Hopper-v5": {"ppo": {"num_envs": 16, "num_steps": 128, "num_minibatches": 16, "learning_rate": 0.0004, "target_kl": 0.0}},
  "HalfCheetah-v5": {"ppo": {"num_envs": 32, "learning_rate": 0.001, "init_log_std": -0.5}, "ars": {"num_envs": 16, "top_fraction": 0.5, "sigma": 0.05, "learning_rate": 0.04}, "sac": {"total_steps": 300000, "hidden": [128, 128], "utd": 0.25, "policy_lr": 0.001, "alpha": 0.1}},
  "Walker2d-v5": {"ppo": {"num_envs": 16, "num_steps": 128, "num_minibatches": 16, "learning_rate": 0.0004, "target_kl": 0.0}},
  "Ant-v5": {"ppo": {"num_envs": 32, "learning_rate": 0.001, "init_log_std": -1.0}},
  "Humanoid-v5": {"ppo": {"num_envs": 32, "learning_rate": 0.001, "init_log_std": -1.0}},
  "HumanoidStandup-v5": {},
  "CartPoleSwingup": {"ppo": {"total_steps": 400000, "learning_rate": 0.001}},
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
  /** steps of this iteration / its wall-clock time, learning included, evaluation not [steps/s] */
  'charts/SPS': number;
  /** the optimiser's step size in this iteration [1] */
  'charts/learning_rate': number;
  /** -mean of the clipped surrogate over the last epoch [1] */
  'losses/policy_loss'?: number;
  /** mean of (value - return)^2 / 2 over the last epoch, rewards scaled [1] */
  'losses/value_loss'?: number;
  /** entropy of the action distribution, mean over the last epoch or the updates; of SAC with actions in [-1, 1] [nat] */
  'losses/entropy'?: number | null;
  /** mean of (r - 1) - ln r over the last epoch, r the probability ratio [nat] */
  'losses/approx_kl'?: number;
  /** share of samples whose ratio is outside the clipping range [1] */
  'losses/clipfrac'?: number;
  /** 1 - Var(return - value) / Var(return) of the rollout [1] */
  'losses/explained_variance'?: number;
  /** mean value of the first critic over the updates [reward] */
  'losses/qf1_values'?: number | null;
  /** mean value of the second critic over the updates [reward] */
  'losses/qf2_values'?: number | null;
  /** mean of (first critic - target)^2 over the updates [reward^2] */
  'losses/qf1_loss'?: number | null;
  /** mean of (second critic - target)^2 over the updates [reward^2] */
  'losses/qf2_loss'?: number | null;
  /** mean of alpha ln pi - the smaller critic's value over the updates [reward] */
  'losses/actor_loss'?: number | null;
  /** weight of the entropy [reward/nat] */
  'losses/alpha'?: number;
  /** -alpha (mean of ln pi + target entropy) over the updates [reward] */
  'losses/alpha_loss'?: number | null;
  /** L2 norm of the last minibatch's gradient before clipping; of SAC the critics', null before the first [1] */
  'losses/grad_norm'?: number | null;
  /** minibatches learned from since the start [count] */
  'charts/updates'?: number;
  /** standard deviation of the returns that count [reward] */
  'losses/return_deviation'?: number;
  /** L2 norm of the parameters' change [1] */
  'losses/update_norm'?: number;
  /** mean undiscounted return of the deterministic policy in the last evaluation; stays until the next [reward] */
  'eval/episodic_return': number | null;
  /** half the 95 % confidence interval of that mean (Student's t) [reward] */
  'eval/interval': number | null;
  /** mean length of that evaluation's episodes [steps] */
  'eval/episodic_length': number | null;
  /** environments reset because their physics diverged, since the start [count] */
  'physics/divergences': number;
  /** since the session was opened, pauses included [s] */
  'time/elapsed': number;
  /** stepping the environments in this iteration [s] */
  'time/rollout': number;
  /** learning from them [s] */
  'time/update': number;
  /** evaluating the policy after this iteration; 0 when it was not [s] */
  'time/evaluation': number;
}

/** The environment to follow for the policy that is shown: its global index. */
export const SHOWN_ENV = 536870912;

/** What a model may ask for, as websim/models/limits.py says; attributes by element (none: any), name. */
export const MODEL_LIMITS = {
  elements: 20000,
  dofs: 3000,
  cells: 4194304,
  pixels: 134217728,
  depth: 100,
  include_depth: 16,
  cable: 500,
  range_steps: 100000,
  xml_bytes: 16000000,
  largest: {"size memory": 536870912, "size nstack": 67108864.0, "size njmax": 20000, "size nconmax": 10000, "size nuserdata": 1000000, "size nkey": 10000, "size nuser_actuator": 1000, "size nuser_body": 1000, "size nuser_cam": 1000, "size nuser_geom": 1000, "size nuser_jnt": 1000, "size nuser_sensor": 1000, "size nuser_site": 1000, "size nuser_tendon": 1000, "option iterations": 10000, "option ls_iterations": 10000, "option noslip_iterations": 10000, "option ccd_iterations": 10000, "option sdf_iterations": 10000, "option sdf_initpoints": 10000, "numeric size": 500, " nsample": 10000, " actdim": 1000, "user dim": 100000, "contact num": 10000, "mesh params": 200, "camera resolution": 4096, "flexcomp cellcount": 100, "skin subgrid": 10} as Record<string, number>,
  smallest: {"contact activelayers": 1, "texture nchannel": 1} as Record<string, number>,
};

export const TASKS = ['InvertedPendulum-v5', 'InvertedDoublePendulum-v5', 'Reacher-v5', 'Pusher-v5', 'Swimmer-v5', 'Hopper-v5', 'HalfCheetah-v5', 'Walker2d-v5', 'Ant-v5', 'Humanoid-v5', 'HumanoidStandup-v5', 'CartPoleSwingup', 'PandaReach', 'UR5eReach', 'PandaPickCube', 'AnymalCJoystick', 'Swarm', 'AntSumo'] as const;
