import { describe, expect, it } from 'vitest';
import { COLUMNS, MetricTable } from '../../webapp/metrics/metric_table';
import type { Metrics } from '../../workers/schema';

/** Metrics whose every drawn value is `value`. */
function metrics(global_step: number, value: number | null): Metrics {
  const drawn = Object.fromEntries(COLUMNS.map((name) => [name, value]));
  return { ...drawn, global_step } as unknown as Metrics;
}

describe('MetricTable', () => {
  it('keeps every iteration while there are few', () => {
    const table = new MetricTable();
    for (let i = 1; i <= 2000; i++) table.append(metrics(i * 64, i));
    expect(table.steps.length).toBe(2000);
    expect(table.steps.slice(0, 2)).toEqual([64, 128]);
    expect(table.values['charts/SPS'][1999]).toBe(2000);
  });

  it('stays bounded over a long run and ends at the newest step', () => {
    const table = new MetricTable();
    for (let i = 1; i <= 100_000; i++) table.append(metrics(i, i));
    // 100,000 iterations in rows of 64: 1562 full ones and one of 32.
    expect(table.steps.length).toBe(1563);
    expect(table.steps.at(-1)).toBe(100_000);
    // The first row is the mean of 1..64.
    expect(table.values['charts/SPS'][0]).toBeCloseTo(32.5, 9);
    // The last is the mean of 99,969..100,000.
    expect(table.values['charts/SPS'].at(-1)).toBeCloseTo(99_984.5, 6);
  });

  it('leaves rows empty until there is a value, and values untouched by what is missing', () => {
    const table = new MetricTable();
    for (let i = 1; i <= 2002; i++) table.append(metrics(i, i <= 3 ? null : 7));
    expect(table.values['charts/episodic_return'].slice(0, 3)).toEqual([null, 7, 7]);
  });

  it('does not hand infinities to the charts', () => {
    const table = new MetricTable();
    table.append(metrics(1, Number.POSITIVE_INFINITY));
    expect(table.values['losses/value_loss']).toEqual([null]);
  });
});
