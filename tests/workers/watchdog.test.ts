import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Watchdog } from '../../workers/ranks/watchdog';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('does not count time in which the page itself did not run', async () => {
  const stalled: number[] = [];
  const watchdog = new Watchdog(
    () => [{ watched: true, beat: 1 }],
    (rank) => stalled.push(rank),
  );
  watchdog.start();
  await vi.advanceTimersByTimeAsync(1000);
  const awake = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => awake() + 3_600_000);
  await vi.advanceTimersByTimeAsync(200);
  expect(stalled).toEqual([]);
  await vi.advanceTimersByTimeAsync(4000);
  expect(stalled).toEqual([0]);
});
