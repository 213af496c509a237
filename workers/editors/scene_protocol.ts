// Messages between the page and the worker in which an edited model lives. Types only: nothing here runs.

import type { Pull } from '../physics/pull';
import type { SceneDescription } from '../ranks/protocol';

/** MJCF, and the files that it names. */
export interface ModelText {
  xml: string;
  files: Record<string, Uint8Array>;
}

/** A model as a task's option `model` has it: files by name, base64 of zlib-compressed bytes. */
export interface PackedModel {
  xml: string;
  files: Record<string, string>;
}

/** How many numbers a policy of a task sees and does. */
export interface TaskSize {
  observations: number;
  actions: number;
}

/** What a slider moves: metres, radians, or an actuator's own unit. */
export interface Slider {
  name: string;
  low: number;
  high: number;
}

export interface JointSlider extends Slider {
  turns: boolean;
}

/** A model that MuJoCo has taken. */
export interface LoadedModel {
  scene: SceneDescription;
  actuators: Slider[];
  /** Those that slide or turn; free and ball joints have no one number. */
  joints: JointSlider[];
  keyframes: string[];
  /** Positions, degrees of freedom, actuators, sensors' numbers. */
  sizes: { nq: number; nv: number; nu: number; nsensordata: number };
}

/** Each is answered by a `SceneReply` with the same id. */
export type SceneRequest = { id: number } & (
  | {
      type: 'boot';
      loader: string;
      mujoco: WebAssembly.Module;
      physics: WebAssembly.Module;
    }
  | ({ type: 'load' } & ModelText)
);

/** Unanswered; what moves is told by the next `SceneState`. */
export type SceneOrder =
  | { type: 'play'; playing: boolean }
  | { type: 'reset' }
  | { type: 'keyframe'; keyframe: number }
  | { type: 'control'; actuator: number; value: number }
  | { type: 'joint'; joint: number; value: number }
  /** Whether states come with overlays. */
  | { type: 'overlays'; shown: boolean }
  /** Until the next one. */
  | { type: 'pull'; pull: SpringPull | null };

/** A spring from a point of a geom to a hand, which is somewhere in the world. */
export type SpringPull = Pick<Pull, 'geom' | 'point'> & { hand: Pull['force'] };

export type SceneReply =
  | { type: 'reply'; id: number; result: LoadedModel | null }
  /** `damaged`: the worker is of no more use. */
  | { type: 'error'; id: number; message: string; damaged: boolean };

/** Where everything is, while it plays and after each order. */
export interface SceneState {
  type: 'state';
  /** Simulated seconds. */
  time: number;
  /** [G, 12]: position, rotation matrix. */
  poses: Float32Array;
  /** As overlay.ts reads it; null: not asked for. */
  overlay: Float32Array | null;
  /** Of the sliders. */
  joints: Float64Array;
  controls: Float64Array;
  /** MuJoCo has reset a state that was no longer finite. */
  diverged: boolean;
}

export interface SceneFailure {
  type: 'failure';
  message: string;
}

export type FromScene = SceneReply | SceneState | SceneFailure;
