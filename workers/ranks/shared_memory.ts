// The SharedArrayBuffer of a run: one per run, made by the page, mapped by every rank.
//
//   offset (bytes)   type                     what                          writer -> reader
//   0                i32 x 16                 control words (`Control`)     see there
//   64               i32 x 16, per rank       rank words (`RankWord`)       that rank -> page, ranks
//   + 64 W           128 bytes x 2, per rank  gather header and tag         that rank -> ranks
//   + 256 W          slotBytes x 2, per rank  gather slots                  that rank -> ranks
//   + 2 W slotBytes  i32 x capacity           pose sequence: frame + 1      rank of the followed env -> page
//   + 4 capacity     f32 x capacity x floats  poses, [G, 12] a frame        rank of the followed env -> page
//   + 4 cap. floats  f32 x envs               crowd: running returns        rank of the env -> viewer
//   + 4 envs         f32 x envs x floats      crowd: newest pose [G, 12]    rank of the env -> viewer
//   + 4 envs floats  f32 x capacity x O       overlay of each frame         rank of the followed env -> page
//   + 4 cap. O       f32 x 7                  hand: geom, point, force      page -> rank of the env
//
// W is the world size. Each rank has its own cache line, and two headers and slots that it uses by turns.

import type { Pull } from '../physics/pull';

/** Index of a control word. */
export const Control = {
  /** 1: end the run. Page -> ranks. */
  STOP: 0,
  /** 1 + the rank that failed: release all waits. Page or failed rank -> all. */
  ABORT: 1,
  /** Global index of the environment whose poses are recorded. Page -> ranks. */
  FOCUS: 2,
  /** Frames begun: a writer takes its frame number here. Ranks -> ranks. */
  POSE_TICKET: 3,
  /** Frames finished. Ranks -> page. */
  POSE_HEAD: 4,
  /** Layout, fixed when the buffer is made. Page -> ranks. */
  WORLD_SIZE: 5,
  SLOT_BYTES: 6,
  POSE_FLOATS: 7,
  POSE_CAPACITY: 8,
  CROWD_ENVS: 9,
  /** When somebody last looked at the crowd: Unix time in seconds. Page -> ranks. */
  CROWD_LOOK: 10,
  OVERLAY_FLOATS: 11,
  /** 1: frames are to come with their overlays. Page -> ranks. */
  OVERLAYS: 12,
  /** 1 + the global index of the environment whose robot a hand pulls at; 0: none. Page -> ranks. */
  HAND: 13,
} as const;

/** Index of a word in a rank's line. */
export const RankWord = {
  /** A `RankState`. */
  STATE: 0,
  /** Counts up while the rank is alive, also in a wait. */
  HEARTBEAT: 1,
  /** Gather rounds that the rank has published. */
  ROUND: 2,
} as const;

export const RankState = { IDLE: 0, RUNNING: 1, WAITING: 2 } as const;

const HEADER_BYTES = 128;
const HEADER_WORDS = 3;
export const MAX_TAG_BYTES = HEADER_BYTES - 4 * HEADER_WORDS;

/** What a rank publishes in one gather round. */
export interface GatherSide {
  /** Sequence number, bytes of the whole gather, bytes of the tag. */
  header: Int32Array;
  /** UTF-8. */
  tag: Uint8Array;
  payload: Uint8Array;
}

const CONTROL_BYTES = 64;
const RANK_WORDS = 16;
/** The gradient of a 64 x 64 actor-critic of a humanoid fits in one round; more goes in several. */
const SLOT_BYTES = 256 * 1024;
/** At 60 control steps a second, about eight seconds. */
const POSE_CAPACITY = 512;
/** Most environments that are drawn at once, and the memory that their poses may take. */
const CROWD_ENVS = 1024;
const CROWD_BYTES = 32 * 2 ** 20;
/** Numbers of a pull: geom, point in its frame (3), force in the world's (3). */
const HAND_FLOATS = 7;

