// A rank's connection to the page and to the other ranks while a run lasts: shared memory, or messages
// where the page is not isolated and there is one rank.

import { HandReader } from '../physics/pull';
import { Collective } from './collective';
import { type CrowdWriter, SharedCrowdWriter } from './crowd';
import { type FrameWriter, MessageFrameWriter, SharedFrameWriter } from './frames';
import type { RankEvent } from './protocol';
import { RankState, RankWord, SharedMemory } from './shared_memory';

export interface RunLink {
  readonly frames: FrameWriter;
  /** Null without shared memory. */
  readonly crowd: CrowdWriter | null;
  /** The same. */
  readonly hand: HandReader | null;
  /** Whether the run is to end: Stop was asked for, or another rank failed. */
  readonly ending: boolean;
  /** "I am alive"; the answer is `ending`. */
  pulse(): boolean;
  /** Whether the rank is between iterations or in one. */
  setRunning(running: boolean): void;
  /** Does what may take seconds and gives no sign of life. */
  rest<T>(work: () => T): T;
  /** This rank failed: release the others. */
  abort(): void;
  focus(env: number): void;
  /** As `Collective.gather`. */
  gather(
    local: Uint8Array,
    out: Uint8Array,
    sequence: number,
    tag: string,
    whileWaiting?: () => void,
  ): string;
}

export function openRunLink(
  shared: SharedArrayBuffer | null,
  rank: number,
  post: (event: RankEvent) => void,
): RunLink {
  return shared ? new SharedRunLink(new SharedMemory(shared), rank) : new MessageRunLink(post);
}

class SharedRunLink implements RunLink {
  readonly frames: FrameWriter;
  readonly crowd: CrowdWriter;
  readonly hand: HandReader;
  private readonly collective: Collective;
  private readonly words: Int32Array;

  constructor(
    private readonly memory: SharedMemory,
    private readonly rank: number,
  ) {
    this.frames = new SharedFrameWriter(memory);
    this.crowd = new SharedCrowdWriter(memory);
    this.hand = new HandReader(memory);
    this.collective = new Collective(memory, rank);
    this.words = memory.rankWords(rank);
  }

  get ending(): boolean {
    return this.memory.stopped || this.memory.abortedBy >= 0;
  }

  pulse(): boolean {
    Atomics.add(this.words, RankWord.HEARTBEAT, 1);
    return this.ending;
  }

  setRunning(running: boolean): void {
    this.pulse();
    Atomics.store(this.words, RankWord.STATE, running ? RankState.RUNNING : RankState.IDLE);
  }

  rest<T>(work: () => T): T {
    const before = Atomics.exchange(this.words, RankWord.STATE, RankState.IDLE);
    try {
      return work();
    } finally {
      this.pulse();
      Atomics.store(this.words, RankWord.STATE, before);
    }
  }

  abort(): void {
    this.memory.abort(this.rank);
  }

  focus(env: number): void {
    this.memory.focus(env);
  }

  gather(...call: Parameters<Collective['gather']>): string {
    return this.collective.gather(...call);
  }
}

/** The page's watchdog waits seconds, so this is often enough. */
const ALIVE_MS = 500;

class MessageRunLink implements RunLink {
  readonly frames: MessageFrameWriter;
  readonly crowd = null;
  readonly hand = null;
  /** A busy worker hears nothing: Stop comes between iterations. */
  readonly ending = false;
  private lastAlive = 0;

  constructor(private readonly post: (event: RankEvent) => void) {
    this.frames = new MessageFrameWriter((firstFrame, poses) => {
      post({ type: 'poses', firstFrame, poses });
    });
  }

  pulse(): boolean {
    const now = performance.now();
    if (now - this.lastAlive >= ALIVE_MS) {
      this.lastAlive = now;
      this.post({ type: 'alive' });
    }
    return this.ending;
  }

  /** The page knows: it paused the only rank itself. */
  setRunning(): void {}

  rest<T>(work: () => T): T {
    return work();
  }

  abort(): void {}

  focus(env: number): void {
    this.frames.focus = env;
  }

  gather(local: Uint8Array, out: Uint8Array): string {
    out.set(local);
    return '';
  }
}
