// A saved run's curves: the columns that the saves worker reads, as the table and the figures of a run that goes on.

import { COLUMNS, MetricTable, type TableMetrics } from './metric_table';
import { RunFigures } from './run_figures';

export interface RunCurves {
  table: MetricTable;
  figures: RunFigures;
}

export const CURVE_COLUMNS = ['global_step', 'time/elapsed', ...COLUMNS] as const;

export function emptyCurves(): RunCurves {
  return { table: new MetricTable(), figures: new RunFigures() };
}

/** Rows after which other tasks have their turn on the page's thread. */
const TURN_ROWS = 2000;

/** `columns`: of `CURVE_COLUMNS`, a value an iteration. */
export async function readCurves(columns: readonly Float64Array[]): Promise<RunCurves> {
  const curves = emptyCurves();
  const rows = columns[0]?.length ?? 0;
  // One object for all rows: neither keeps it.
  const metrics = {} as Record<(typeof CURVE_COLUMNS)[number], number>;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns.length; i++) metrics[CURVE_COLUMNS[i]!] = columns[i]![row]!;
    curves.table.append(metrics as TableMetrics);
    curves.figures.append(metrics as TableMetrics);
    if (row % TURN_ROWS === TURN_ROWS - 1) await new Promise((resolve) => setTimeout(resolve));
  }
  return curves;
}
