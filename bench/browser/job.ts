// What the measuring page is asked to step, as bench/physics.py sends it. Types only.

import type { LoadedAssets } from '../../workers/protocol';

/** The environments of one rank: B start states, and T actions of A controls for each, which repeat. */
export interface Job {
  xml: string;
  numEnvs: number;
  /** The compiled task, as `wasm_build/kernels/program.h` lays it out. */
  program: number[];
  obsDim: number;
  signalDim: number;
  /** [B, nq] */
  qpos: number[];
  /** [B, nv] */
  qvel: number[];
  /** [T, B, A] */
  actions: number[];
  controlSteps: number;
}

export type Order =
  | { type: 'boot'; assets: LoadedAssets }
  | { type: 'open'; job: Job }
  | { type: 'run'; seconds: number };

/** boot: nothing. open: observations [B, O] after the first control step. run: control steps taken. */
export type Answer = { value: number[] | number | null } | { error: string };
