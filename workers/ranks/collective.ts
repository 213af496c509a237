// Gather between ranks: the one collective from which Python builds all others.
//
// A gather goes in rounds of at most one slot a rank. In a round a rank writes header and payload into
// its slot, publishes the round's number, waits until every rank has published it, and reads all slots.
// Slots are used by turns, and that makes one wait a round enough: a slot is written again two rounds
// later, and by then every rank has published the round between, so it has done reading.

import { ReleasedError } from '../errors';
import {
  type GatherSide,
  MAX_TAG_BYTES,
  RankState,
  RankWord,
  type SharedMemory,
} from './shared_memory';

/**
 * Looks at another rank's word before sleeping, some two milliseconds: ranks with equal shares arrive together, and to
 * be woken takes longer than to look (docs/benchmarks.md, Training).
 */
const SPINS = 200_000;
/** How long a waiting rank sleeps before it looks at stop and abort and shows that it is alive. */
const WAIT_MS = 100;

/** One rank's part of the shared memory. */
interface Member {
  words: Int32Array;
  sides: [GatherSide, GatherSide];
}

export class Collective {
  private round = 0;
  private readonly members: Member[];
  private readonly own: Member;
  private readonly tags = new Map<string, Uint8Array>();

  constructor(
    private readonly shared: SharedMemory,
    private readonly rank: number,
  ) {
    const member = (r: number): Member => ({
      words: shared.rankWords(r),
      sides: [shared.gatherSide(r, 0), shared.gatherSide(r, 1)],
    });
    this.members = Array.from({ length: shared.worldSize }, (_, r) => member(r));
    this.own = this.members[rank] ?? member(rank);
  }

  /**
   * All ranks' `local` into `out` (worldSize x local.length bytes), in rank order.
   * Returns '', or what did not match: the same text on every rank. Throws `ReleasedError` when the
   * run ends while waiting. `whileWaiting` is called about every `WAIT_MS` of a long wait.
   */
  gather(
    local: Uint8Array,
    out: Uint8Array,
    sequence: number,
    tag: string,
    whileWaiting: () => void = () => {},
  ): string {
    const { slotBytes } = this.shared;
    const nbytes = local.length;
    const rounds = Math.max(1, Math.ceil(nbytes / slotBytes));
    for (let i = 0; i < rounds; i++) {
      const begin = i * slotBytes;
      const chunk = rounds === 1 ? local : local.subarray(begin, begin + slotBytes);
      const sides = this.exchange(chunk, nbytes, sequence, tag, whileWaiting);
      const mismatch = i === 0 ? describeMismatch(sides) : '';
      if (mismatch) return mismatch;
      sides.forEach((side, r) => {
        // Shared memory is copied more slowly than memory of one's own.
        const part = r === this.rank ? chunk : side.payload.subarray(0, chunk.length);
        out.set(part, r * nbytes + begin);
      });
    }
    return '';
  }

  /** One round; returns the sides that now hold every rank's chunk. */
  private exchange(
    chunk: Uint8Array,
    nbytes: number,
    sequence: number,
    tag: string,
    whileWaiting: () => void,
  ): GatherSide[] {
    this.round++;
    const side = this.round % 2 === 0 ? 0 : 1;
    const { words, sides } = this.own;
    const text = this.encoded(tag);
    sides[side].header.set([sequence, nbytes, text.length]);
    sides[side].tag.set(text);
    sides[side].payload.set(chunk);
    Atomics.store(words, RankWord.ROUND, this.round);
    Atomics.notify(words, RankWord.ROUND);
    for (const member of this.members) this.waitFor(member.words, whileWaiting);
    return this.members.map((member) => member.sides[side]);
  }

  /** A run has a dozen tags. */
  private encoded(tag: string): Uint8Array {
    let text = this.tags.get(tag);
    if (!text) {
      text = new TextEncoder().encode(tag).subarray(0, MAX_TAG_BYTES);
      this.tags.set(tag, text);
    }
    return text;
  }

  private waitFor(words: Int32Array, whileWaiting: () => void): void {
    let published = Atomics.load(words, RankWord.ROUND);
    for (let i = 0; i < SPINS && published < this.round; i++) {
      published = Atomics.load(words, RankWord.ROUND);
    }
    if (published >= this.round) return;
    const own = this.own.words;
    Atomics.store(own, RankWord.STATE, RankState.WAITING);
    while (published < this.round) {
      if (this.shared.stopped) throw new ReleasedError('stop');
      if (this.shared.abortedBy >= 0) throw new ReleasedError('abort');
      Atomics.wait(words, RankWord.ROUND, published, WAIT_MS);
      Atomics.add(own, RankWord.HEARTBEAT, 1);
      whileWaiting();
      published = Atomics.load(words, RankWord.ROUND);
    }
    Atomics.store(own, RankWord.STATE, RankState.RUNNING);
  }
}

function describeMismatch(sides: GatherSide[]): string {
  const [first] = sides;
  if (first && sides.every((side) => sameCall(side, first))) return '';
  const calls = sides.map(({ header, tag }) => {
    const [sequence, nbytes, tagBytes] = header;
    // TextDecoder refuses shared memory, so the bytes are copied first.
    const text = new TextDecoder().decode(tag.slice(0, tagBytes));
    return `"${text}" number ${sequence} with ${nbytes} bytes`;
  });
  const each = calls.map((call, rank) => `rank ${rank} called ${call}`).join(', ');
  return (
    `Ranks are in different collectives: ${each}; every rank must make the same calls in the ` +
    'same order, so look for a branch around a collective that is not decided on a reduced value.'
  );
}

function sameCall(a: GatherSide, b: GatherSide): boolean {
  if (a.header.some((word, i) => word !== b.header[i])) return false;
  const tagBytes = a.header[2] as number;
  for (let i = 0; i < tagBytes; i++) if (a.tag[i] !== b.tag[i]) return false;
  return true;
}