export class SharedMemory {
  readonly worldSize: number;
  readonly slotBytes: number;
  readonly poseFloats: number;
  readonly poseCapacity: number;
  readonly control: Int32Array;
  readonly poseSequence: Int32Array;
  readonly poses: Float32Array;
  /** Environments of the crowd: the first ones of the run. */
  readonly crowdEnvs: number;
  /** [crowdEnvs] */
  readonly crowdReturns: Float32Array;
  /** [crowdEnvs, G, 12] */
  readonly crowdPoses: Float32Array;
  readonly overlayFloats: number;
  /** [poseCapacity, overlayFloats]; the first number of one that was not computed is 0. */
  readonly overlays: Float32Array;
  readonly hand: Float32Array;
  private readonly headersAt: number;
  private readonly slotsAt: number;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.control = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
    this.worldSize = Atomics.load(this.control, Control.WORLD_SIZE);
    this.slotBytes = Atomics.load(this.control, Control.SLOT_BYTES);
    this.poseFloats = Atomics.load(this.control, Control.POSE_FLOATS);
    this.poseCapacity = Atomics.load(this.control, Control.POSE_CAPACITY);
    this.headersAt = CONTROL_BYTES + 4 * RANK_WORDS * this.worldSize;
    this.slotsAt = this.headersAt + 2 * HEADER_BYTES * this.worldSize;
    const sequenceAt = this.slotsAt + 2 * this.slotBytes * this.worldSize;
    this.poseSequence = new Int32Array(buffer, sequenceAt, this.poseCapacity);
    const posesAt = sequenceAt + 4 * this.poseCapacity;
    this.poses = new Float32Array(buffer, posesAt, this.poseCapacity * this.poseFloats);
    this.crowdEnvs = Atomics.load(this.control, Control.CROWD_ENVS);
    const returnsAt = posesAt + this.poses.byteLength;
    this.crowdReturns = new Float32Array(buffer, returnsAt, this.crowdEnvs);
    const crowdAt = returnsAt + this.crowdReturns.byteLength;
    this.crowdPoses = new Float32Array(buffer, crowdAt, this.crowdEnvs * this.poseFloats);
    this.overlayFloats = Atomics.load(this.control, Control.OVERLAY_FLOATS);
    const overlaysAt = crowdAt + this.crowdPoses.byteLength;
    const overlays = this.poseCapacity * this.overlayFloats;
    this.overlays = new Float32Array(buffer, overlaysAt, overlays);
    this.hand = new Float32Array(buffer, overlaysAt + this.overlays.byteLength, HAND_FLOATS);
  }

  /** `geoms`: how many poses a frame has; `overlayFloats`: numbers of its overlay. */
  static create(
    worldSize: number,
    geoms: number,
    overlayFloats = 0,
    slotBytes = SLOT_BYTES,
  ): SharedMemory {
    const poseFloats = 12 * geoms;
    const perRank = 4 * RANK_WORDS + 2 * HEADER_BYTES + 2 * slotBytes;
    const poseBytes = POSE_CAPACITY * 4 * (1 + poseFloats);
    const crowdEnvs = Math.min(CROWD_ENVS, Math.floor(CROWD_BYTES / (4 * poseFloats || 1)));
    const crowdBytes = 4 * crowdEnvs * (1 + poseFloats);
    const overlayBytes = 4 * (POSE_CAPACITY * overlayFloats + HAND_FLOATS);
    const buffer = new SharedArrayBuffer(
      CONTROL_BYTES + worldSize * perRank + poseBytes + crowdBytes + overlayBytes,
    );
    const control = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
    control[Control.WORLD_SIZE] = worldSize;
    control[Control.SLOT_BYTES] = slotBytes;
    control[Control.POSE_FLOATS] = poseFloats;
    control[Control.POSE_CAPACITY] = POSE_CAPACITY;
    control[Control.CROWD_ENVS] = crowdEnvs;
    control[Control.OVERLAY_FLOATS] = overlayFloats;
    return new SharedMemory(buffer);
  }

  rankWords(rank: number): Int32Array {
    return new Int32Array(this.buffer, CONTROL_BYTES + 4 * RANK_WORDS * rank, RANK_WORDS);
  }

  /** One of the two places, `side` 0 or 1, that a rank publishes in by turns. */
  gatherSide(rank: number, side: number): GatherSide {
    const index = 2 * rank + side;
    const at = this.headersAt + HEADER_BYTES * index;
    return {
      header: new Int32Array(this.buffer, at, HEADER_WORDS),
      tag: new Uint8Array(this.buffer, at + 4 * HEADER_WORDS, MAX_TAG_BYTES),
      payload: new Uint8Array(this.buffer, this.slotsAt + this.slotBytes * index, this.slotBytes),
    };
  }

  get stopped(): boolean {
    return Atomics.load(this.control, Control.STOP) !== 0;
  }

  /** The rank that failed, or -1. */
  get abortedBy(): number {
    return Atomics.load(this.control, Control.ABORT) - 1;
  }

  stop(): void {
    Atomics.store(this.control, Control.STOP, 1);
    this.wake();
  }

  /** Releases all waits; the first caller is the rank that is named. */
  abort(rank: number): void {
    Atomics.compareExchange(this.control, Control.ABORT, 0, rank + 1);
    this.wake();
  }

  focus(env: number): void {
    Atomics.store(this.control, Control.FOCUS, env);
  }

  /** Whether frames from now on come with their overlays. */
  showOverlays(shown: boolean): void {
    Atomics.store(this.control, Control.OVERLAYS, shown ? 1 : 0);
  }

  /** A hand pulls at the robot of global environment `env`; null: it lets go. */
  pull(env: number, pull: Pull | null): void {
    if (pull) this.hand.set([pull.geom, ...pull.point, ...pull.force]);
    Atomics.store(this.control, Control.HAND, pull ? env + 1 : 0);
  }

  private wake(): void {
    for (let rank = 0; rank < this.worldSize; rank++) {
      Atomics.notify(this.rankWords(rank), RankWord.ROUND);
    }
  }
}
