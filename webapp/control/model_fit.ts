// Whether a run can go on with another model: what a policy sees and does, and what is drawn, have to be as many.

import type { TrainingPool } from '../../workers/ranks/pool';
import type { TaskOptions } from '../../workers/ranks/protocol';

/** Rank 0 answers between two iterations, and the largest batches take a minute. */
const ANSWER_S = 300;

/** What the comparison needs of a `TrainingPool`. */
export type FitPool = Pick<TrainingPool, 'firstRank' | 'scene'>;

/** `differences`: as the function of that name tells them. */
export class ModelFitError extends Error {
  constructor(readonly differences: string[]) {
    super(
      `The run cannot go on with this model: ${differences.join(', ')}; start another run with it.`,
    );
    this.name = 'ModelFitError';
  }
}

/** What differs between a task with two models, such as "4 → 6 observations"; nothing: a run can go on. */
export async function differences(
  pool: FitPool,
  env: string,
  before: TaskOptions,
  after: TaskOptions,
): Promise<string[]> {
  const [old, next] = [await sizes(pool, env, before), await sizes(pool, env, after)];
  return Object.keys(old)
    .filter((what) => old[what] !== next[what])
    .map((what) => `${old[what]} → ${next[what]} ${what}`);
}

async function sizes(
  pool: FitPool,
  env: string,
  options: TaskOptions,
): Promise<Record<string, number>> {
  const client = await pool.firstRank(env, options);
  const { observations, actions } = await client.request('task-size', { env, options }, ANSWER_S);
  const { geoms } = await pool.scene(env, options);
  return { observations, actions, 'drawn parts': geoms.length };
}
