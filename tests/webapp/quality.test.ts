import { describe, expect, it } from 'vitest';
import { QUALITIES, QualityLadder } from '../../webapp/viewer/quality';

const LAST = QUALITIES.length - 1;

/** Draws `pictures` whose time depends on the level; how often the level changed. */
function draw(ladder: QualityLadder, pictures: number, cost: (level: number) => number): number {
  let changes = 0;
  for (let i = 0; i < pictures; i++) if (ladder.observe(cost(ladder.level), 16)) changes++;
  return changes;
}

describe('QualityLadder', () => {
  it('stays at the best while pictures are in time', () => {
    const ladder = new QualityLadder();
    expect(draw(ladder, 1000, () => 15)).toBe(0);
    expect(ladder.level).toBe(0);
  });

  it('is not worried by a single slow picture', () => {
    const ladder = new QualityLadder();
    draw(ladder, 30, () => 5);
    ladder.observe(200, 16);
    expect(ladder.level).toBe(0);
  });

  it('goes down as far as is needed, and no further', () => {
    const ladder = new QualityLadder();
    expect(draw(ladder, 100, (level) => [40, 25, 12, 8][level]!)).toBe(2);
    expect(ladder.level).toBe(2);
    draw(ladder, 1000, () => 100);
    expect(ladder.level).toBe(LAST);
  });

  it('comes up again when there is much time left', () => {
    const ladder = new QualityLadder();
    draw(ladder, 100, () => 50);
    expect(ladder.level).toBe(LAST);
    draw(ladder, 2000, () => 3);
    expect(ladder.level).toBe(0);
  });

  it('does not go up and down for ever where the better level is too slow', () => {
    const ladder = new QualityLadder();
    const cost = (level: number) => (level === 0 ? 30 : 5);
    draw(ladder, 5000, cost);
    expect(draw(ladder, 5000, cost)).toBeLessThanOrEqual(2);
  });
});
