// Messages between a page and its player's worker. Types only: nothing here runs.

import type { MujocoFiles } from '../../workers/editors/scene_client';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { PolicyData } from './policy_data';
import type { BroughtTask } from './task_file';

export interface PlayedAgent {
  task: string;
  /** Where it is none of the site's as they come. */
  brought?: BroughtTask;
  policy: PolicyData;
  seed: number;
}

export type ToPlayer =
  /** `base`: address of the folder of assets.json. `files`: MuJoCo, where the page has it already. */
  | { type: 'open'; base: string; agent: PlayedAgent; files: MujocoFiles | null }
  /** Simulated seconds in a second; 0 holds the robot. */
  | { type: 'pace'; speed: number }
  /** Whether frames are to come with their overlays. */
  | { type: 'overlays'; shown: boolean }
  /** A new episode. */
  | { type: 'restart' }
  /** Asks for an `alive`. */
  | { type: 'ping' };

export type FromPlayer =
  /** The worker has begun, or has taken what was sent before a ping. */
  | { type: 'alive' }
  | { type: 'opened'; scene: SceneDescription }
  /** Consecutive control steps: poses [frames, G, 12], overlays [frames, O]; `firstFrame` counts from the first of all. */
  | { type: 'poses'; firstFrame: number; poses: Float32Array; overlays: Float32Array | null }
  /** One sentence for the user. */
  | { type: 'failed'; message: string };
