// What the run form and the address hold: the choices of a run, as text that a person typed.

import { ALGORITHMS, SETTINGS, TASKS, TUNED } from '../../workers/schema';

/** The choices that form and address share, named as `TrainConfig` names them. */
export interface RunSettings {
  env: string;
  algorithm: string;
  num_envs: number;
  ranks: number;
  seed: number;
  total_steps: number;
}

export const NUMBER_FIELDS = ['num_envs', 'ranks', 'seed', 'total_steps'] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];

const EXAMPLES: Record<NumberField, string> = {
  num_envs: '256',
  ranks: '2',
  seed: '1',
  total_steps: '1000000',
};

/** What was chosen, completed as the task was tuned for: as many ranks as the machine has and the environments divide into. */
export function completeSettings(chosen: Partial<RunSettings>, maxRanks: number): RunSettings {
  const { env = 'HalfCheetah-v5', algorithm = ALGORITHMS[0] } = chosen;
  const num_envs = chosen.num_envs ?? defaultOf('num_envs', env, algorithm);
  return {
    env,
    algorithm,
    num_envs,
    ranks: fittingRanks(num_envs, maxRanks),
    seed: defaultOf('seed', env, algorithm),
    total_steps: defaultOf('total_steps', env, algorithm),
    ...chosen,
  };
}

/** The default of a run of `algorithm`, which is in `ALGORITHMS`. */
export function defaultOf(field: NumberField, env: string, algorithm: string): number {
  const { defaults } = SETTINGS.find(({ name }) => name === field)!;
  return TUNED[env]?.[algorithm]?.[field] ?? Number(defaults[algorithm]);
}

/** The largest number of ranks, at most `maxRanks`, that divides `numEnvs`. */
export function fittingRanks(numEnvs: number, maxRanks: number): number {
  let ranks = Math.max(1, Math.floor(maxRanks));
  while (ranks > 1 && numEnvs % ranks !== 0) ranks--;
  return ranks;
}

export class InputError extends Error {}

/**
 * A number written in decimal, optionally with an exponent ("1e6"); anything else is an `InputError` about `where`.
 * Only the spelling is judged here: ranges and divisibility are Python's to judge.
 */
export function parseNumber(field: NumberField, text: string, where: string): number {
  if (!/^[+-]?\d+(\.\d+)?([eE]\+?\d+)?$/.test(text)) {
    const got = text === '' ? 'nothing' : `"${text}"`;
    throw new InputError(
      `${where} must be a number such as ${EXAMPLES[field]}, got ${got}; nothing was started.`,
    );
  }
  return Number(text);
}

export function parseTask(text: string, where: string): string {
  return parseWord(TASKS, text, where);
}

export function parseAlgorithm(text: string, where: string): string {
  return parseWord(ALGORITHMS, text, where);
}

function parseWord(words: readonly string[], text: string, where: string): string {
  if (!words.includes(text)) {
    throw new InputError(
      `${where} must be one of ${words.join(', ')}, got "${text}"; nothing was started.`,
    );
  }
  return text;
}
