import { expect, it } from 'vitest';
import { secondsLeft } from '../../webapp/metrics/time_left';
import type { Metrics } from '../../workers/schema';

/** Iterations of 1,000 steps: how fast each was, and how long its evaluation took. */
function history(...iterations: [speed: number, evaluation: number][]): Metrics[] {
  return iterations.map(
    ([speed, evaluation], i) =>
      ({
        global_step: 1000 * (i + 1),
        'charts/SPS': speed,
        'time/evaluation': evaluation,
      }) as Metrics,
  );
}

it('is what is left at the pace so far, evaluations included', () => {
  expect(secondsLeft(history([500, 0]), 11_000)).toBe(20);
  // 2,000 steps in 2 s + 2 s + 4 s.
  expect(secondsLeft(history([500, 0], [500, 4]), 12_000)).toBe(40);
});

it('follows a run that has become slower', () => {
  const fast = Array.from({ length: 100 }, (): [number, number] => [10_000, 0]);
  const slow = Array.from({ length: 40 }, (): [number, number] => [1000, 0]);
  expect(secondsLeft(history(...fast, ...slow), 150_000)).toBe(10);
});

it('is nothing at the end, and not known before the first iteration', () => {
  expect(secondsLeft(history([500, 0]), 1000)).toBe(0);
  expect(secondsLeft(history([500, 0]), 500)).toBe(0);
  expect(secondsLeft([], 1000)).toBeNull();
});
