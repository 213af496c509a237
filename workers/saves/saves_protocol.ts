// Messages between the page and the saves worker. Types only: nothing here runs.

import type { SavedShare } from '../ranks/protocol';
import type { Metrics, TrainConfig } from '../schema';
import type { RunLabel } from './run_label';
import type { Manifest } from './save_manifest';

/** A run as the page offers it. */
export interface SavedRun {
  id: string;
  /** Of a model's files it has checksums: `OpenedRun.manifest` has all. */
  config: TrainConfig;
  globalStep: number;
  iteration: number;
  /** Seconds since 1970. */
  savedAt: number;
  /** Whether going on runs Python text that the run brings. */
  code: boolean;
  /** Whether a page goes on with it now. */
  inUse: boolean;
  label: RunLabel;
  /** Size of its save with its curves. */
  bytes: number;
}

export interface OpenedRun {
  run: SavedRun;
  manifest: Manifest;
  /** Of each rank that was saved. */
  parts: Uint8Array[];
  /** Log segments, as `manifest.logs` lists them. */
  segments: Uint8Array[];
  history: Metrics[];
  /** What was damaged, one sentence each. */
  notes: string[];
}

export interface SaveRequest {
  id: string;
  /** Of all ranks, in order. */
  shares: SavedShare[];
  /** Those of the iterations since the last save. */
  metrics: Metrics[];
}

/** Page to worker: each is answered by one `SavesReply` with the same number. */
export type SavesRequest = { call: number } & (
  | { type: 'list' }
  /** Makes the run this page's; refused while it is another's. */
  | { type: 'claim'; id: string }
  | { type: 'release'; id: string }
  | { type: 'open'; id: string }
  | ({ type: 'save' } & SaveRequest)
  | { type: 'discard'; id: string }
  /** No longer lists the run, which `restore` brings back until it is discarded, or the next page finds it. */
  | { type: 'remove'; id: string }
  | { type: 'restore'; id: string }
  | { type: 'label'; id: string; label: RunLabel }
  /** Columns of the run's metrics. */
  | { type: 'curves'; id: string; columns: readonly (keyof Metrics)[] }
  | { type: 'prune' }
  | { type: 'export'; id: string }
  | { type: 'import'; id: string; data: Uint8Array }
);

export type SavesResult = {
  /** Newest first. */
  list: SavedRun[];
  claim: null;
  release: null;
  open: OpenedRun;
  /** When it was saved, in seconds since 1970. */
  save: number;
  discard: null;
  remove: null;
  restore: null;
  label: null;
  /** One value an iteration, NaN where there is none. */
  curves: Float64Array[];
  /** Those that were removed. */
  prune: SavedRun[];
  export: Uint8Array;
  import: SavedRun;
};

/** `name`: the class of an error that the page did not make, such as QuotaExceededError. */
export type SavesReply =
  | { call: number; result: SavesResult[SavesRequest['type']] }
  | { call: number; error: { name: string; message: string } };
