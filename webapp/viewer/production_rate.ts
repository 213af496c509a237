// How many frames a second a run records on average, and how long its longest silence is.

/** Seconds of observation that an average spans at least, and the number of silences that it spans where those are long. */
const SHORTEST_WINDOW = 3;
const SILENCES_IN_WINDOW = 6;
const LONGEST_WINDOW = 90;
/** Observations closer together than this are one. */
const SPACING = 0.04;
/** A gap between observations that is longer than this says that nobody looked (a hidden tab), not that nothing was recorded. */
const UNWATCHED = 1;

export class ProductionRate {
  /** Average over the window. */
  framesPerSecond = 0;
  #marks: { time: number; head: number }[] = [];
  #silences: { time: number; seconds: number }[] = [];
  #lastLook = 0;
  #lastChange = 0;
  #lastHead = -1;

  /** Seconds of frames to hold back so that playback outlasts a silence. */
  get bridgeSeconds(): number {
    return 1.1 * this.#longestSilence + 0.1;
  }

  observe(now: number, head: number): void {
    if (this.#lastHead < 0 || now - this.#lastLook > UNWATCHED) this.#lastChange = now;
    this.#lastLook = now;
    if (head === this.#lastHead) return;
    // Frames before the first look were recorded in an unknown time and say nothing about the rate.
    const seconds = now - this.#lastChange;
    if (this.#lastHead >= 0 && seconds > SPACING) this.#silences.push({ time: now, seconds });
    this.#lastChange = now;
    this.#lastHead = head;

    const last = this.#marks.at(-1);
    if (last && now - last.time < SPACING) return;
    this.#marks.push({ time: now, head });
    this.#forget(now);
    const first = this.#marks[0]!;
    if (now - first.time > SPACING) this.framesPerSecond = (head - first.head) / (now - first.time);
  }

  /** The run stands still for a reason: the rate is kept, and measured anew when it goes on. */
  pause(): void {
    this.#marks = [];
    this.#lastHead = -1;
  }

  get #longestSilence(): number {
    return this.#silences.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  }

  #forget(now: number): void {
    const window = Math.min(
      LONGEST_WINDOW,
      Math.max(SHORTEST_WINDOW, SILENCES_IN_WINDOW * this.#longestSilence),
    );
    while (this.#marks.length > 2 && now - this.#marks[0]!.time > window) this.#marks.shift();
    while (this.#silences.length > 0 && now - this.#silences[0]!.time > window)
      this.#silences.shift();
  }
}
