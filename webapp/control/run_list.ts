// The runs that the page knows, newest first: those of this session and those that the browser keeps. Some are chosen, and
// drawn beside the run that the page shows.

import type { TrainingRun } from '../../workers/ranks/pool';
import { NO_LABEL, type RunLabel } from '../../workers/saves/run_label';
import type { SavedRun } from '../../workers/saves/saves_protocol';
import type { Metrics, TrainConfig } from '../../workers/schema';
import type { MetricTable } from '../metrics/metric_table';
import { RunFigures } from '../metrics/run_figures';
import { CURVE_COLUMNS, type RunCurves, readCurves } from '../metrics/saved_curves';
import { taskTitle } from './own_model';
import type { RunKeeper } from './run_keeper';

/** `elsewhere`: another tab has it open. */
export type ListedState =
  | 'running'
  | 'paused'
  | 'finished'
  | 'stopped'
  | 'failed'
  | 'saved'
  | 'elsewhere';

export interface ListedRun {
  id: string;
  label: RunLabel;
  config: TrainConfig;
  state: ListedState;
  /** Whether a reward was given to it as text. */
  ownReward: boolean;
  /** When it began or was saved, in milliseconds since 1970. */
  at: number;
  steps: number;
  /** Null until its save was read. */
  curves: RunCurves | null;
  /** Null: it is not saved. */
  saved: SavedRun | null;
  /** Whether it is the run that the page shows. */
  current: boolean;
  /** Number of its colour among the chosen runs; null: it is not chosen. */
  slot: number | null;
}

/** Colours for chosen runs, `--run-0` and on. */
export const SLOTS = 6;
/** For so long a removed run can be brought back. */
export const UNDO_MS = 30_000;

interface SessionRun {
  id: string;
  config: TrainConfig;
  at: number;
  label: RunLabel;
  ownReward: boolean;
  curves: RunCurves;
  state: ListedState;
}

interface Removed {
  id: string;
  title: string;
  saved: boolean;
  timer: ReturnType<typeof setTimeout>;
}

/** Dispatches 'change'. */
export class RunList extends EventTarget {
  /** The run that was removed last, while it can be brought back. */
  removed: Removed | null = null;
  readonly #keeper: RunKeeper;
  readonly #session = new Map<string, SessionRun>();
  /** Those that are no longer listed. */
  readonly #hidden = new Set<string>();
  readonly #chosen = new Map<string, number>();
  /** Curves of saved runs, with the time of the save that they are of. */
  readonly #read = new Map<string, { savedAt: number; curves: RunCurves | null }>();
  #saved: SavedRun[] = [];
  #current: string | null = null;
  #looking = false;
  #lookAgain = false;

