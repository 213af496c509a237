// Curves of several runs as one CSV file, a line a drawn point.

import { csv } from './comparison';
import { COLUMNS, type MetricTable } from './metric_table';

export function curvesCsv(runs: readonly { title: string; table: MetricTable }[]): string {
  const lines = runs.flatMap(({ title, table }) =>
    table.steps.map((step, row) => [
      title,
      step,
      table.times[row]!,
      ...COLUMNS.map((name) => table.values[name][row] ?? null),
    ]),
  );
  return csv([['run', 'global_step', 'time/elapsed', ...COLUMNS], ...lines]);
}
