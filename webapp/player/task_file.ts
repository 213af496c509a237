// A built-in task as data: what `wasm_build/task_files.py` writes.

import { unzipSync } from 'fflate';
import { WebsimError } from '../../workers/errors';
import { loadNamed } from '../../workers/runtime/assets';

export interface TaskFile {
  version: number;
  name: string;
  /** MJCF of each variant of the world. */
  xmls: string[];
  /** Compiled tasks of the variants, in base64. */
  programs: string[];
  /** Files of the model: archive and path in it, by the name under which MuJoCo looks for them. */
  assets: Record<string, [archive: string, path: string]>;
  obs_dim: number;
  signal_dim: number;
  row_size: number;
  action_dim: number;
  per_episode: boolean;
  frame_skip: number;
  max_episode_steps: number;
  keyframe: string;
  /** Actions of a discrete task, [K, A]. */
  choices: number[][] | null;
  /** Each agent's columns of the scene's observation [agents, O] and action [agents, A]. */
  observations: number[][];
  actions: number[][];
}

export function taskAsset(name: string): string {
  return `task-${name}.json`;
}

export function readTaskFile(bytes: ArrayBuffer): TaskFile {
  return JSON.parse(new TextDecoder().decode(bytes)) as TaskFile;
}

/** Why a task that the site may know is not played. */
export function notPlayable(name: string): WebsimError {
  return new WebsimError(
    `This page cannot play "${name}": expected a task that this site has as data, with one policy and an end that needs ` +
      'no Python; train it in WebSim to see it move',
  );
}

/** Downloads what MuJoCo needs to load the task's models. `base`: the folder of assets.json. */
export async function loadModelFiles(
  base: URL,
  task: TaskFile,
): Promise<Record<string, Uint8Array>> {
  const names = new Set(Object.values(task.assets).map(([archive]) => archive));
  if (names.size === 0) return {};
  const loaded = await loadNamed(base, [...names]);
  const archives = Object.entries(loaded).map(([name, data]) => [
    name,
    new Uint8Array(data as ArrayBuffer),
  ]);
  return modelFiles(task, Object.fromEntries(archives));
}

/** The files of a task's models, by the names that MuJoCo asks for. `archives`: zips by name. */
export function modelFiles(
  task: TaskFile,
  archives: Record<string, Uint8Array>,
): Record<string, Uint8Array> {
  const unpacked: Record<string, Record<string, Uint8Array>> = {};
  return Object.fromEntries(
    Object.entries(task.assets).map(([name, [archive, path]]) => {
      const zip = archives[archive];
      if (!zip) throw notPlayable(task.name);
      unpacked[archive] ??= unzipSync(zip);
      return [name, unpacked[archive][path]!];
    }),
  );
}
