// What a shared agent tells of itself beside its weights: data that is shown, and never run.

import { WebsimError } from '../../workers/errors';
import type { TaskOptions } from '../../workers/ranks/protocol';

/** How the agent did when it was shared. */
export interface AgentResult {
  /** Mean return of an evaluation, or of the last episodes of training. */
  episodic_return: number;
  /** Half its 95 % confidence interval, where it was evaluated. */
  interval?: number;
  /** Environment steps that it was trained for. */
  global_step: number;
}

export interface AgentFacts {
  task: string;
  options: TaskOptions;
  /** Of the run: `algorithm`, `num_envs`, `total_steps` and what else was not the default, by name. */
  settings: Record<string, number | string | boolean | number[]>;
  seed: number;
  result: AgentResult | null;
  /** Python text of a reward that is not the task's own: shown, and never run. */
  reward?: string;
}

const MAX_TEXT = 100_000;
const MAX_SETTINGS = 100;

/** A header's fields, which came from elsewhere. Throws a WebsimError that names the field. */
export function checkedFacts(header: Record<string, unknown>): AgentFacts {
  const { task, options, settings, seed, result, reward } = header;
  if (typeof task !== 'string' || task === '' || task.length > 100) throw wrong('task', task);
  if (!isObject(options)) throw wrong('options', options);
  if (!isObject(settings) || Object.keys(settings).length > MAX_SETTINGS) {
    throw wrong('settings', settings);
  }
  for (const value of Object.values(settings))
    if (!isSetting(value)) throw wrong('settings', value);
  if (!Number.isSafeInteger(seed) || (seed as number) < 0) throw wrong('seed', seed);
  if (reward !== undefined && (typeof reward !== 'string' || reward.length > MAX_TEXT)) {
    throw wrong('reward', reward);
  }
  return {
    ...{ task, options, settings: settings as AgentFacts['settings'], seed: seed as number },
    result: checkedResult(result),
    ...(reward === undefined ? {} : { reward }),
  };
}

function checkedResult(result: unknown): AgentResult | null {
  if (result === null) return null;
  if (!isObject(result)) throw wrong('result', result);
  const { episodic_return, interval, global_step } = result;
  if (!isNumber(episodic_return) || !isNumber(global_step)) throw wrong('result', result);
  if (interval !== undefined && !isNumber(interval)) throw wrong('result', result);
  return { episodic_return, global_step, ...(interval === undefined ? {} : { interval }) };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isSetting(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= 1000;
  if (Array.isArray(value)) return value.length <= 16 && value.every(isNumber);
  return isNumber(value) || typeof value === 'boolean';
}

function wrong(field: string, got: unknown): WebsimError {
  const text = JSON.stringify(got)?.slice(0, 80);
  return new WebsimError(`The link's ${field} cannot be read: got ${text}; ask for the link again`);
}
