// Poses of the followed environment, from the rank that steps it to the page that draws it: through a
// ring in shared memory, or by messages where there is none. A frame is [G, 12] float32, and may have an overlay (overlay.ts).

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
  overlays = false;
  private frames: { poses: Float32Array; overlay: Float32Array | null }[] = [];
  private written = 0;
  private lastPost = 0;

  /** `post` gets consecutive frames: their poses [n, G, 12] and their overlays [n, O], null when none of them has one. */
  constructor(
    private readonly post: (
      firstFrame: number,
      poses: Float32Array<ArrayBuffer>,
      overlays: Float32Array<ArrayBuffer> | null,
    ) => void,
  ) {}

  write(poses: Float32Array, overlay: Float32Array | null = null): void {
    this.frames.push({ poses: poses.slice(), overlay: overlay?.slice() ?? null });
    this.written++;
    if (performance.now() - this.lastPost >= POST_MS) this.flush();
  }

  /** Posts what was not yet. */
  flush(): void {
    this.lastPost = performance.now();
    const { frames } = this;
    if (frames.length === 0) return;
    this.frames = [];
    const poses = joined(frames.map((frame) => frame.poses));
    const overlays = joined(frames.map((frame) => frame.overlay));
    this.post(this.written - frames.length, poses!, overlays);
  }
}

/** One after the other, of equal lengths, zeros for those that are missing; null when all are. */
function joined(parts: readonly (Float32Array | null)[]): Float32Array<ArrayBuffer> | null {
  const length = parts.find((part) => part !== null)?.length;
  if (length === undefined) return null;
  const all = new Float32Array(parts.length * length);
  parts.forEach((part, i) => {
    if (part) all.set(part, i * length);
  });
  return all;
}

export class MessageFrameReader implements FrameReader {
  readonly capacity = 512;
  head = 0;
  private readonly ring: Float32Array;
  private readonly overlays: Float32Array;

  /** `poseFloats`: 12 x geoms; `overlayFloats`: numbers of an overlay, if frames come with any. */
  constructor(
    private readonly poseFloats: number,
    private readonly overlayFloats = 0,
  ) {
    this.ring = new Float32Array(this.capacity * poseFloats);
    this.overlays = new Float32Array(this.capacity * overlayFloats);
  }

  /** As `MessageFrameWriter` posts them. */
  receive(firstFrame: number, poses: Float32Array, overlays: Float32Array | null = null): void {
    const { poseFloats, overlayFloats, capacity } = this;
    const count = poses.length / poseFloats;
    for (let i = 0; i < count; i++) {
      const slot = (firstFrame + i) % capacity;
      this.ring.set(poses.subarray(i * poseFloats, (i + 1) * poseFloats), slot * poseFloats);
      const own = overlays?.subarray(i * overlayFloats, (i + 1) * overlayFloats);
      if (own) this.overlays.set(own, slot * overlayFloats);
      else this.overlays.fill(0, slot * overlayFloats, (slot + 1) * overlayFloats);
    }
    this.head = firstFrame + count;
  }

  read(frame: number, out: Float32Array, overlay?: Float32Array | null): boolean {
    if (frame < 0 || frame >= this.head || frame < this.head - this.capacity) return false;
    const slot = frame % this.capacity;
    const at = slot * this.poseFloats;
    out.set(this.ring.subarray(at, at + this.poseFloats));
    // Who plays frames without their overlays has no room for them.
    if (overlay?.length === this.overlayFloats) {
      const from = slot * this.overlayFloats;
      overlay.set(this.overlays.subarray(from, from + this.overlayFloats));
    }
    return true;
  }
}
