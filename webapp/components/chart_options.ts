// How a metric's chart looks: uPlot options from the page's CSS custom properties.

import type uPlot from 'uplot';
import { formatCompact } from '../format';

export interface ChartLook {
  /** CSS custom property with the line's colour. */
  color: string;
  /** The value axis begins at zero. */
  fromZero: boolean;
  onHover: (row: number | null) => void;
}

/** With fewer rows than this a line alone would be hard to see. */
const FEW_ROWS = 12;

export function chartOptions(
  element: Element,
  { color, fromZero, onHover }: ChartLook,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: read('--text-soft'),
    font: `11px ${read('--font')}`,
    grid: { stroke: read('--chart-grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: 'websim' },
      points: { size: 7, fill: read(color), stroke: read('--surface'), width: 2 },
    },
    scales: {
      x: { time: false, range: (_plot, _low, high) => [0, high || 1] },
      y: fromZero ? { range: (_plot, _low, high) => [0, high > 0 ? high * 1.15 : 1] } : {},
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 60, values: (_plot, ticks) => ticks.map(formatCompact) },
      {
        ...axis,
        size: (_plot, labels) => labelWidth(labels),
        gap: 6,
        space: 30,
        values: (_plot, ticks) => ticks.map(formatTick),
      },
    ],
    series: [
      {},
      {
        stroke: read(color),
        width: 1.75,
        fill: `${read(color)}1c`,
        // Down to the axis rather than to zero, which may be far outside the picture.
        fillTo: (plot) => plot.scales.y?.min ?? 0,
        spanGaps: true,
        points: { show: (plot) => plot.data[0].length < FEW_ROWS, size: 5, fill: read(color) },
      },
      // The values as they were reported, behind their smoothed curve.
      { stroke: `${read(color)}59`, width: 1, spanGaps: true, points: { show: false } },
    ],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
  };
}

/** Pixels for the longest label; digits of the page's fonts are at most 7 pixels wide at 11 px. */
function labelWidth(labels: string[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label.length));
  return Math.max(40, 14 + 6.6 * longest);
}

/** Short, and without the float noise of tick arithmetic. */
function formatTick(value: number): string {
  return Math.abs(value) >= 10_000 ? formatCompact(value) : String(Number(value.toPrecision(6)));
}
