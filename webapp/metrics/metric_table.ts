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

const MAX_ROWS = 2000;

/**
 * Rows of (step, value per column). Each row is the mean of `stride` iterations, at the last one's step; when the table
 * is full, neighbours are merged and the stride doubles. Appending costs O(1) amortised; `null` means "no value yet".
 */
export class MetricTable {
  readonly steps: number[] = [];
  readonly values: Record<Column, (number | null)[]>;
  #stride = 1;
  #inLastRow = 0;

  constructor() {
    this.values = Object.fromEntries(COLUMNS.map((name) => [name, []])) as unknown as Record<
      Column,
      (number | null)[]
    >;
  }

  append(metrics: Metrics): void {
    if (this.#inLastRow > 0 && this.#inLastRow < this.#stride) {
      this.#mergeIntoLastRow(metrics);
      return;
    }
    if (this.steps.length === MAX_ROWS) this.#halve();
    this.steps.push(metrics.global_step);
    for (const name of COLUMNS) this.values[name].push(finite(metrics[name]));
    this.#inLastRow = 1;
  }

  #mergeIntoLastRow(metrics: Metrics): void {
    const last = this.steps.length - 1;
    this.steps[last] = metrics.global_step;
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
      for (const name of COLUMNS) {
        const column = this.values[name];
        const [a, b] = [column[2 * row] ?? null, column[2 * row + 1] ?? null];
        column[row] = a === null || b === null ? (b ?? a) : (a + b) / 2;
      }
    }
    this.steps.length = rows;
    for (const name of COLUMNS) this.values[name].length = rows;
    this.#stride *= 2;
  }
}

/** Charts cannot scale an infinity; the status line and `run.history` still have it. */
function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
