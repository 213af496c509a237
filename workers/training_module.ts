// What a rank calls in Python (`websim/worker.py`), as TypeScript sees it. Strings are JSON.

export interface TrainingModule {
  /** `{"config": {...}}` with every default filled in, or `{"error": "one sentence"}`. */
  check(request: string): string;
  /** What a task's robots are drawn from. */
  scene(env: string, options: string): TaskScene;
  /** Names of the archives that a task needs beside what is loaded: a JSON list. */
  packages(env: string, options: string): string;
  /** Runs the smallest session once, so that everything is compiled before the first Start. */
  warmUp(): void;
  openSession(config: string, rank: number, worldSize: number): TrainingSession;
}

export interface TrainingSession {
  /** One rollout and update; metrics, or null when the run is complete. */
  iterate(): string | null;
  /** The `.websim` file. */
  policy(): Uint8Array;
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
