// A run as one file, with all that it goes on with elsewhere.

import { saveFile } from '../save_file';
import { taskTitle } from './own_model';
import type { TrainingStore } from './training_store';

/** As the run was saved last; rejects when nothing was saved yet. */
export async function saveRunFile({ keeper, run }: TrainingStore): Promise<void> {
  const { saver } = keeper;
  if (!run || !saver?.last) throw new Error('The run is not saved yet: wait a few seconds.');
  const data = await keeper.export(saver.id);
  const { env, env_options, seed } = run.config;
  const name = taskTitle(env, env_options)
    .toLowerCase()
    .replace(/[^\w.-]+/g, '-');
  saveFile(`${name}-seed${seed}-${saver.last.globalStep}.websim-run`, data);
}
