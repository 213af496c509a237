// Rows of metrics for tests of curves.

import { COLUMNS, type TableMetrics } from '../../webapp/metrics/metric_table';
import { CURVE_COLUMNS, type RunCurves, readCurves } from '../../webapp/metrics/saved_curves';

/** An iteration at `seconds` after the start, as fast as 1,000 steps in as many; its evaluation is one below its return. */
export function row(step: number, seconds: number, episodicReturn: number | null): TableMetrics {
  const nothing = Object.fromEntries(COLUMNS.map((name) => [name, null]));
  return {
    ...nothing,
    global_step: step,
    'time/elapsed': seconds,
    'charts/SPS': 1000 / seconds,
    'charts/episodic_return': episodicReturn,
    'eval/episodic_return': episodicReturn && episodicReturn - 1,
    'eval/interval': episodicReturn && 1,
  } as TableMetrics;
}

/** As they are read from a save. */
export function curves(...rows: TableMetrics[]): Promise<RunCurves> {
  const columns = CURVE_COLUMNS.map((name) =>
    Float64Array.from(rows, (metrics) => metrics[name] ?? Number.NaN),
  );
  return readCurves(columns);
}
