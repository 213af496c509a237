// A run as an agent to share.

import { WebsimError } from '../../workers/errors';
import type { PolicyExchange, TrainingRun } from '../../workers/ranks/pool';
import { type Metrics, SETTINGS, TASKS, type TrainConfig } from '../../workers/schema';
import { readPolicyFile } from '../player/policy_file';
import { readTaskFile } from '../player/task_file';
import type { AgentFacts, AgentResult } from './agent_facts';
import type { SharedAgent } from './packed_agent';
import { describeTask } from './packed_task';

/** Always told; others only where they are not the algorithm's default. */
const TOLD = ['algorithm', 'num_envs', 'total_steps'];
/** Of the machine and not of the agent. */
const UNTOLD = ['env', 'env_options', 'seed', 'ranks', 'autosave_seconds'];

/**
 * `policy`: as `TrainingStore.policy` gives it; `playableTask`: as `PolicyExchange` has it, asked where the site has no
 * task like the run's. Rejects with a WebsimError where a link cannot hold what there is.
 */
export async function sharedRun(
  { config, reward }: Pick<TrainingRun, 'config' | 'reward'>,
  latest: Metrics,
  policy: Uint8Array,
  playableTask: PolicyExchange['playableTask'],
): Promise<SharedAgent> {
  if (policy[0] === 'P'.charCodeAt(0)) {
    throw new WebsimError(
      `${config.env} has several policies, and a link holds one; use Download and send the archive`,
    );
  }
  const { env, env_options: options } = config;
  const ofSite = (TASKS as readonly string[]).includes(env) && Object.keys(options).length === 0;
  const task = ofSite ? null : readTaskFile(await playableTask(env, options));
  return {
    ...runFacts(config, latest),
    ...(reward ? { reward } : {}),
    policy: readPolicyFile(policy).policy,
    ...(task ? { brought: describeTask(task) } : {}),
  };
}

export function runFacts(config: TrainConfig, latest: Metrics | null): AgentFacts {
  const values = config as unknown as Record<string, AgentFacts['settings'][string]>;
  const told = SETTINGS.filter(({ name, defaults }) => {
    if (UNTOLD.includes(name) || values[name] === undefined) return false;
    const usual = JSON.stringify(defaults[config.algorithm]);
    return TOLD.includes(name) || JSON.stringify(values[name]) !== usual;
  });
  return {
    task: config.env,
    options: config.env_options,
    settings: Object.fromEntries(told.map(({ name }) => [name, values[name]!])),
    seed: config.seed,
    result: latest && resultOf(latest),
  };
}

function resultOf(latest: Metrics): AgentResult | null {
  const { global_step } = latest;
  const { 'eval/episodic_return': evaluated, 'eval/interval': interval } = latest;
  if (evaluated != null) {
    return { episodic_return: evaluated, global_step, ...(interval == null ? {} : { interval }) };
  }
  const trained = latest['charts/episodic_return'];
  return trained == null ? null : { episodic_return: trained, global_step };
}
