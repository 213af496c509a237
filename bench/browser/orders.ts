// What the measuring page's workers are asked to do. Types only.

import type { LoadedAssets } from '../../workers/ranks/protocol';

/** The environments of one rank: B start states, and T actions of A controls for each. */
export interface Job {
  xml: string;
  numEnvs: number;
  /** The compiled task, as `wasm_build/kernels/program.h` lays it out. */
  program: number[];
  obsDim: number;
  signalDim: number;
  /** Doubles of a state row. */
  rowSize: number;
  /** [B, nq] */
  qpos: number[];
  /** [B, nv] */
  qvel: number[];
  /** [T, B, A] */
  actions: number[];
  controlSteps: number;
}

/** A worker with MuJoCo alone. open: observations [B, O] after the first control step. */
export type PhysicsOrder =
  | { type: 'boot'; assets: LoadedAssets }
  | { type: 'open'; job: Job }
  | { type: 'run'; passes: number };

/** A rank with Python. modules: texts by name; link: join the others of a run; call: a function's answer, as JSON. */
export type PythonOrder =
  | { type: 'boot'; assets: LoadedAssets; cores: number; modules: Record<string, string> }
  | { type: 'link'; shared: SharedArrayBuffer; rank: number }
  | { type: 'call'; module: string; name: string; args: unknown[] };

export type Answer = { value: unknown } | { error: string };
