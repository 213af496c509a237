// How well pictures are drawn: as well as the device can in the time that a picture may take.

export interface Quality {
  /** Of the pixels' edge that the canvas could have. */
  scale: number;
  shadows: boolean;
}

/** From the best to the plainest. */
export const QUALITIES: readonly Quality[] = [
  { scale: 1, shadows: true },
  { scale: 0.75, shadows: true },
  { scale: 0.75, shadows: false },
  { scale: 0.5, shadows: false },
];

/** Pictures whose mean is judged before a step up, which is seen as a flicker when it was wrong. */
const UP_AFTER = 120;
/** A step up is tried when pictures take less than this share of their time; each that was wrong makes the next wait longer. */
const UP_BELOW = 0.4;
const PATIENCE = 4;
const MOST_PATIENT = 64;

export class QualityLadder {
  #sum = 0;
  #count = 0;
  #patience = 1;
  /** The last step was up, and has not stood its test. */
  #trying = false;

  /** `level`: index into `QUALITIES`; `downAfter`: pictures whose mean is judged before a step down. */
  constructor(
    public level = 0,
    private readonly downAfter = 20,
  ) {}

  /** A picture took `milliseconds` and may take `budget`; true when the level is another one now. */
  observe(milliseconds: number, budget: number): boolean {
    this.#sum += milliseconds;
    this.#count++;
    const mean = this.#sum / this.#count;
    if (this.#count >= this.downAfter && mean > budget) return this.#step(1);
    if (this.#count < UP_AFTER * this.#patience) return false;
    this.#trying = false;
    if (mean < UP_BELOW * budget && this.level > 0) return this.#step(-1);
    this.#begin();
    return false;
  }

  #step(by: 1 | -1): boolean {
    if (by === 1 && this.#trying)
      this.#patience = Math.min(MOST_PATIENT, PATIENCE * this.#patience);
    this.#trying = by === -1;
    this.#begin();
    const level = Math.min(QUALITIES.length - 1, this.level + by);
    if (level === this.level) return false;
    this.level = level;
    return true;
  }

  #begin(): void {
    this.#sum = 0;
    this.#count = 0;
  }
}
