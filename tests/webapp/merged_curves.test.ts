import { expect, it } from 'vitest';
import { mergeCurves, rowAt, thin } from '../../webapp/metrics/merged_curves';

it('puts curves on one axis, with nothing where a curve has no value', () => {
  const some = { x: [1, 3, 5], y: [10, null, 50] };
  const other = { x: [2, 3], y: [-2, -3] };
  expect(mergeCurves([some, other, { x: [], y: [] }])).toEqual([
    [1, 2, 3, 5],
    [10, null, null, 50],
    [null, -2, -3, null],
    [null, null, null, null],
  ]);
  expect(mergeCurves([])).toEqual([[]]);
});

it('draws the last of several values at one place', () => {
  expect(mergeCurves([{ x: [1, 1, 2], y: [7, 8, 9] }])).toEqual([
    [1, 2],
    [8, 9],
  ]);
});

it('reads a curve at or before a place, and not beyond its end', () => {
  const curve = { x: [10, 20, 30, 40], y: [null, 2, null, 4] };
  const read = [5, 10, 20, 29, 30, 39, 40, 41].map((place) => rowAt(curve, place));
  expect(read).toEqual([null, null, 1, 1, 1, 1, 3, null]);
  expect(rowAt({ x: [], y: [] }, 1)).toBeNull();
});

it('thins a curve to means of neighbours that end where it ends', () => {
  const x = [1, 2, 3, 4, 5];
  expect(thin({ x, y: [1, 3, null, null, 9] }, 3)).toEqual({ x: [2, 4, 5], y: [2, null, 9] });
  expect(thin({ x, y: x }, 5).y).toEqual(x);
});
