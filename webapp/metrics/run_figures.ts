// What of a run's curves is said in numbers, kept up to date as they grow.

import type { TableMetrics } from './metric_table';

export class RunFigures {
  steps = 0;
  /** Seconds since the start, pauses included. */
  elapsed = 0;
  /** Mean return of the last 100 episodes: the newest, and the best with when it was. */
  lastReturn: number | null = null;
  best: { episodicReturn: number; step: number; elapsed: number } | null = null;
  /** Mean return of the newest evaluation, and half the width of its interval. */
  evaluation: { episodicReturn: number; interval: number } | null = null;
  /** Seconds that iterations took, without evaluations and pauses. */
  #trained = 0;

  append(metrics: TableMetrics): void {
    const { global_step: step, 'time/elapsed': elapsed } = metrics;
    const speed = metrics['charts/SPS'];
    if (speed > 0) this.#trained += (step - this.steps) / speed;
    this.steps = step;
    this.elapsed = elapsed;
    const episodicReturn = metrics['charts/episodic_return'];
    if (isNumber(episodicReturn)) {
      this.lastReturn = episodicReturn;
      if (!this.best || episodicReturn > this.best.episodicReturn)
        this.best = { episodicReturn, step, elapsed };
    }
    const { 'eval/episodic_return': evaluated, 'eval/interval': interval } = metrics;
    if (isNumber(evaluated) && isNumber(interval))
      this.evaluation = { episodicReturn: evaluated, interval };
  }

  /** Mean steps a second, evaluations and pauses left out; null before the first iteration. */
  get speed(): number | null {
    return this.#trained > 0 ? this.steps / this.#trained : null;
  }
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
