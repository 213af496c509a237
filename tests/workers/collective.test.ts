import { beforeAll, describe, expect, it } from 'vitest';
import { ReleasedError } from '../../workers/errors';
import { Collective } from '../../workers/ranks/collective';
import { SharedMemory } from '../../workers/ranks/shared_memory';
import type { GatherOutcome, GatherProgram } from './gather_thread';
import { bundle, runThread } from './threads';

const SLOT_BYTES = 64;
const GEOMS = 1;

let thread: URL;
beforeAll(async () => {
  thread = await bundle('./gather_thread.ts');
});

function start(
  memory: SharedMemory,
  rank: number,
  calls: GatherProgram['calls'],
): Promise<GatherOutcome[]> {
  return runThread(thread, { buffer: memory.buffer, rank, calls });
}

/** Rank r's part is full of r + 1. */
function expected(worldSize: number, nbytes: number): Uint8Array {
  return Uint8Array.from({ length: worldSize * nbytes }, (_, i) => Math.floor(i / nbytes) + 1);
}

describe('gather', () => {
  it('gives every rank all parts in rank order, in as many rounds as the slot needs', async () => {
    const worldSize = 3;
    const memory = SharedMemory.create(worldSize, GEOMS, 0, SLOT_BYTES);
    // Empty, less than a slot, exactly one, one byte more, several; often enough for slots to be reused.
    const sizes = Array.from({ length: 200 }, (_, i) => [0, 8, 64, 65, 300][i % 5] ?? 0);
    const calls = sizes.map((nbytes, sequence) => ({ nbytes, tag: 'gradient', sequence }));
    const outcomes = await Promise.all([0, 1, 2].map((rank) => start(memory, rank, calls)));
    for (const outcome of outcomes) {
      expect(outcome).toEqual(sizes.map((nbytes) => expected(worldSize, nbytes)));
    }
  });

  it('tells every rank the same text when tags, numbers or lengths differ', async () => {
    const memory = SharedMemory.create(2, GEOMS, 0, SLOT_BYTES);
    const [first, second] = await Promise.all([
      start(memory, 0, [{ nbytes: 200, tag: 'gradient', sequence: 7 }]),
      start(memory, 1, [{ nbytes: 8, tag: 'mean kl', sequence: 6 }]),
    ]);
    expect(first).toEqual(second);
    expect(first).toEqual([
      {
        mismatch: expect.stringContaining(
          'rank 0 called "gradient" number 7 with 200 bytes, rank 1 called "mean kl" number 6 with 8 bytes',
        ),
      },
    ]);
  });

  it('meets again after a mismatch', async () => {
    const memory = SharedMemory.create(2, GEOMS, 0, SLOT_BYTES);
    const then = { nbytes: 100, tag: 'same', sequence: 2 };
    const [first, second] = await Promise.all([
      start(memory, 0, [{ nbytes: 1, tag: 'a', sequence: 1 }, then]),
      start(memory, 1, [{ nbytes: 1, tag: 'b', sequence: 1 }, then]),
    ]);
    expect(first?.[1]).toEqual(expected(2, 100));
    expect(second?.[1]).toEqual(expected(2, 100));
  });

  it.each(['stop', 'abort'] as const)('is released by %s while it waits', async (reason) => {
    const memory = SharedMemory.create(2, GEOMS, 0, SLOT_BYTES);
    const waiting = start(memory, 0, [{ nbytes: 1, tag: 'lonely', sequence: 1 }]);
    while (Atomics.load(memory.rankWords(0), 0) !== 2) await new Promise((r) => setTimeout(r, 5));
    const begin = performance.now();
    if (reason === 'stop') memory.stop();
    else memory.abort(1);
    expect(await waiting).toEqual([{ released: reason }]);
    expect(performance.now() - begin).toBeLessThan(200);
  });

  it('calls back while it waits', () => {
    const memory = SharedMemory.create(2, GEOMS, 0, SLOT_BYTES);
    let calls = 0;
    const wait = () =>
      new Collective(memory, 0).gather(new Uint8Array(1), new Uint8Array(2), 1, 'lonely', () => {
        calls++;
        if (calls === 2) memory.stop();
      });
    expect(wait).toThrow(ReleasedError);
    expect(calls).toBe(2);
  });

  it('shows signs of life while it waits', async () => {
    const memory = SharedMemory.create(2, GEOMS, 0, SLOT_BYTES);
    const waiting = start(memory, 0, [{ nbytes: 1, tag: 'lonely', sequence: 1 }]);
    const beat = () => Atomics.load(memory.rankWords(0), 1);
    while (beat() === 0) await new Promise((r) => setTimeout(r, 5));
    const before = beat();
    await new Promise((r) => setTimeout(r, 400));
    expect(beat()).toBeGreaterThan(before);
    memory.stop();
    await waiting;
  });
});

describe('abort', () => {
  it('names the rank that failed first', () => {
    const memory = SharedMemory.create(3, GEOMS, 0, SLOT_BYTES);
    expect(memory.abortedBy).toBe(-1);
    memory.abort(2);
    memory.abort(0);
    expect(memory.abortedBy).toBe(2);
  });
});
