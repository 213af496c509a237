// Whether a run can go on with another model: what a policy sees and does, and what is drawn, have to be as many.

import type { TaskSize } from '../editors/scene_protocol';
import { WebsimError } from '../errors';
import type { SceneDescription, TaskOptions } from './protocol';
import type { RankClient } from './rank_client';

/** Rank 0 answers between two iterations, and the largest batches take a minute. */
const ANSWER_S = 300;

/** `differences`: as the function of that name tells them. */
export class ModelFitError extends WebsimError {
  constructor(readonly differences: string[]) {
    super(
      `The run cannot go on with this model: ${differences.join(', ')}; start another run with it.`,
    );
    this.name = 'ModelFitError';
  }
}

/**
 * What differs between a task with the options that a run has, which is drawn as `scene`, and with others, whose model
 * brings its files, such as "4 → 6 observations"; nothing: the run can go on.
 */
export async function differences(
  client: Pick<RankClient, 'request'>,
  env: string,
  before: TaskOptions,
  scene: SceneDescription,
  after: TaskOptions,
): Promise<string[]> {
  const sizeOf = (options: TaskOptions) => client.request('task-size', { env, options }, ANSWER_S);
  const old = counts(await sizeOf(before), scene);
  const nextScene = await client.request('scene', { env, options: after }, ANSWER_S);
  const next = counts(await sizeOf(after), nextScene);
  return Object.keys(old)
    .filter((what) => old[what] !== next[what])
    .map((what) => `${old[what]} → ${next[what]} ${what}`);
}

function counts(size: TaskSize, scene: SceneDescription): Record<string, number> {
  return { ...size, 'drawn parts': scene.geoms.length };
}
