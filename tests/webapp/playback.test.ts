import { describe, expect, it } from 'vitest';
import { type Pace, Playback } from '../../webapp/viewer/playback';

interface Production {
  /** Frames a rollout records, seconds that it takes, and seconds of silence after it. */
  frames: number;
  rollout: number;
  update: number;
  controlPeriod?: number;
  pace?: Pace;
}

const SECONDS = 40;
const SETTLED = 10;
const TICK = 1 / 30;

/** Frame n is the tracked geom at x = n, so the snapshot says which moment is shown. */
class Frames {
  head = 0;
  readonly capacity = 512;

  read(frame: number, out: Float32Array): boolean {
    if (frame < 0 || frame >= this.head || frame < this.head - this.capacity) return false;
    out.set([frame, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    return true;
  }
}

function play({ frames, rollout, update, controlPeriod = 0.05, pace = 'live' }: Production) {
  const source = new Frames();
  const playback = new Playback(source, new Float32Array(12), controlPeriod, 0, Infinity);
  playback.pace = pace;
  const period = rollout + update;
  let frozen = 0;
  const steps: number[] = [];
  let shown = 0;
  for (let now = 0; now < SECONDS; now += TICK) {
    const iteration = Math.floor(now / period);
    const part = Math.min(1, (now % period) / rollout);
    source.head = Math.floor(frames * (iteration + part));
    const moved = playback.advance(now, true);
    const position = playback.snapshot[0] ?? 0;
    if (now > SETTLED) {
      if (!moved) frozen++;
      steps.push((position - shown) / TICK);
    }
    shown = position;
  }
  return { playback, source, frozen, slowest: Math.min(...steps), fastest: Math.max(...steps) };
}

describe('Playback', () => {
  it.each([
    { frames: 64, rollout: 0.5, update: 0.4 },
    { frames: 64, rollout: 0.3, update: 0.9 },
    { frames: 8, rollout: 0.05, update: 0.05 },
  ])('of $frames frames in $rollout s, then $update s of silence, never freezes', (production) => {
    const rate = production.frames / (production.rollout + production.update);
    const { frozen, slowest, fastest } = play(production);
    expect(frozen).toBe(0);
    expect(slowest).toBeGreaterThan(0.6 * rate);
    expect(fastest).toBeLessThan(1.5 * rate);
  });

  it('says how fast it plays', () => {
    const { playback } = play({ frames: 64, rollout: 0.5, update: 0.5, controlPeriod: 0.02 });
    // 64 frames a second of 0.02 s each.
    expect(playback.speed).toBeGreaterThan(1.1);
    expect(playback.speed).toBeLessThan(1.5);
  });

  it('skips frames rather than blur', () => {
    const { playback, source } = play({ frames: 512, rollout: 0.3, update: 0.2 });
    expect(playback.speed).toBeCloseTo(4, 5);
    expect(source.head - (playback.snapshot[0] ?? 0)).toBeLessThan(source.capacity);
  });

  it('plays in real time when asked', () => {
    const { playback } = play({ frames: 64, rollout: 0.5, update: 0.4, pace: 'real' });
    expect(playback.speed).toBe(1);
  });

  it('plays what is left after the end, then rests', () => {
    const { playback, source } = play({ frames: 64, rollout: 0.5, update: 0.4 });
    let now = SECONDS;
    for (; now < SECONDS + 5; now += TICK) playback.advance(now, false);
    expect(playback.snapshot[0]).toBe(source.head - 1);
    expect(playback.speed).toBe(0);
    expect(playback.advance(now, false)).toBe(false);
  });

  it('shows the newest at once after an end that came before any pace was known', () => {
    const source = new Frames();
    const playback = new Playback(source, new Float32Array(12), 0.05, 0, Infinity);
    source.head = 1;
    playback.advance(0, true);
    source.head = 4;
    expect(playback.advance(0.02, false)).toBe(true);
    expect(playback.snapshot[0]).toBe(3);
  });

  it('blends neighbouring poses into a rotation, and not across a reset', () => {
    const turned = [0.1, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 1];
    const start = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
    const poses = [start, turned, [9, 0, 0, ...start.slice(3)]];
    const source = {
      head: 1,
      capacity: 512,
      read(frame: number, out: Float32Array) {
        const pose = poses[Math.min(frame, poses.length - 1)];
        if (frame < 0 || frame >= this.head || !pose) return false;
        out.set(pose);
        return true;
      },
    };
    const playback = new Playback(source, new Float32Array(12), 1, 0, 1);
    const seen: number[][] = [];
    for (let now = 0; now < 12; now += 0.1) {
      source.head = 1 + Math.floor(now);
      if (playback.advance(now, true)) seen.push(Array.from(playback.snapshot));
    }
    const between = seen.filter((pose) => (pose[0] ?? 0) > 0 && (pose[0] ?? 0) < 0.1);
    expect(between.length).toBeGreaterThan(0);
    for (const [, , , a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] of between) {
      expect(a * a + b * b + c * c).toBeCloseTo(1, 5);
      expect(a * d + b * e + c * f).toBeCloseTo(0, 5);
    }
    // Between 0.1 and 9 lies a reset: nothing is seen on the way.
    expect(seen.some((pose) => (pose[0] ?? 0) > 0.11 && (pose[0] ?? 0) < 9)).toBe(false);
  });

  it.each([
    ['half', 0.5],
    ['quarter', 0.25],
  ] as const)('plays in slow motion at %s', (pace, speed) => {
    const { playback } = play({ frames: 64, rollout: 0.5, update: 0.4, pace });
    expect(playback.speed).toBeCloseTo(speed);
  });

  it('stands still while it is held, goes through control steps one by one, and catches up', () => {
    const { playback, source } = play({ frames: 64, rollout: 0.5, update: 0.4 });
    const shown = () => playback.snapshot[0];
    playback.hold();
    playback.advance(SECONDS, true);
    const held = Math.floor(shown() ?? 0);
    expect(shown()).toBe(held);
    // The ring is written over meanwhile.
    source.head += 2000;
    expect(playback.advance(SECONDS + 20, true)).toBe(false);
    expect(shown()).toBe(held);
    playback.step();
    playback.advance(SECONDS + 21, true);
    expect(shown()).toBe(held + 1);

    for (let i = 0; i < 600; i++) {
      playback.step();
      playback.advance(SECONDS + 22, true);
    }
    expect(shown()).toBeGreaterThan(source.head - source.capacity);
    playback.release();
    source.head += 100;
    expect(playback.advance(SECONDS + 22.1, true)).toBe(true);
  });
});
