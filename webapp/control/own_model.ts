// A model of one's own as a task: its id, its options and the name that is shown for it.

import type { PackedModel } from '../../workers/editors/scene_protocol';
import type { TaskOptions } from '../../workers/ranks/protocol';

/** As `websim/tasks/own_model.py` names the task. */
export const OWN_MODEL = 'OwnModel';

/** Characters of a model in which its name is looked for, and of the name. */
const MAX_HEAD = 10_000;
const MAX_TITLE = 100;

/** Options of the task, or of another one whose model was edited. */
export interface ModelOptions extends TaskOptions {
  model: PackedModel;
}

export function modelOf(options: TaskOptions): PackedModel | null {
  return (options as Partial<ModelOptions>).model ?? null;
}

export function sameModel(one: TaskOptions, other: TaskOptions): boolean {
  return JSON.stringify(modelOf(one)) === JSON.stringify(modelOf(other));
}

/** The name of a task for people: a model of one's own has that of its MJCF. */
export function taskTitle(env: string, options: TaskOptions): string {
  const model = modelOf(options);
  if (env !== OWN_MODEL) return model ? `${env}, edited` : env;
  // The text may come from anybody: of a long one the search would take hours.
  const head = String(model?.xml ?? '').slice(0, MAX_HEAD);
  const name = /<mujoco\b[^>]*?\smodel\s*=\s*(["'])(.*?)\1/.exec(head)?.[2]?.trim();
  return name?.slice(0, MAX_TITLE) || 'Own model';
}
