// What drawing costs on this machine. Training has first claim on the processor, and WebGL may itself run on it.

/** One frame in so many is timed. */
const SAMPLE_EVERY = 12;
const POLL_MILLISECONDS = 2;
/** Share of one processor core's time that drawing may take. */
const SHARE = { training: 0.2, otherwise: 0.6 };
const FASTEST_INTERVAL = 1000 / 60;
const SLOWEST_INTERVAL = 1000 / 12;
/** Above these milliseconds a frame, quality is lowered; it is not raised again, so that it does not flicker. */
const LOWER_RESOLUTION_ABOVE = 14;
const DROP_SHADOWS_ABOVE = 30;

/**
 * Measures how long the graphics queue takes to finish a frame, with a fence that is polled from timers: reading it
 * back at once would block the page until the frame is done.
 */
export class FrameCost {
  /** Milliseconds a frame, smoothed; 0 before the first measurement. */
  milliseconds = 0;
  pixelRatioLimit = 2;
  affordsShadows = true;
  readonly #gl: WebGL2RenderingContext;
  #frames = 0;
  #polling = false;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  /** Milliseconds to leave between two frames. */
  interval(training: boolean): number {
    const wanted = this.milliseconds / (training ? SHARE.training : SHARE.otherwise);
    return Math.min(SLOWEST_INTERVAL, Math.max(FASTEST_INTERVAL, wanted));
  }

  /** Call right after a frame was issued. */
  sample(): void {
    // The first frames compile shaders and say nothing about the ones that follow.
    if (this.#polling || ++this.#frames % SAMPLE_EVERY !== 0) return;
    const fence = this.#gl.fenceSync(this.#gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return;
    this.#gl.flush();
    this.#polling = true;
    const issued = performance.now();
    const poll = () => {
      const done = this.#gl.getSyncParameter(fence, this.#gl.SYNC_STATUS) === this.#gl.SIGNALED;
      const elapsed = performance.now() - issued;
      if (!done && elapsed < 1000 && !this.#gl.isContextLost()) {
        setTimeout(poll, POLL_MILLISECONDS);
        return;
      }
      this.#gl.deleteSync(fence);
      this.#polling = false;
      this.#record(elapsed);
    };
    setTimeout(poll, POLL_MILLISECONDS);
  }

  #record(elapsed: number): void {
    this.milliseconds =
      this.milliseconds === 0 ? elapsed : 0.75 * this.milliseconds + 0.25 * elapsed;
    if (this.milliseconds > LOWER_RESOLUTION_ABOVE) this.pixelRatioLimit = 1;
    if (this.milliseconds > DROP_SHADOWS_ABOVE) this.affordsShadows = false;
  }
}
