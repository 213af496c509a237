// Frames that stay when the ring they come from is written over.

import type { FrameReader } from '../../workers/ranks/pool';

export class KeptFrames implements FrameReader {
  readonly head: number;
  readonly capacity: number;
  readonly #first: number;
  readonly #frames: { poses: Float32Array; overlay: Float32Array }[] = [];

  /** The frames from `first` on that there are now; fewer when the ring has moved on. Of a frame and of its overlay: floats. */
  constructor(from: FrameReader, first: number, floats: number, overlayFloats: number) {
    this.#first = first;
    for (let frame = first; frame < from.head; frame++) {
      const kept = {
        poses: new Float32Array(floats),
        overlay: new Float32Array(overlayFloats),
      };
      if (!from.read(frame, kept.poses, kept.overlay)) break;
      this.#frames.push(kept);
    }
    this.head = first + this.#frames.length;
    this.capacity = this.#frames.length;
  }

  read(frame: number, out: Float32Array, overlay?: Float32Array | null): boolean {
    const kept = this.#frames[frame - this.#first];
    if (!kept) return false;
    out.set(kept.poses);
    overlay?.set(kept.overlay);
    return true;
  }
}
