// A run's metrics at bounded size, for drawing: a run of hours has more iterations than a chart has pixels.

import type { Metrics } from '../../workers/schema';

/** Columns that charts draw or read out, beside `global_step`. */
export const COLUMNS = [
  'charts/episodic_return',
  'eval/episodic_return',
  'eval/interval',
  'charts/episodic_length',
  'charts/SPS',
  'losses/policy_loss',
  'losses/value_loss',
  'losses/entropy',
  'losses/approx_kl',
] as const satisfies readonly (keyof Metrics)[];
export type Column = (typeof COLUMNS)[number];
/** What is read of an iteration's metrics. */
export type TableMetrics = Pick<Metrics, Column | 'global_step' | 'time/elapsed'>;

const MAX_ROWS = 2000;

/**
 * Rows of (step, time, value per column). Each row is the mean of `stride` iterations, at the last one's step and time; when the table
 * is full, neighbours are merged and the stride doubles. Appending costs O(1) amortised; `null` means "no value yet".
 */
export class MetricTable {
  readonly steps: number[] = [];
  /** Seconds since the start, pauses included. */
  readonly times: number[] = [];
  readonly values: Record<Column, (number | null)[]>;
  #stride = 1;
  #inLastRow = 0;

  constructor() {
    this.values = Object.fromEntries(COLUMNS.map((name) => [name, []])) as unknown as Record<
      Column,
      (number | null)[]
    >;
  }

  append(metrics: TableMetrics): void {
    if (this.#inLastRow > 0 && this.#inLastRow < this.#stride) {
      this.#mergeIntoLastRow(metrics);
      return;
    }
    if (this.steps.length === MAX_ROWS) this.#halve();
    this.steps.push(metrics.global_step);
    this.times.push(metrics['time/elapsed']);
    for (const name of COLUMNS) this.values[name].push(finite(metrics[name]));
    this.#inLastRow = 1;
  }

  #mergeIntoLastRow(metrics: TableMetrics): void {
    const last = this.steps.length - 1;
    this.steps[last] = metrics.global_step;
    this.times[last] = metrics['time/elapsed'];
    const weight = 1 / ++this.#inLastRow;
    for (const name of COLUMNS) {
      const column = this.values[name];
      const [mean, value] = [column[last] ?? null, finite(metrics[name])];
      column[last] =
        mean === null || value === null ? (value ?? mean) : mean + (value - mean) * weight;
    }
  }

  #halve(): void {
    const rows = MAX_ROWS / 2;
    for (let row = 0; row < rows; row++) {
      this.steps[row] = this.steps[2 * row + 1]!;
      this.times[row] = this.times[2 * row + 1]!;
      for (const name of COLUMNS) {
        const column = this.values[name];
        const [a, b] = [column[2 * row] ?? null, column[2 * row + 1] ?? null];
        column[row] = a === null || b === null ? (b ?? a) : (a + b) / 2;
      }
    }
    this.steps.length = rows;
    this.times.length = rows;
    for (const name of COLUMNS) this.values[name].length = rows;
    this.#stride *= 2;
  }
}

/** Charts cannot scale an infinity; the status line and `run.history` still have it. */
function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
