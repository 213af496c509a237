// A run as an agent to share.

import { WebsimError } from '../../workers/errors';
import type { TrainingRun } from '../../workers/ranks/pool';
import { type Metrics, SETTINGS, TASKS, type TrainConfig } from '../../workers/schema';
import { readPolicyFile } from '../player/policy_file';
import type { AgentFacts, AgentResult } from './agent_facts';
import type { SharedAgent } from './packed_agent';

/** Always told; others only where they are not the algorithm's default. */
const TOLD = ['algorithm', 'num_envs', 'total_steps'];
/** Of the machine and not of the agent. */
const UNTOLD = ['env', 'env_options', 'seed', 'ranks', 'autosave_seconds'];

/** `policy`: as `TrainingStore.policy` gives it. Throws a WebsimError where a link cannot hold what there is. */
export function sharedRun(
  { config, reward }: Pick<TrainingRun, 'config' | 'reward'>,
  latest: Metrics,
  policy: Uint8Array,
): SharedAgent {
  if (policy[0] === 'P'.charCodeAt(0)) {
    throw new WebsimError(
      `${config.env} has several policies, and a link holds one; use Download and send the archive`,
    );
  }
  const file = readPolicyFile(policy);
  if (!(TASKS as readonly string[]).includes(config.env) || Object.keys(file.options).length > 0) {
    throw new WebsimError(
      `${config.env} with these options cannot be played from a link, which holds tasks of this site as they come; ` +
        'use Download and send the policy',
    );
  }
  const facts = runFacts(config, latest);
  return { ...facts, ...(reward ? { reward } : {}), policy: file.policy };
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
