import { describe, expect, it } from 'vitest';
import { CrowdPace } from '../../workers/ranks/crowd_pace';

/** Steps of 2 ms, each with all poses that may be computed, for `seconds`; what was written, and the time it took. */
function simulate(envs: number, poseMs: number, seconds: number) {
  const pace = new CrowdPace();
  const written = new Array<number>(envs).fill(0);
  let spent = 0;
  let longest = 0;
  let now = 0;
  while (now < 1000 * seconds) {
    now += 2;
    const before = now;
    for (;;) {
      const { first, count } = pace.next(now, envs, 32);
      if (count === 0) break;
      for (let env = first; env < first + count; env++) written[env]!++;
      now += count * poseMs;
      spent += count * poseMs;
      pace.spent(count * poseMs, count);
    }
    longest = Math.max(longest, now - before);
  }
  return { written, share: spent / now, longest };
}

describe('CrowdPace', () => {
  it('takes no more than its share of the time, in short pieces, and leaves nobody out', () => {
    const { written, share, longest } = simulate(1024, 0.05, 20);
    expect(share).toBeLessThan(0.041);
    expect(share).toBeGreaterThan(0.03);
    expect(longest).toBeLessThan(6);
    expect(Math.max(...written) - Math.min(...written)).toBeLessThanOrEqual(1);
  });

  it('writes a small crowd about twelve times a second, and not oftener', () => {
    const { written } = simulate(16, 0.004, 10);
    expect(Math.max(...written)).toBeLessThanOrEqual(126);
    expect(Math.min(...written)).toBeGreaterThan(100);
  });

  it('writes nothing of a rank that has no part in the crowd', () => {
    expect(new CrowdPace().next(5, -10, 32).count).toBe(0);
    expect(new CrowdPace().next(5, 0, 32).count).toBe(0);
  });

  it('saves up little while nothing is stepped', () => {
    const pace = new CrowdPace();
    pace.next(0, 1024, 32);
    const { count } = pace.next(60_000, 1024, 1024);
    expect(count * 0.02).toBeLessThanOrEqual(4.01);
    expect(count).toBeGreaterThan(0);
  });
});