  constructor(keeper: RunKeeper) {
    super();
    this.#keeper = keeper;
    keeper.addEventListener('change', () => void this.#look());
  }

  get runs(): ListedRun[] {
    const ids = new Set([...this.#session.keys(), ...this.#saved.map(({ id }) => id)]);
    const listed = [...ids].filter((id) => !this.#hidden.has(id)).map((id) => this.#describe(id));
    return listed.sort((a, b) => b.at - a.at);
  }

  /** The chosen runs that have curves, but for the one that the page shows. */
  get overlays(): ListedRun[] {
    return this.runs.filter(({ slot, current, curves }) => slot !== null && !current && curves);
  }

  /** Lists `run` from now on, which is saved under `id` and drawn from `table`. */
  follow(id: string, run: TrainingRun, table: MetricTable): void {
    const figures = new RunFigures();
    for (const metrics of run.history) figures.append(metrics);
    const saved = this.#saved.find((other) => other.id === id);
    const known = this.#session.get(id);
    const session: SessionRun = {
      id,
      config: run.config,
      at: Date.now(),
      label: known?.label ?? saved?.label ?? NO_LABEL,
      ownReward: saved?.code ?? false,
      curves: { table, figures },
      state: 'running',
    };
    this.#session.set(id, session);
    this.#current = id;
    this.#hidden.delete(id);
    run.addEventListener('metrics', (event) => {
      figures.append((event as CustomEvent<Metrics>).detail);
    });
    run.addEventListener('config', () => {
      session.config = run.config;
      this.#changed();
    });
    run.addEventListener('news', () => {
      session.ownReward = run.reward !== '';
      this.#changed();
    });
    run.addEventListener('state', () => {
      if (run.state === 'paused') session.state = 'paused';
      else if (run.goesOn) session.state = 'running';
      this.#changed();
    });
    run.done
      .then(
        ({ reason }) => reason,
        () => 'failed' as const,
      )
      .then((state) => {
        session.state = state;
        this.#changed();
      });
    this.#changed();
  }

  /** The page shows no run any more. */
  unfollow(): void {
    this.#current = null;
    this.#changed();
  }

  /** Draws a run beside the shown one, or no longer; with all colours taken nothing happens. */
  choose(id: string, chosen: boolean): void {
    if (chosen) {
      const taken = new Set(this.#chosen.values());
      const slot = Array.from({ length: SLOTS }, (_, i) => i).find((i) => !taken.has(i));
      if (slot === undefined || this.#chosen.has(id)) return;
      this.#chosen.set(id, slot);
      void this.#readCurves([id]);
    } else {
      this.#chosen.delete(id);
    }
    this.#changed();
  }

  get full(): boolean {
    return this.#chosen.size >= SLOTS;
  }

  /** Reads the curves of all saved runs that are listed, for their figures. */
  async readAll(): Promise<void> {
    await this.#readCurves(this.runs.map(({ id }) => id));
  }

  /** Names a run and keeps notes about it, with its save where it has one. */
  async label(id: string, label: RunLabel): Promise<void> {
    const session = this.#session.get(id);
    const saved = this.#saved.find((run) => run.id === id);
    if (!session && !saved) {
      throw new Error(`There is no run "${id}": websim.savedRuns() lists those that there are.`);
    }
    if (session) session.label = label;
    if (saved) saved.label = label;
    this.#changed();
    // A run that is being saved may have no save yet.
    if (saved || this.#keeper.saver?.id === id) await this.#keeper.label(id, label);
  }

  /** Removes a run that does not go on; until `UNDO_MS` later it can be brought back. */
  async remove(id: string): Promise<void> {
    const saved = this.#saved.some((run) => run.id === id);
    const title = runTitle(this.#describe(id));
    if (saved) await this.#keeper.remove(id);
    await this.#discardRemoved();
    this.#hidden.add(id);
    this.#chosen.delete(id);
    const timer = setTimeout(() => void this.#discardRemoved(), UNDO_MS);
    this.removed = { id, title, saved, timer };
    this.#changed();
  }

  /** Brings back what was removed last. */
  async restore(): Promise<void> {
    const { removed } = this;
    if (!removed) return;
    clearTimeout(removed.timer);
    this.removed = null;
    if (removed.saved) await this.#keeper.restore(removed.id);
    this.#hidden.delete(removed.id);
    await this.#look();
    this.#changed();
  }

  async #discardRemoved(): Promise<void> {
    const { removed } = this;
    if (!removed) return;
    clearTimeout(removed.timer);
    this.removed = null;
    this.#session.delete(removed.id);
    this.#changed();
    if (removed.saved) await this.#keeper.discard(removed.id);
  }

  #describe(id: string): ListedRun {
    const session = this.#session.get(id);
    const saved = this.#saved.find((run) => run.id === id) ?? null;
    const common = {
      id,
      saved,
      current: id === this.#current,
      slot: this.#chosen.get(id) ?? null,
    };
    if (session) {
      const { config, label, at, ownReward, curves, state } = session;
      return {
        ...common,
        config,
        label,
        at,
        ownReward,
        curves,
        state,
        steps: curves.figures.steps,
      };
    }
    const { config, label, savedAt, code, globalStep, inUse } = saved!;
    const ended = globalStep >= config.total_steps ? 'finished' : 'saved';
    return {
      ...common,
      ...{ config, label, ownReward: code },
      at: 1000 * savedAt,
      curves: this.#read.get(id)?.curves ?? null,
      state: inUse ? 'elsewhere' : ended,
      steps: globalStep,
    };
  }

  /** Asks what is saved; a question meanwhile is asked once more. */
  async #look(): Promise<void> {
    this.#lookAgain = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#saved = await this.#keeper.list();
      void this.#readCurves([...this.#chosen.keys()]);
    } catch {
      // Nothing can be saved here, which the keeper tells at the first run.
    }
    this.#looking = false;
    this.#changed();
    if (this.#lookAgain) await this.#look();
  }

  async #readCurves(ids: readonly string[]): Promise<void> {
    for (const { id, savedAt } of this.#saved) {
      const known = this.#session.has(id) || this.#read.get(id)?.savedAt === savedAt;
      if (known || !ids.includes(id)) continue;
      this.#read.set(id, { savedAt, curves: this.#read.get(id)?.curves ?? null });
      const curves = await readCurves(await this.#keeper.curves(id, CURVE_COLUMNS));
      this.#read.set(id, { savedAt, curves });
      this.#changed();
    }
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** How a run is called where its name alone is seen. */
export function runTitle({ label, config }: Pick<ListedRun, 'label' | 'config'>): string {
  return label.name || `${runTask(config)} ${config.algorithm.toUpperCase()} seed ${config.seed}`;
}

export function runTask({ env, env_options }: TrainConfig): string {
  return taskTitle(env, env_options);
}
