// Frames that stay when the ring they come from is written over.

import type { FrameReader } from '../../workers/pool';

export class KeptFrames implements FrameReader {
  readonly head: number;
  readonly capacity: number;
  readonly #first: number;
  readonly #frames: Float32Array[] = [];

  /** The frames from `first` on that there are now; fewer when the ring has moved on. `floats`: of a frame. */
  constructor(from: FrameReader, first: number, floats: number) {
    this.#first = first;
    for (let frame = first; frame < from.head; frame++) {
      const copy = new Float32Array(floats);
      if (!from.read(frame, copy)) break;
      this.#frames.push(copy);
    }
    this.head = first + this.#frames.length;
    this.capacity = this.#frames.length;
  }

  read(frame: number, out: Float32Array): boolean {
    const kept = this.#frames[frame - this.#first];
    if (!kept) return false;
    out.set(kept);
    return true;
  }
}
