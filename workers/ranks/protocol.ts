// Messages between the page and a rank's worker. Types only: nothing here runs.

import type { RewardSheet, RewardTrial } from '../editors/reward_module';
import type { ModelText, PackedModel, TaskSize } from '../editors/scene_protocol';
import type { Metrics, TrainConfig, TrainRequest } from '../schema';

/** A geom of the drawn robot, as MuJoCo describes it. Lengths in metres. */
export interface SceneGeom {
  type: 'plane' | 'hfield' | 'sphere' | 'capsule' | 'ellipsoid' | 'cylinder' | 'box' | 'mesh';
  /** MuJoCo's three size parameters of that type. */
  size: [number, number, number];
  /** Red, green, blue, alpha in 0..1; the material's colour where the geom has a material. */
  rgba: [number, number, number, number];
  /** Index into `SceneDescription.meshes` of a mesh or height field, or -1. */
  mesh: number;
  /** MuJoCo's visualisation group; groups above 2 are collision shapes and hidden. */
  group: number;
  name: string;
  /** Of its body, kg: how it resists a force on it at the start of an episode; 0: it does not move. */
  effectiveMass: number;
}

export interface SceneMesh {
  vertices: Float32Array;
  faces: Uint32Array;
}

/** All that the page needs to draw a robot, without MuJoCo. */
export interface SceneDescription {
  geoms: SceneGeom[];
  meshes: SceneMesh[];
  /** Pose of each geom before the first step: [G, 12], position (3) then rotation matrix (9, row-major). */
  poses: Float32Array;
  /** Body that the camera follows: index of one of its geoms, or -1 when nothing moves. */
  trackedGeom: number;
  /** Centre and extent of the model in metres, as MuJoCo computes them for its own camera. */
  center: [number, number, number];
  extent: number;
  /** Seconds of simulated time between two recorded poses (one control step). */
  controlPeriod: number;
  /** Numbers of an overlay (overlay.ts). */
  overlayFloats: number;
}

/** Where a model comes from: a task, its text with the files that were given for it, or a file's bytes (.xml or .zip). */
export type ModelSource = { task: string } | ModelText | { file: Uint8Array };

/** Options of a task, by name. */
export type TaskOptions = Record<string, unknown>;

/** Archives that only some tasks need, by name: robots of MuJoCo Menagerie. */
export type Packages = Record<string, ArrayBuffer>;

/** What a policy can be written as. */
export type PolicyFormat = 'websim' | 'onnx' | 'safetensors';

/** What a run's metrics can be written as. */
export type MetricsFormat = 'csv' | 'json';

export interface PolicyDescription {
  task: string;
  options: TaskOptions;
  obs_dim: number;
  /** Numbers of an action; 1 where it is the number of a discrete one. */
  action_dim: number;
  discrete: boolean;
}

/** Policies of a run: as they are now, of its best evaluation, or of one that is kept, by its `global_step`. */
export type PolicyChoice = 'latest' | 'best' | { checkpoint: number };

/** What the viewer shows: the followed environment as it trains, a policy of the run, or one from a file. */
export type ShownChoice = 'live' | 'file' | PolicyChoice;

/** An evaluated policy that the run keeps. */
export interface CheckpointInfo {
  global_step: number;
  /** Null: measured by another reward than the run's is now. */
  episodic_return: number | null;
}

/** What came of changes and evaluations. */
export interface News {
  /** Sentences about what could not be done. */
  notices: string[];
  checkpoints: CheckpointInfo[];
  /** `global_step` of the best one. */
  best: number | null;
  /** Python text of a reward that the run was given; empty: none. */
  reward: string;
  /** Somebody has pushed robots that train. */
  pushed: boolean;
  /** As the run has it now. */
  config: TrainConfig;
}

/** Live settings by name, and perhaps the text of a new `reward` or a new `model`, a `PackedModel`. */
export type Changes = Record<string, unknown>;

/** Rows of a rank's log, to be written once: first .. last - 1. */
export interface SavedSegment {
  name: string;
  first: number;
  last: number;
  data: Uint8Array;
}

/** A rank's share of a save of the run. */
export interface SavedShare {
  rank: number;
  iteration: number;
  globalStep: number;
  config: TrainConfig;
  /** Whether going on runs Python text that the run brings. */
  code: boolean;
  /** Of websim. */
  version: string;
  /** That training waited for it. */
  seconds: number;
  /** Of each log the number of the first row that is still needed. */
  logs: Record<string, number>;
  data: Uint8Array;
  /** Rows that no save before has brought. */
  segments: SavedSegment[];
}

