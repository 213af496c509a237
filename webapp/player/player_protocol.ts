// Messages between a page and its player's worker. Types only: nothing here runs.

import type { MujocoFiles } from '../../workers/editors/scene_client';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { PolicyData } from './policy_data';

export interface PlayedAgent {
  task: string;
  policy: PolicyData;
  seed: number;
}

export type ToPlayer =
  /** `base`: address of the folder of assets.json. `files`: MuJoCo, where the page has it already. */
  | { type: 'open'; base: string; agent: PlayedAgent; files: MujocoFiles | null }
  /** Simulated seconds in a second; 0 holds the robot. */
  | { type: 'pace'; speed: number }
  /** A new episode. */
  | { type: 'restart' };

export type FromPlayer =
  | { type: 'opened'; scene: SceneDescription }
  /** Poses of consecutive control steps, [frames, G, 12]; `firstFrame` counts from the first of all. */
  | { type: 'poses'; firstFrame: number; poses: Float32Array }
  /** One sentence for the user. */
  | { type: 'failed'; message: string };
