import { expect, it } from 'vitest';
import { SharedMemory } from '../../workers/ranks/shared_memory';

it('gives every part its own bytes, and the buffer has none to spare', () => {
  const worldSize = 3;
  const { buffer } = SharedMemory.create(worldSize, 5, 11, 64);
  const memory = new SharedMemory(buffer);
  const parts: ArrayBufferView[] = [memory.control, memory.poseSequence, memory.poses];
  parts.push(memory.crowdReturns, memory.crowdPoses, memory.overlays, memory.hand);
  for (let rank = 0; rank < worldSize; rank++) {
    parts.push(memory.rankWords(rank));
    for (const side of [0, 1]) {
      const { header, tag, payload } = memory.gatherSide(rank, side);
      parts.push(header, tag, payload);
    }
  }
  const used = new Uint8Array(buffer.byteLength);
  for (const { byteOffset, byteLength } of parts) {
    for (let i = byteOffset; i < byteOffset + byteLength; i++) used[i] = (used[i] ?? 0) + 1;
  }
  expect(used.every((count) => count === 1)).toBe(true);
});
