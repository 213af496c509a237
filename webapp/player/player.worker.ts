// The player's worker: MuJoCo and our physics kernel step one robot that a policy moves, in real time, without Python. In a
// worker, because MuJoCo's bindings make functions from strings, which no document of this site may, and so that a page
// that shows several robots answers clicks.

import type { MujocoFiles } from '../../workers/editors/scene_client';
import { asError } from '../../workers/errors';
import { Mujoco } from '../../workers/physics/mujoco';
import { describeScene } from '../../workers/physics/scene';
import { MessageFrameWriter } from '../../workers/ranks/frames';
import type { LoadedAssets } from '../../workers/ranks/protocol';
import { throwRejections } from '../../workers/rejections';
import { loadNamed, MUJOCO_FILES, mujocoFiles } from '../../workers/runtime/assets';
import { StepClock } from './clock';
import { Episodes } from './episodes';
import { checkedModels } from './model_check';
import type { FromPlayer, PlayedAgent, ToPlayer } from './player_protocol';
import { loadModelFiles, notPlayable, readTaskFile, type TaskFile, taskAsset } from './task_file';

throwRejections();

/** Milliseconds between two looks at the clock. */
const TICK_MS = 10;

let episodes: Episodes | null = null;
let clock: StepClock | null = null;
let speed = 1;
const frames = new MessageFrameWriter((firstFrame, poses, overlays) => {
  const transfer = overlays ? [poses.buffer, overlays.buffer] : [poses.buffer];
  answer({ type: 'poses', firstFrame, poses, overlays }, transfer);
});

addEventListener('message', ({ data }: MessageEvent<ToPlayer>) => {
  switch (data.type) {
    case 'open':
      open(new URL(data.base), data.agent, data.files).catch((error: unknown) => {
        answer({ type: 'failed', message: asError(error).message });
      });
      break;
    case 'pace':
      speed = data.speed;
      if (clock) clock.speed = speed;
      break;
    case 'overlays':
      frames.overlays = data.shown;
      redraw();
      break;
    case 'restart':
      episodes?.restart();
      redraw();
      break;
    case 'ping':
      answer({ type: 'alive' });
      break;
  }
});

async function open(
  base: URL,
  { task: name, brought, policy, seed }: PlayedAgent,
  given: MujocoFiles | null,
): Promise<void> {
  const asset = taskAsset(name);
  const runtime = given ? [] : MUJOCO_FILES;
  const assets = await loadNamed(base, brought ? runtime : [...runtime, asset]);
  const { loader, mujoco: module, physics } = given ?? mujocoFiles(assets);
  const task = brought?.task ?? ofSite(name, assets[asset]);
  const [mujoco, files] = await Promise.all([
    Mujoco.create(loader, module, physics),
    loadModelFiles(base, task),
  ]);
  // Again, now that the site's files are there which it may name.
  if (brought) checkedModels(task.xmls, files);
  episodes = new Episodes(mujoco, task, files, policy, { seed, frames });
  answer({ type: 'opened', scene: sceneOf(mujoco, task, files, episodes.period) });
  clock = new StepClock(episodes.period, performance.now() / 1000);
  clock.speed = speed;
  setInterval(play, TICK_MS);
}

function ofSite(name: string, file: LoadedAssets[string] | undefined): TaskFile {
  if (!(file instanceof ArrayBuffer)) throw notPlayable(name);
  return readTaskFile(new TextDecoder().decode(file));
}

function play(): void {
  if (!episodes || !clock) return;
  for (let due = clock.due(performance.now() / 1000); due > 0; due--) {
    episodes.step();
    episodes.resetEnded();
  }
}

/** No step brings a frame while it is paused. */
function redraw(): void {
  episodes?.redraw();
  frames.flush();
}

function sceneOf(
  mujoco: Mujoco,
  task: TaskFile,
  files: Record<string, Uint8Array>,
  controlPeriod: number,
) {
  const models = task.xmls.map((xml) => mujoco.loadModel(xml, files));
  try {
    return describeScene(mujoco, { models, keyframe: task.keyframe, controlPeriod });
  } finally {
    for (const model of models) model.delete();
  }
}

function answer(message: FromPlayer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

// From now on it answers.
answer({ type: 'alive' });
