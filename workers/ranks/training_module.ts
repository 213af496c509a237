// What a rank calls in Python (`websim/worker.py`), as TypeScript sees it. Strings are JSON.

import type { SavedShare, SavedState } from './protocol';

export interface TrainingModule {
  /** `{"config": {...}}` with every default filled in, or `{"error": "one sentence"}`. */
  check(request: string): string;
  /** What a task's robots are drawn from. */
  scene(env: string, options: string): TaskScene;
  /** Names of the archives that a task needs beside what is loaded: a JSON list. */
  packages(env: string, options: string): string;
  /** Runs the smallest session once, so that everything is compiled before the first Start. */
  warmUp(): void;
  /** `saved`: what the run goes on from, or null. */
  openSession(
    config: string,
    rank: number,
    worldSize: number,
    saved: SavedState | null,
  ): TrainingSession;
}

export interface TrainingSession {
  /** With all ranks, before each iteration: saves when it is time. True: meet again without one. */
  meet(): boolean;
  /** Rank 0: saves now and lets the other ranks wait in their next meeting. */
  hold(): void;
  /** Rank 0: saves in the next meeting. */
  requestSave(): void;
  /** Saves what can be saved of a run that ends in the middle of an iteration. */
  stop(): void;
  /** What is to be written, once; null: nothing. */
  takeShare(): SavedShare | null;
  /** One rollout and update; metrics, or null when the run is complete. */
  iterate(): string | null;
  /** Asks for changes from the next iteration on; the config as it will be. On rank 0. */
  change(changes: string): string;
  /** A `News` when there is any since the last call, or null. */
  news(): string | null;
  /** The `.websim` file of a `PolicyChoice`. */
  policy(which: string): Uint8Array;
  /** Steps an environment with a `ShownChoice` in about real time, beside training; `file` when that is 'file'. */
  show(which: string, file: Uint8Array | null): void;
  /** Steps what is shown while nothing trains. */
  showOn(): void;
  /** Frees what training needs; policies can still be had and shown. */
  end(): void;
  /** After `end`: frees the rest. */
  close(): void;
}

export interface TaskScene {
  /** MJCF of each variant of the task's world. */
  xmls: string[];
  /** Files that they name. */
  assets: Record<string, Uint8Array>;
  /** Name of the one that episodes start from; empty: none. */
  keyframe: string;
  /** Physics steps of a control step. */
  frameSkip: number;
}
