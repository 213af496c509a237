// Plays the recorded poses of the followed environment at an even pace.
//
// A rank records in bursts: many control steps during a rollout, none during the update that follows. The playback
// moves at the average rate of production, far enough behind the newest frame to last through an update.

import type { FrameReader } from '../../workers/ranks/pool';
import { KeptFrames } from './kept_frames';
import { ProductionRate } from './production_rate';

/** `live` keeps up with training, up to what an eye can follow; `real` shows one simulated second a second; slow motion. */
export type Pace = 'live' | 'real' | 'half' | 'quarter';

/** Most times real time; faster than that of `live` a gait is a blur: frames are skipped instead. */
const FASTEST: Record<Pace, number> = { live: 4, real: 1, half: 0.5, quarter: 0.25 };
/** Part of the ring of frames that playback lets fill before it skips ahead, so that no frame is overwritten under it. */
const FULLEST = 0.8;
/** Seconds within which a robot that stands still is drawn anew when something else of it is asked to be seen. */
const ANSWER_PERIOD = 2;

export class Playback {
  pace: Pace = 'live';
  /** [G, 12] of the moment that is shown. */
  readonly snapshot: Float32Array;
  /** Its overlay; the first number is 0 while there is none. */
  readonly overlay: Float32Array;
  readonly #next: Float32Array;
  /** What is played: what comes, or what was kept when the picture was held. */
  readonly #frames: FrameReader;
  #held: KeptFrames | null = null;
  readonly #controlPeriod: number;
  readonly #jump: number;
  readonly #trackedAt: number;
  readonly #rate = new ProductionRate();
  /** In frames; -1 before the first was shown. */
  #position = -1;
  #shownPosition = -1;
  #lastTime = -1;
  #framesPerSecond = 0;
  #asked = -ANSWER_PERIOD;

  /**
   * `rest`: [G, 12] before the first frame. `controlPeriod`: simulated seconds between two frames.
   * `overlayFloats`: numbers of an overlay, if frames come with any. `jump`: metres that the tracked geom moves between two frames only when the environment was reset.
   */
  constructor(
    frames: FrameReader,
    rest: Float32Array,
    controlPeriod: number,
    trackedGeom: number,
    jump: number,
    overlayFloats = 0,
  ) {
    this.#frames = frames;
    this.overlay = new Float32Array(overlayFloats);
    this.snapshot = rest.slice();
    this.#next = new Float32Array(rest.length);
    this.#controlPeriod = controlPeriod;
    this.#trackedAt = Math.max(0, trackedGeom) * 12;
    this.#jump = jump;
  }

  /** How many simulated seconds pass in a second of playback; 0 while nothing moves. */
  get speed(): number {
    return this.#framesPerSecond * this.#controlPeriod;
  }

