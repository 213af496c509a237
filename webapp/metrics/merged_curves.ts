// Several curves on one axis, as uPlot draws them: all their places in order, and null where a curve has no value.

export interface Curve {
  /** Ascending. */
  x: readonly number[];
  /** Of the same length. */
  y: readonly (number | null)[];
}

/** The axis, then a row of values for each curve. */
export function mergeCurves(curves: readonly Curve[]): [number[], ...(number | null)[][]] {
  const axis: number[] = [];
  const rows: (number | null)[][] = curves.map(() => []);
  const next = curves.map(() => 0);
  for (;;) {
    let place = Number.POSITIVE_INFINITY;
    // By index: this runs for each drawn point.
    for (let i = 0; i < curves.length; i++)
      place = Math.min(place, curves[i]!.x[next[i]!] ?? place);
    if (place === Number.POSITIVE_INFINITY) return [axis, ...rows];
    axis.push(place);
    for (let i = 0; i < curves.length; i++) {
      const { x, y } = curves[i]!;
      let value: number | null = null;
      // Of several values at one place the last one is drawn.
      while (x[next[i]!] === place) value = y[next[i]!++] ?? null;
      rows[i]!.push(value);
    }
  }
}

/** At most `rows` rows: each the mean of as many neighbours, at the last one's place. */
export function thin({ x, y }: Curve, rows: number): Curve {
  const group = Math.ceil(x.length / rows);
  if (group <= 1) return { x, y };
  const thinned: { x: number[]; y: (number | null)[] } = { x: [], y: [] };
  for (let first = 0; first < x.length; first += group) {
    const values = y.slice(first, first + group).filter((value) => value !== null);
    const sum = values.reduce((total, value) => total + value, 0);
    thinned.x.push(x[Math.min(first + group, x.length) - 1]!);
    thinned.y.push(values.length > 0 ? sum / values.length : null);
  }
  return thinned;
}

/** The row of a curve's newest value at or before `place`; null before its first one and after its end. */
export function rowAt({ x, y }: Curve, place: number): number | null {
  if (x.length === 0 || place > x.at(-1)!) return null;
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  for (let row = low - 1; row >= 0; row--) if (y[row] !== null) return row;
  return null;
}
