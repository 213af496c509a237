import { describe, expect, it } from 'vitest';
import {
  MessageFrameReader,
  MessageFrameWriter,
  SharedFrameReader,
  SharedFrameWriter,
} from '../../workers/ranks/frames';
import { SharedMemory } from '../../workers/ranks/shared_memory';
import { bundle, runThread } from './threads';

const GEOMS = 2;
const FLOATS = 12 * GEOMS;
const frame = (value: number) => new Float32Array(FLOATS).fill(value);

describe('frames in shared memory', () => {
  it('are read back until they are overwritten', () => {
    const memory = SharedMemory.create(1, GEOMS);
    const writer = new SharedFrameWriter(memory);
    const reader = new SharedFrameReader(memory);
    const out = frame(-1);
    expect(reader.read(0, out)).toBe(false);
    const count = reader.capacity + 3;
    for (let i = 0; i < count; i++) writer.write(frame(i));
    expect(reader.head).toBe(count);
    expect(reader.read(count, out)).toBe(false);
    expect(reader.read(2, out)).toBe(false);
    expect(reader.read(3, out)).toBe(true);
    expect(out).toEqual(frame(3));
    expect(reader.read(count - 1, out)).toBe(true);
    expect(out).toEqual(frame(count - 1));
  });

  it('are read without their overlays by who has no room for them', () => {
    const memory = SharedMemory.create(1, GEOMS, 4);
    new SharedFrameWriter(memory).write(frame(1), Float32Array.of(1, 2, 3, 4));
    const out = frame(-1);
    const reader = new SharedFrameReader(memory);
    expect(reader.read(0, out, new Float32Array(0))).toBe(true);
    expect(out).toEqual(frame(1));
    const overlay = new Float32Array(4);
    reader.read(0, out, overlay);
    expect([...overlay]).toEqual([1, 2, 3, 4]);
  });

  it('bring their overlays, and say of a frame that it has none', () => {
    const memory = SharedMemory.create(1, GEOMS, 3);
    const writer = new SharedFrameWriter(memory);
    const reader = new SharedFrameReader(memory);
    expect(writer.overlays).toBe(false);
    memory.showOverlays(true);
    expect(writer.overlays).toBe(true);
    const [out, overlay] = [frame(-1), new Float32Array(3)];
    writer.write(frame(0), Float32Array.of(1, 5, 6));
    expect(reader.read(0, out, overlay)).toBe(true);
    expect([...overlay]).toEqual([1, 5, 6]);
    // In the place of the first one, when the ring has come round; and of a model with other joints.
    for (let i = 1; i < reader.capacity; i++) writer.write(frame(i));
    writer.write(frame(1), Float32Array.of(1, 2, 3, 4));
    expect(reader.read(reader.capacity, out, overlay)).toBe(true);
    expect(overlay[0]).toBe(0);
  });

  it('are never torn, not even with two writers', async () => {
    const memory = SharedMemory.create(2, 100);
    const thread = await bundle('./frames_thread.ts');
    const writers = [0, 1].map(() => runThread(thread, { buffer: memory.buffer }));
    const reader = new SharedFrameReader(memory);
    const out = new Float32Array(1200);
    let read = 0;
    let head = 0;
    for (const end = performance.now() + 1500; performance.now() < end || read === 0; ) {
      expect(reader.head).toBeGreaterThanOrEqual(head);
      head = reader.head;
      // The oldest frame kept is the one that a writer is most likely at.
      const oldest = head - reader.capacity;
      if (!reader.read(read % 2 ? head - 1 : oldest, out)) {
        if (!reader.read(head - 1, out)) continue;
      }
      read++;
      if (out.some((value) => value !== out[0])) throw new Error(`torn frame near ${head}`);
    }
    memory.stop();
    await Promise.all(writers);
    expect(read).toBeGreaterThan(100);
  });

  it('follow the environment that the page names', () => {
    const memory = SharedMemory.create(1, GEOMS);
    const writer = new SharedFrameWriter(memory);
    expect(writer.focus).toBe(0);
    memory.focus(17);
    expect(writer.focus).toBe(17);
  });
});

describe('frames in messages', () => {
  it('arrive in batches, numbered without a gap', async () => {
    const reader = new MessageFrameReader(FLOATS);
    const firsts: number[] = [];
    const writer = new MessageFrameWriter((first, poses) => {
      firsts.push(first);
      reader.receive(first, poses);
    });
    for (let i = 0; i < 40; i++) {
      writer.write(frame(i));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(firsts.length).toBeGreaterThan(1);
    expect(firsts.length).toBeLessThan(20);
    const out = frame(-1);
    for (let i = 0; i < reader.head; i++) {
      expect(reader.read(i, out)).toBe(true);
      expect(out).toEqual(frame(i));
    }
    expect(reader.read(reader.head, out)).toBe(false);
  });

  it('bring overlays where they have any, and all of them when they are asked to', () => {
    const reader = new MessageFrameReader(FLOATS, 3);
    const writer = new MessageFrameWriter((...message) => reader.receive(...message));
    writer.write(frame(0));
    writer.write(frame(1));
    writer.write(frame(2), Float32Array.of(1, 5, 6));
    expect(reader.head).toBeLessThan(3);
    writer.flush();
    writer.flush();
    expect(reader.head).toBe(3);
    const [out, overlay] = [frame(-1), new Float32Array(3)];
    expect(reader.read(2, out, overlay)).toBe(true);
    expect(out).toEqual(frame(2));
    expect([...overlay]).toEqual([1, 5, 6]);
    reader.read(1, out, overlay);
    expect(overlay[0]).toBe(0);
  });

  it('keep the newest of a batch that is longer than the ring', () => {
    const reader = new MessageFrameReader(FLOATS);
    const count = reader.capacity + 10;
    const batch = Float32Array.from({ length: count * FLOATS }, (_, i) => Math.floor(i / FLOATS));
    reader.receive(0, batch);
    const out = frame(-1);
    expect(reader.read(9, out)).toBe(false);
    expect(reader.read(count - 1, out)).toBe(true);
    expect(out).toEqual(frame(count - 1));
  });
});
