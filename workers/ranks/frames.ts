// Poses of the followed environment, from the rank that steps it to the page that draws it: through a
// ring in shared memory, or by messages where there is none. A frame is [G, 12] float32; in shared memory it may have an
// overlay (overlay.ts).

import { Control, type SharedMemory } from './shared_memory';

/** The page's side. */
export interface FrameReader {
  /** Frames written so far; only grows. Frame `head - 1` is the newest. */
  readonly head: number;
  /** Frames kept. */
  readonly capacity: number;
  /**
   * Copies a frame into `out`, and its overlay, if it has one, into `overlay`, whose first number is 0 otherwise; false when
   * the frame is overwritten already, or not there yet.
   */
  read(frame: number, out: Float32Array, overlay?: Float32Array | null): boolean;
}

/** The rank's side. */
export interface FrameWriter {
  /** Global index of the environment to record. */
  readonly focus: number;
  /** Frames are to come with overlays. */
  readonly overlays: boolean;
  write(poses: Float32Array, overlay?: Float32Array | null): void;
}

export class SharedFrameWriter implements FrameWriter {
  constructor(private readonly shared: SharedMemory) {}

  get focus(): number {
    return Atomics.load(this.shared.control, Control.FOCUS);
  }

  get overlays(): boolean {
    return Atomics.load(this.shared.control, Control.OVERLAYS) !== 0;
  }

  /** Two ranks may write at once for the moment in which the focus moves: each has its own ticket. */
  write(poses: Float32Array, overlay: Float32Array | null = null): void {
    const { control, poseSequence, poseCapacity, poseFloats, overlays, overlayFloats } =
      this.shared;
    const frame = Atomics.add(control, Control.POSE_TICKET, 1);
    const slot = frame % poseCapacity;
    Atomics.exchange(poseSequence, slot, 0);
    this.shared.poses.set(poses, slot * poseFloats);
    // A model that was changed while the run went on may have other joints.
    if (overlay?.length === overlayFloats) overlays.set(overlay, slot * overlayFloats);
    else if (overlayFloats > 0) overlays[slot * overlayFloats] = 0;
    Atomics.store(poseSequence, slot, frame + 1);
    let head = Atomics.load(control, Control.POSE_HEAD);
    while (head < frame + 1) {
      head = Atomics.compareExchange(control, Control.POSE_HEAD, head, frame + 1);
    }
  }
}

export class SharedFrameReader implements FrameReader {
  readonly capacity: number;

  constructor(private readonly shared: SharedMemory) {
    this.capacity = shared.poseCapacity;
  }

  get head(): number {
    return Atomics.load(this.shared.control, Control.POSE_HEAD);
  }

  read(frame: number, out: Float32Array, overlay?: Float32Array | null): boolean {
    const { poseSequence, poseFloats, poses, overlays, overlayFloats } = this.shared;
    if (frame < 0) return false;
    const slot = frame % this.capacity;
    if (Atomics.load(poseSequence, slot) !== frame + 1) return false;
    out.set(poses.subarray(slot * poseFloats, (slot + 1) * poseFloats));
    // Who plays frames without their overlays has no room for them, and a model that came later has others.
    if (overlay?.length === overlayFloats) {
      overlay.set(overlays.subarray(slot * overlayFloats, (slot + 1) * overlayFloats));
    }
    // A writer that came round while we copied has cleared or replaced the number.
    return Atomics.load(poseSequence, slot) === frame + 1;
  }
}

/** How often a rank without shared memory posts what it has recorded. */
const POST_MS = 30;

export class MessageFrameWriter implements FrameWriter {
  focus = 0;
  readonly overlays = false;
  private frames: Float32Array[] = [];
  private written = 0;
  private lastPost = 0;

  constructor(private readonly post: (firstFrame: number, poses: Float32Array) => void) {}

  write(poses: Float32Array): void {
    this.frames.push(poses.slice());
    this.written++;
    const now = performance.now();
    if (now - this.lastPost < POST_MS) return;
    this.lastPost = now;
    const batch = new Float32Array(this.frames.length * poses.length);
    this.frames.forEach((frame, i) => {
      batch.set(frame, i * poses.length);
    });
    this.post(this.written - this.frames.length, batch);
    this.frames = [];
  }
}

export class MessageFrameReader implements FrameReader {
  readonly capacity = 512;
  head = 0;
  private readonly ring: Float32Array;

  /** `poseFloats`: 12 x geoms. */
  constructor(private readonly poseFloats: number) {
    this.ring = new Float32Array(this.capacity * poseFloats);
  }

  receive(firstFrame: number, poses: Float32Array): void {
    const count = poses.length / this.poseFloats;
    for (let i = 0; i < count; i++) {
      const frame = poses.subarray(i * this.poseFloats, (i + 1) * this.poseFloats);
      this.ring.set(frame, ((firstFrame + i) % this.capacity) * this.poseFloats);
    }
    this.head = firstFrame + count;
  }

  read(frame: number, out: Float32Array, overlay?: Float32Array | null): boolean {
    if (frame < 0 || frame >= this.head || frame < this.head - this.capacity) return false;
    const at = (frame % this.capacity) * this.poseFloats;
    out.set(this.ring.subarray(at, at + this.poseFloats));
    overlay?.fill(0, 0, 1);
    return true;
  }
}
