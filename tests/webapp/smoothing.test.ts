import { expect, test } from 'vitest';
import { smooth } from '../../webapp/metrics/smoothing';

test('it is the weighted mean of what was so far', () => {
  // Weights 0.5 and 0.25 of 1 and 3: (0.25 * 1 + 0.5 * 3) / 0.75 = 7/3.
  expect(smooth([1, 3], 0.5)).toEqual([1, expect.closeTo(7 / 3, 12)]);
});

test('a constant stays as it is from its first row on', () => {
  for (const value of smooth([4, 4, 4], 0.95)) expect(value).toBeCloseTo(4, 12);
});

test('rows without a value stay empty and do not count', () => {
  expect(smooth([null, 2, null, 2], 0.8)).toEqual([null, 2, null, expect.closeTo(2, 12)]);
});

test('without weight of the past nothing changes', () => {
  expect(smooth([1, -5, 2], 0)).toEqual([1, -5, 2]);
});
