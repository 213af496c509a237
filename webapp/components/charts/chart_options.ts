// How a metric's chart looks: uPlot options from the page's CSS custom properties.

import type uPlot from 'uplot';
import { formatCompact, formatDuration } from '../../format';

/** What curves are drawn over: environment steps, or seconds since the start. */
export type Axis = 'steps' | 'time';

export interface ChartLook {
  /** CSS custom property with the line's colour. */
  color: string;
  /** Those of the other runs' lines. */
  others: readonly string[];
  axis: Axis;
  /** The value axis begins at zero. */
  fromZero: boolean;
  onHover: (row: number | null) => void;
}

/** With fewer rows than this a line alone would be hard to see. */
const FEW_ROWS = 12;
/** Before the other runs' series: the axis, the curve and the values that it smooths. */
const FIRST_OTHER = 3;
/** Seconds between two marks. */
const TIME_STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];

export function chartOptions(
  element: Element,
  { color, others, axis: over, fromZero, onHover }: ChartLook,
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
      points: {
        size: 7,
        fill: (_plot, series) => read(others[series - FIRST_OTHER] ?? color),
        stroke: read('--surface'),
        width: 2,
      },
      // Where runs have their values at other places than the run in front.
      hover: { skip: [null, undefined] },
    },
    scales: {
      x: { time: false, range: (_plot, _low, high) => [0, high || 1] },
      y: fromZero ? { range: (_plot, _low, high) => [0, high > 0 ? high * 1.15 : 1] } : {},
    },
    axes: [
      {
        ...axis,
        ...(over === 'time' ? { incrs: TIME_STEPS } : {}),
        size: 24,
        gap: 4,
        space: 60,
        values: (_plot, ticks) => ticks.map(over === 'time' ? formatDuration : formatCompact),
      },
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
      ...others.map((other) => ({
        stroke: read(other),
        width: 1.5,
        spanGaps: true,
        points: { show: false },
      })),
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
