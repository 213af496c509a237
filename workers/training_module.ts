// What a rank calls in Python (`websim/worker.py`), as TypeScript sees it. Strings are JSON.

export interface TrainingModule {
  /** `{"config": {...}}` with every default filled in, or `{"error": "one sentence"}`. */
  check(request: string): string;
  /** MJCF text of a task. */
  sceneXml(env: string): string;
  /** Physics steps of a control step of a task. */
  frameSkip(env: string): number;
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
