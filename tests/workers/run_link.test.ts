import { expect, it } from 'vitest';
import { openRunLink } from '../../workers/ranks/run_link';
import { RankState, RankWord, SharedMemory } from '../../workers/ranks/shared_memory';

it('is not watched while it rests, and then is what it was before, with a sign of life', () => {
  const memory = SharedMemory.create(1, 1);
  const words = memory.rankWords(0);
  const link = openRunLink(memory.buffer, 0, () => {});
  link.setRunning(true);
  const beat = words[RankWord.HEARTBEAT]!;
  expect(link.rest(() => words[RankWord.STATE])).toBe(RankState.IDLE);
  expect(words[RankWord.STATE]).toBe(RankState.RUNNING);
  expect(words[RankWord.HEARTBEAT]).toBe(beat + 1);
  link.setRunning(false);
  const fail = () => {
    throw new Error('refused');
  };
  expect(() => link.rest(fail)).toThrow('refused');
  expect(words[RankWord.STATE]).toBe(RankState.IDLE);
});
