// One rank of a test's program: a list of gathers, each with its payload filled with rank + 1.

import { parentPort, workerData } from 'node:worker_threads';
import { ReleasedError } from '../../workers/errors';
import { Collective } from '../../workers/ranks/collective';
import { SharedMemory } from '../../workers/ranks/shared_memory';

export interface GatherProgram {
  buffer: SharedArrayBuffer;
  rank: number;
  calls: { nbytes: number; tag: string; sequence: number }[];
}

/** What each call gave: the gathered bytes, a mismatch, or the reason of a released wait. */
export type GatherOutcome = Uint8Array | { mismatch: string } | { released: string };

const { buffer, rank, calls } = workerData as GatherProgram;
const memory = new SharedMemory(buffer);
const collective = new Collective(memory, rank);

const outcomes = calls.map(({ nbytes, tag, sequence }): GatherOutcome => {
  const out = new Uint8Array(memory.worldSize * nbytes);
  const local = new Uint8Array(nbytes).fill(rank + 1);
  try {
    const mismatch = collective.gather(local, out, sequence, tag);
    return mismatch ? { mismatch } : out;
  } catch (error) {
    if (error instanceof ReleasedError) return { released: error.reason };
    throw error;
  }
});
parentPort?.postMessage(outcomes);