  /** Moves to time `now` (seconds); `producing`: the run is stepping, not paused or ended. True when the snapshot changed. */
  advance(now: number, producing: boolean): boolean {
    const { head, capacity } = this.#frames;
    const elapsed = this.#lastTime < 0 ? 0 : now - this.#lastTime;
    this.#lastTime = now;
    if (producing) this.#rate.observe(now, head);
    else this.#rate.pause();
    if (head === 0) return false;

    if (this.#held) return this.#showHeld();

    const ceiling = FASTEST[this.pace] / this.#controlPeriod;
    const rate = Math.min(this.#rate.framesPerSecond, ceiling);
    const wantedLag = Math.min(rate * this.#rate.bridgeSeconds, 0.5 * capacity);
    if (this.#position < 0) this.#position = Math.max(0, head - 1);
    const lag = head - 1 - this.#position;
    // A little faster or slower than production keeps the wanted lag; what is left after the end is played out evenly.
    const error = wantedLag > 0 ? (lag - wantedLag) / wantedLag : 0;
    const correction = producing ? Math.min(1.25, Math.max(0.75, 1 + 0.25 * error)) : 1;
    this.#framesPerSecond = Math.min(rate * correction, ceiling);
    this.#position = Math.min(head - 1, this.#position + this.#framesPerSecond * elapsed);
    // Too little came before the end to know a pace.
    if (!producing && rate === 0) this.#position = head - 1;
    if (head - 1 - this.#position > FULLEST * capacity) this.#position = head - 1 - wantedLag;
    if (this.#position === head - 1 && !producing) this.#framesPerSecond = 0;

    if (this.#position === this.#shownPosition) return false;
    this.#shownPosition = this.#position;
    return this.#show(this.#position);
  }

  /** At time `now` something else was asked to be seen. */
  ask(now: number): void {
    this.#asked = now;
  }

  /** Whether a frame may come at time `now` although nothing is produced. */
  awaits(now: number): boolean {
    return now - this.#asked < ANSWER_PERIOD;
  }

  get held(): boolean {
    return this.#held !== null;
  }

  /** The picture stands still; the frames after it are kept, to be gone through one by one. */
  hold(): void {
    this.#position = Math.max(0, Math.floor(this.#position));
    this.#framesPerSecond = 0;
    this.#held = this.#kept();
  }

  release(): void {
    this.#held = null;
  }

  /** The next control step of a held picture; after the last that was kept, a newer one. */
  step(): void {
    if (!this.#held) return;
    this.#position++;
    if (this.#position < this.#held.head) return;
    const { head, capacity } = this.#frames;
    const oldest = Math.max(0, head - Math.floor(FULLEST * capacity));
    this.#position = Math.min(head - 1, Math.max(oldest, this.#position));
    this.#held = this.#kept();
  }

  #kept(): KeptFrames {
    const { snapshot, overlay } = this;
    return new KeptFrames(this.#frames, this.#position, snapshot.length, overlay.length);
  }

  #showHeld(): boolean {
    if (this.#position === this.#shownPosition) return false;
    this.#shownPosition = this.#position;
    return this.#show(this.#position);
  }

  #show(position: number): boolean {
    const frames = this.#held ?? this.#frames;
    const frame = Math.floor(position);
    // Of a moment between two frames the overlay is that of the one before: less than a control step old.
    if (!frames.read(frame, this.snapshot, this.overlay)) return false;
    const part = position - frame;
    if (part > 0 && frames.read(frame + 1, this.#next) && !this.#isReset())
      blend(this.snapshot, this.#next, part);
    return true;
  }

  #isReset(): boolean {
    const at = this.#trackedAt;
    const [a, b] = [this.snapshot, this.#next];
    return (
      Math.hypot(b[at]! - a[at]!, b[at + 1]! - a[at + 1]!, b[at + 2]! - a[at + 2]!) > this.#jump
    );
  }
}

/** `a` becomes the pose that is `part` of the way to `b`; rotations are blended as matrices and made orthonormal again. */
function blend(a: Float32Array, b: Float32Array, part: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += (b[i]! - a[i]!) * part;
  for (let at = 3; at < a.length; at += 12) orthonormalise(a, at);
}

/** Gram-Schmidt on the rows of the 3x3 matrix at `at`; the third row is the cross product of the first two. */
function orthonormalise(m: Float32Array, at: number): void {
  let [x0, x1, x2] = [m[at]!, m[at + 1]!, m[at + 2]!];
  let [y0, y1, y2] = [m[at + 3]!, m[at + 4]!, m[at + 5]!];
  const lengthX = Math.hypot(x0, x1, x2) || 1;
  [x0, x1, x2] = [x0 / lengthX, x1 / lengthX, x2 / lengthX];
  const dot = x0 * y0 + x1 * y1 + x2 * y2;
  [y0, y1, y2] = [y0 - dot * x0, y1 - dot * x1, y2 - dot * x2];
  const lengthY = Math.hypot(y0, y1, y2) || 1;
  [y0, y1, y2] = [y0 / lengthY, y1 / lengthY, y2 / lengthY];
  m.set([x0, x1, x2, y0, y1, y2, x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0], at);
}
