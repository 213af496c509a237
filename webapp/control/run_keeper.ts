// Keeps runs beyond their tab: saves the one that goes on, and offers those that were saved.

import type { TrainingRun } from '../../workers/ranks/pool';
import type { RunLabel } from '../../workers/saves/run_label';
import { SavesClient, SavesError } from '../../workers/saves/saves_client';
import type { OpenedRun, SavedRun } from '../../workers/saves/saves_protocol';
import type { Metrics } from '../../workers/schema';
import { formatCount } from '../format';
import { taskTitle } from './own_model';
import { RunSaver } from './run_saver';

/** After a reload the page before may hold its run for a while; then it is offered. */
const RETRY_MS = 250;
const PATIENCE_MS = 4000;

/** Dispatches 'change'; `tell` takes sentences for the user. */
export class RunKeeper extends EventTarget {
  /** The run that the page offers to go on with. */
  offer: SavedRun | null = null;
  saver: RunSaver | null = null;
  /** Resolves when it is known whether a run is offered. */
  readonly ready: Promise<void>;
  private readonly told = new Set<string>();
  /** Why runs cannot be saved here; null while they can. */
  private obstacle: string | null = null;

  constructor(
    private readonly tell: (notice: string) => void,
    private readonly client = SavesClient.start(),
  ) {
    super();
    this.ready = this.look();
    for (const [target, type] of [
      [document, 'visibilitychange'],
      [window, 'pagehide'],
    ] as const) {
      target.addEventListener(type, () => {
        if (document.visibilityState === 'hidden') void this.run?.save().catch(() => {});
      });
    }
  }

  /** Newest first. */
  list(): Promise<SavedRun[]> {
    return this.client.request('list', {});
  }

  /** Reads a saved run and makes it this page's; rejects when it is another page's, or no save can be used. */
  async open(id: string): Promise<OpenedRun> {
    await this.client.request('claim', { id });
    try {
      const opened = await this.client.request('open', { id });
      for (const note of opened.notes) this.tell(note);
      return opened;
    } catch (error) {
      await this.release(id);
      throw error;
    }
  }

  async release(id: string): Promise<void> {
    await this.client.request('release', { id });
  }

  /** Saves a run from now on, where runs can be saved; `opened`: what it goes on from. Its id. */
  keep(run: TrainingRun, opened: OpenedRun | null): string {
    this.withdraw();
    const id = opened?.run.id ?? newId(run.config.env);
    if (run.config.autosave_seconds === 0) return id;
    if (this.obstacle) {
      this.tellOnce(this.obstacle);
      return id;
    }
    const last = opened && {
      globalStep: opened.run.globalStep,
      at: 1000 * opened.run.savedAt,
    };
    const saver = new RunSaver(this.client, run, id, last);
    this.saver = saver;
    this.run = run;
    void this.client.request('claim', { id }).catch(() => {});
    saver.addEventListener('saved', () => this.changed());
    saver.addEventListener('saved', () => void this.prune(), { once: true });
    saver.addEventListener('failed', (event) => {
      this.tell(this.failure((event as CustomEvent<Error>).detail, saver));
    });
    saver.addEventListener('idle', () => void this.finish(run, saver), { once: true });
    this.changed();
    return id;
  }

  /** No longer offers what it does; the run stays saved. */
  withdraw(): void {
    this.offer = null;
    this.changed();
  }

  async discard(id: string): Promise<void> {
    await this.client.request('discard', { id });
    if (this.offer?.id === id) this.withdraw();
    this.changed();
  }

  /** No longer lists a run; it is kept until it is restored or discarded, or the page is loaded again. */
  async remove(id: string): Promise<void> {
    await this.client.request('remove', { id });
    if (this.offer?.id === id) this.withdraw();
  }

  async restore(id: string): Promise<void> {
    await this.client.request('restore', { id });
  }

  async label(id: string, label: RunLabel): Promise<void> {
    await this.client.request('label', { id, label });
  }

  /** Columns of a saved run's metrics: a value an iteration, NaN where there is none. */
  curves(id: string, columns: readonly (keyof Metrics)[]): Promise<Float64Array[]> {
    return this.client.request('curves', { id, columns });
  }

  /** The run as one file, as it was saved last. */
  export(id: string): Promise<Uint8Array> {
    return this.client.request('export', { id });
  }

  /** Keeps a run that was exported, here or natively, and offers it. */
  async import(data: Uint8Array): Promise<SavedRun> {
    if (this.obstacle) throw new Error(this.obstacle);
    this.offer = await this.client.request('import', { id: newId('opened'), data });
    this.changed();
    return this.offer;
  }

  private run: TrainingRun | null = null;

  private async look(): Promise<void> {
    const start = performance.now();
    try {
      for (;;) {
        const open = (await this.list()).filter(
          ({ globalStep, config }) => globalStep < config.total_steps,
        );
        const [newest] = open;
        const waited = performance.now() - start > PATIENCE_MS;
        if (!newest?.inUse || waited) {
          // A file may have been opened meanwhile.
          if (!this.saver) this.offer ??= open.find(({ inUse }) => !inUse) ?? null;
          this.changed();
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    } catch (error) {
      this.obstacle =
        'Runs cannot be saved here, so a run ends with its tab: the browser keeps no files for this page ' +
        `(${(error as Error).message}), as in private windows and at addresses that are not secure; download the policy to keep it.`;
    }
  }

  private async finish(run: TrainingRun, saver: RunSaver): Promise<void> {
    await this.release(saver.id);
    // It can be taken from now on.
    this.changed();
    const failed = await run.done.then(
      () => false,
      () => true,
    );
    if (!failed || !saver.last) return;
    const saved = await this.list();
    // Another run may have started meanwhile.
    if (this.saver !== saver) return;
    this.offer = saved.find(({ id }) => id === saver.id) ?? null;
    this.changed();
  }

  private async prune(): Promise<void> {
    for (const { config, globalStep } of await this.client.request('prune', {})) {
      this.tellOnce(
        `Of the saved runs the oldest (${taskTitle(config.env, config.env_options)} at ${formatCount(globalStep)} steps) was removed: the 10 newest are kept.`,
        'prune',
      );
    }
  }

  private failure(error: Error, { last }: RunSaver): string {
    const full = error instanceof SavesError && error.kind === 'QuotaExceededError';
    const reason = full ? "the browser's storage for this page is full" : error.message;
    const kept = last
      ? `the save of ${formatCount(last.globalStep)} steps is kept`
      : 'there is no save yet';
    const advice = full
      ? 'free space on the disk, or discard saved runs'
      : 'download the policy to be safe';
    return `The run could not be saved: ${reason}; training goes on, and ${kept}; ${advice}.`;
  }

  private tellOnce(notice: string, subject = notice): void {
    if (this.told.has(subject)) return;
    this.told.add(subject);
    this.tell(notice);
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function newId(name: string): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  return `${name.replace(/[^\w.-]/g, '-')}-${Date.now().toString(36)}-${random.toString(36)}`;
}
