// Newest poses of the run's first environments, through shared memory: each rank writes those of its own, the viewer reads all.
// A pose that is read while it is written is half of one moment and half of the next, which the next picture puts right.

import { Control, type SharedMemory } from './shared_memory';

/** Seconds after the last look in which ranks go on writing. */
const LOOK_S = 2;

/** The rank's side. */
export interface CrowdWriter {
  /** Environments of the crowd: global indices 0 to `envs`. */
  readonly envs: number;
  /** Somebody looks. */
  readonly watched: boolean;
  /** [envs] running returns; NaN: not known. */
  readonly returns: Float32Array;
  /** Where the frames [count, G, 12] of environments from global index `env` on are to be written. */
  poses(env: number, count: number): Float32Array;
}

export class SharedCrowdWriter implements CrowdWriter {
  readonly envs: number;
  readonly returns: Float32Array;

  constructor(private readonly shared: SharedMemory) {
    this.envs = shared.crowdEnvs;
    this.returns = shared.crowdReturns;
  }

  get watched(): boolean {
    return seconds() - Atomics.load(this.shared.control, Control.CROWD_LOOK) <= LOOK_S;
  }

  poses(env: number, count: number): Float32Array {
    const { crowdPoses, poseFloats } = this.shared;
    return crowdPoses.subarray(env * poseFloats, (env + count) * poseFloats);
  }
}

/** The page's side. */
export class Crowd {
  /** Most environments that can be shown. */
  readonly capacity: number;
  /** What the viewer's worker maps. */
  readonly buffer: SharedArrayBuffer;

  /** `rest`: [G, 12] of every environment before it was first written. */
  constructor(
    private readonly shared: SharedMemory,
    rest: Float32Array,
  ) {
    this.capacity = shared.crowdEnvs;
    this.buffer = shared.buffer;
    for (let env = 0; env < this.capacity; env++) shared.crowdPoses.set(rest, env * rest.length);
    shared.crowdReturns.fill(Number.NaN);
  }

  /** [capacity, G, 12], as the ranks wrote them last. */
  get poses(): Float32Array {
    return this.shared.crowdPoses;
  }

  /** [capacity] returns of the running episodes; NaN: not written yet. */
  get returns(): Float32Array {
    return this.shared.crowdReturns;
  }

  /** Asks the ranks for poses; to be called again and again, at least once a second, while they are looked at. */
  look(): void {
    Atomics.store(this.shared.control, Control.CROWD_LOOK, seconds());
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
