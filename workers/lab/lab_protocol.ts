// Messages between the page and the Lab's worker. Types only: nothing here runs.

import type { LoadedAssets, LoadStage } from '../ranks/protocol';

/** An output of nbformat 4, and the line of the cell that failed. */
export interface LabEvent {
  output: Record<string, unknown>;
  line: number | null;
}

/** Each is answered by a `LabReply` with the same id. */
export type LabRequest = { id: number } & (
  | {
      type: 'boot';
      assets: LoadedAssets;
      /** Address of the folder of assets.json. */
      base: string;
      /** A 2 in there raises KeyboardInterrupt; null where memory cannot be shared. */
      interrupt: SharedArrayBuffer | null;
    }
  | { type: 'run'; source: string; number: number }
  | { type: 'wheel'; name: string; bytes: ArrayBuffer }
);

/** Unanswered: the cell that it interrupts is. Python hears of it first by the buffer, where it computes. */
export type LabOrder = { type: 'interrupt' };

export interface LabResults {
  boot: null;
  /** Whether the cell came to its end. */
  run: boolean;
  /** A sentence. */
  wheel: string;
}

export type LabReply =
  | { type: 'reply'; id: number; result: LabResults[keyof LabResults] }
  /** `damaged`: the worker is of no more use. */
  | { type: 'error'; id: number; message: string; damaged: boolean };

export type FromLab =
  | LabReply
  | { type: 'stage'; stage: LoadStage }
  /** Of the packages that a cell imports. */
  | { type: 'download'; loadedBytes: number; totalBytes: number }
  | ({ type: 'output' } & LabEvent);
