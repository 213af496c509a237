// How many control steps are due, so that a simulated second takes a second (or what the speed says).

/** What did not fit into this many seconds is left out: the robot is then slower than it should be. */
const LONGEST_BACKLOG = 0.1;

export class StepClock {
  speed = 1;
  readonly #period: number;
  #last: number;
  /** Simulated seconds that the robot is behind. */
  #behind = 0;

  /** `period`: seconds of a control step; `now`: seconds. */
  constructor(period: number, now: number) {
    this.#period = period;
    this.#last = now;
  }

  due(now: number): number {
    const passed = Math.min(now - this.#last, LONGEST_BACKLOG);
    this.#last = now;
    this.#behind += passed * this.speed;
    const steps = Math.floor(this.#behind / this.#period + 1e-9);
    this.#behind -= steps * this.#period;
    return steps;
  }
}
