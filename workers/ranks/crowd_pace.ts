// How many environments of the crowd a rank may compute poses of, so that training hardly notices.

/** Share of a rank's time. */
const SHARE = 0.04;
/** Most that is saved up while nothing is stepped, milliseconds: Stop is not to wait for poses. */
const MOST_MS = 4;
/** Between the beginnings of two rounds through all environments; oftener is not seen. */
const ROUND_MS = 80;
/** Of one environment before the first was measured, milliseconds: most cost less. */
const FIRST_GUESS_MS = 0.02;

export class CrowdPace {
  private creditMs = 0;
  private costMs = FIRST_GUESS_MS;
  private last = Number.NaN;
  private roundStart = Number.NEGATIVE_INFINITY;
  private place = 0;

  /** Environments to write at time `now` (ms), of `envs` in all, at most `most`; count 0: none now. */
  next(now: number, envs: number, most: number): { first: number; count: number } {
    if (!Number.isNaN(this.last)) {
      this.creditMs = Math.min(MOST_MS, this.creditMs + SHARE * (now - this.last));
    }
    this.last = now;
    if (this.place >= envs) {
      if (now - this.roundStart < ROUND_MS) return { first: 0, count: 0 };
      this.place = 0;
    }
    const affordable = Math.floor(this.creditMs / this.costMs);
    return { first: this.place, count: Math.max(0, Math.min(most, affordable, envs - this.place)) };
  }

  /** The environments that `next` named have taken `milliseconds`. */
  spent(milliseconds: number, count: number): void {
    if (this.place === 0) this.roundStart = this.last;
    this.place += count;
    this.creditMs -= milliseconds;
    this.costMs = Math.max(1e-4, 0.8 * this.costMs + (0.2 * milliseconds) / count);
  }
}
