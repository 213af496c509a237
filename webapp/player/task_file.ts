// A task as data: of the site, as its build writes it, or one that an agent brings (py_src/websim/task_file.py).

import { unzipSync } from 'fflate';
import { WebsimError } from '../../workers/errors';
import { loadNamed } from '../../workers/runtime/assets';
import { fromBase64 } from '../base64';

export interface TaskFile {
  name: string;
  /** MJCF of each variant of the world. */
  xmls: string[];
  /** Compiled tasks of the variants. */
  programs: Uint8Array[];
  /** Files of the site that the models name: archive and path in it, by the name under which MuJoCo looks for them. */
  assets: Record<string, [archive: string, path: string]>;
  /** Others, by such names. */
  files: Record<string, Uint8Array>;
  per_episode: boolean;
  max_episode_steps: number;
  keyframe: string;
  /** Actions of a discrete task, [K, A]. */
  choices: number[][] | null;
  /** Each agent's columns of the scene's observation [agents, O] and action [agents, A]. */
  observations: number[][];
  actions: number[][];
}

/** A task that an agent brings because the site has none like it, and what is told of it before it is loaded. */
export interface BroughtTask {
  task: TaskFile;
  /** In its largest world, those of the site's robots left out. */
  bodies: number;
  /** Of its models with their files, and of its programs. */
  bytes: number;
}

export function taskAsset(name: string): string {
  return `task-${name}.json`;
}

/** `text`: of this site's own Python. */
export function readTaskFile(text: string): TaskFile {
  const { programs, files, ...rest } = JSON.parse(text) as TaskFile & {
    programs: string[];
    files: Record<string, string>;
  };
  const read = Object.entries(files).map(([name, data]) => [name, fromBase64(data)]);
  return { ...rest, programs: programs.map(fromBase64), files: Object.fromEntries(read) };
}

/** Why a task that the site may know is not played. */
export function notPlayable(name: string): WebsimError {
  return new WebsimError(
    `This page cannot play "${name}": expected a task that this site has as data, with one policy and an end that needs ` +
      'no Python; train it in WebSim to see it move',
  );
}

/** All that MuJoCo needs to load the task's models; the site's part is downloaded. `base`: the folder of assets.json. */
export async function loadModelFiles(
  base: URL,
  task: TaskFile,
): Promise<Record<string, Uint8Array>> {
  const names = new Set(Object.values(task.assets).map(([archive]) => archive));
  if (names.size === 0) return task.files;
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
  const found = Object.entries(task.assets).map(([name, [archive, path]]) => {
    const zip = archives[archive];
    if (!zip) throw notPlayable(task.name);
    unpacked[archive] ??= unzipSync(zip);
    if (!Object.hasOwn(unpacked[archive], path)) throw notPlayable(task.name);
    return [name, unpacked[archive][path]!];
  });
  return { ...task.files, ...Object.fromEntries(found) };
}