/** What a rank goes on from: its own part, or those of all ranks when they are another number now. */
export interface SavedState {
  parts: Uint8Array[];
  segments: Uint8Array[];
  /** Whether it was told that going on runs Python text. */
  code: boolean;
}

/** One downloaded file of the runtime: a compiled module, or its bytes. */
export type LoadedAssets = Record<string, WebAssembly.Module | ArrayBuffer | string>;

export type LoadStage = 'download' | 'python' | 'numpy' | 'mujoco' | 'ready';

/** Page to rank: each is answered by one `Reply` with the same id. */
export type Request = { id: number } & (
  | {
      type: 'boot';
      assets: LoadedAssets;
      cores: number;
      rank: number;
      /** One word; a 2 in it interrupts the rank's Python. Null when the page is not isolated. */
      interrupt: SharedArrayBuffer | null;
    }
  | { type: 'check'; request: TrainRequest }
  | { type: 'packages'; env: string; options: TaskOptions }
  | { type: 'install'; packages: Packages }
  | { type: 'scene'; env: string; options: TaskOptions }
  | {
      type: 'open';
      config: TrainConfig;
      rank: number;
      worldSize: number;
      shared: SharedArrayBuffer | null;
      saved: SavedState | null;
      /** Made before the first iteration. */
      changes: Changes | null;
    }
  | { type: 'command'; command: 'pause' | 'resume' | 'stop' | 'save' | 'redraw' }
  | { type: 'focus'; env: number }
  | { type: 'policy'; which: PolicyChoice }
  | { type: 'change'; changes: Changes }
  /** `file`: a `.websim` file's bytes when `shown` is 'file'. */
  | { type: 'show'; shown: ShownChoice; file: Uint8Array | null }
  | { type: 'convert'; policy: Uint8Array; format: PolicyFormat }
  | { type: 'metrics-file'; history: Metrics[]; format: MetricsFormat }
  | {
      type: 'open-policy';
      file: Uint8Array;
      name: string;
      /** Empty: the file says it. */
      task: string;
      options: TaskOptions;
      /** Empty: none. */
      normalizer: Uint8Array;
    }
  | { type: 'predict'; policy: Uint8Array; observations: Float32Array }
  | { type: 'playable-task'; env: string; options: TaskOptions }
  | { type: 'model'; source: ModelSource }
  | { type: 'pack-model'; model: ModelText }
  | { type: 'task-size'; env: string; options: TaskOptions }
  | { type: 'reward-sheet'; env: string; options: TaskOptions }
  /** `policy`: a policy file's bytes, or none for random actions. */
  | { type: 'reward-trial'; env: string; options: TaskOptions; text: string; policy: Uint8Array }
);

export type RequestResult = {
  boot: { seconds: Record<string, number> };
  check: { config: TrainConfig } | { error: string };
  packages: string[];
  install: Record<string, never>;
  scene: SceneDescription;
  open: Record<string, never>;
  command: Record<string, never>;
  focus: Record<string, never>;
  policy: Uint8Array;
  change: TrainConfig;
  show: Record<string, never>;
  convert: Uint8Array;
  'metrics-file': string;
  'open-policy': { policy: Uint8Array; description: PolicyDescription };
  predict: Float32Array;
  'playable-task': string;
  model: ModelText;
  'pack-model': PackedModel;
  'task-size': TaskSize;
  'reward-sheet': RewardSheet;
  'reward-trial': RewardTrial;
};

/** `damage`: why the worker is of no more use, and is to be replaced. */
export type Reply =
  | { type: 'reply'; id: number; result: RequestResult[Request['type']] }
  | { type: 'error'; id: number; error: RankError; damage: string | null };

export interface RankError {
  rank: number;
  /** One sentence: what, where, expected, got, next step. */
  message: string;
  /** Python or JS traceback, for the copied report. */
  traceback: string;
}

/** Rank to page, unasked. */
export type RankEvent =
  | { type: 'stage'; stage: LoadStage; rank: number }
  | { type: 'metrics'; metrics: Metrics }
  | { type: 'alive' }
  | { type: 'poses'; firstFrame: number; poses: Float32Array }
  | { type: 'policy'; policy: Uint8Array }
  | { type: 'news'; news: News }
  | { type: 'share'; share: SavedShare }
  | { type: 'ended'; reason: 'finished' | 'stopped' }
  | { type: 'failed'; error: RankError };
