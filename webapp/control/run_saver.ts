// Saves one run: puts the ranks' shares of a save together and has them written, one save after the other.

import type { TrainingRun } from '../../workers/ranks/pool';
import type { SavedShare } from '../../workers/ranks/protocol';
import type { SavesClient } from '../../workers/saves/saves_client';
import type { Metrics } from '../../workers/schema';

/** What was saved last. */
export interface LastSave {
  globalStep: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** Dispatches 'saved', 'failed' (CustomEvent<Error>) once until saving works again, and 'idle' when nothing is left to write. */
export class RunSaver extends EventTarget {
  last: LastSave | null;
  failing = false;
  private readonly ranks: number;
  private readonly shares = new Map<number, SavedShare[]>();
  /** The newest complete save that was not written yet. */
  private waiting: SavedShare[] | null = null;
  private writing = false;
  private ended = false;

  /** `last`: the save that the run goes on from. */
  constructor(
    private readonly client: SavesClient,
    run: TrainingRun,
    readonly id: string,
    last: LastSave | null,
  ) {
    super();
    this.last = last;
    this.ranks = run.config.ranks;
    // What the run brings was saved before.
    let sent = run.history.length;
    const unsent = (iteration: number): Metrics[] => {
      const { history } = run;
      const first = sent;
      while (sent < history.length && (history[sent] as Metrics).iteration <= iteration) sent++;
      return history.slice(first, sent);
    };
    run.addEventListener('share', (event) => {
      this.receive((event as CustomEvent<SavedShare>).detail);
      void this.write(unsent);
    });
    run.addEventListener('ended', () => {
      this.ended = true;
      this.announceIdle();
    });
  }

  private receive(share: SavedShare): void {
    const shares = this.shares.get(share.iteration) ?? [];
    shares[share.rank] = share;
    this.shares.set(share.iteration, shares);
    if (Object.keys(shares).length < this.ranks) return;
    // A save that waits is overtaken, but what is only sent once is still to be written.
    for (const { rank, segments } of this.waiting ?? [])
      shares[rank]?.segments.unshift(...segments);
    this.waiting = shares;
    for (const iteration of this.shares.keys()) {
      if (iteration <= share.iteration) this.shares.delete(iteration);
    }
  }

  private async write(unsent: (iteration: number) => Metrics[]): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.waiting) {
      const shares = this.waiting;
      const [{ iteration, globalStep }] = shares as [SavedShare];
      this.waiting = null;
      const files = shares.flatMap(({ data, segments }) => [data, ...segments.map((s) => s.data)]);
      try {
        const at = await this.client.request(
          'save',
          { id: this.id, shares, metrics: unsent(iteration) },
          files.map(({ buffer }) => buffer as ArrayBuffer),
        );
        this.last = { globalStep, at: 1000 * at };
        this.failing = false;
        this.dispatchEvent(new Event('saved'));
      } catch (error) {
        if (!this.failing) this.dispatchEvent(new CustomEvent('failed', { detail: error }));
        this.failing = true;
      }
    }
    this.writing = false;
    this.announceIdle();
  }

  private announceIdle(): void {
    if (this.ended && !this.writing) this.dispatchEvent(new Event('idle'));
  }
}
