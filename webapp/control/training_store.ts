// The page's one state: what is loaded, what runs, what went wrong. Components draw it; the form, the address and
// `window.websim` change it through the same methods.

import {
  type LoadProgress,
  PolicyExchange,
  type RunResult,
  type TrainingPool,
  type TrainingRun,
} from '../../workers/pool';
import type { Changes, News, SceneDescription } from '../../workers/protocol';
import type { OpenedRun } from '../../workers/saves_protocol';
import type { Metrics, TrainConfig, TrainRequest } from '../../workers/schema';
import { MetricTable } from '../metrics/metric_table';
import { Offline } from './offline';
import { type Problem, toProblem } from './problem';
import { RunKeeper } from './run_keeper';
import { RunList } from './run_list';
import { completeSettings, fittingRanks, type RunSettings } from './settings';

/** `unusable`: loading failed; the page has to be loaded again. */
export type Phase =
  | 'loading'
  | 'unusable'
  | 'ready'
  | 'starting'
  | 'running'
  | 'pausing'
  | 'paused'
  | 'stopping'
  | 'ended';

/** Milliseconds between two changes that only bring metrics: drawing them costs training, and nobody reads faster. */
const METRICS_MS = 300;

/** Dispatches `change`, at most once a drawn frame. */
export class TrainingStore extends EventTarget {
  readonly pool: TrainingPool;
  /** Saved runs. */
  readonly keeper: RunKeeper;
  /** All runs that the page knows, and which of them are compared. */
  readonly runs: RunList;
  /** The page's independence from the network. */
  readonly offline: Offline;
  /** Files of policies and metrics. */
  readonly exchange: PolicyExchange;
  /** Resolves when the runtime is loaded; rejects with the error that the page shows. */
  readonly ready: Promise<void>;
  settings: RunSettings;
  progress: LoadProgress | null = null;
  problem: Problem | null = null;
  /** Things worth knowing that stop nothing, one sentence each. */
  notices: string[] = [];
  run: TrainingRun | null = null;
  result: RunResult | null = null;
  latest: Metrics | null = null;
  table = new MetricTable();
  /** What the robot view shows: the run's model, or before a run that of the chosen task. */
  scene: SceneDescription | null = null;

  #loaded: 'no' | 'yes' | 'failed' = 'no';
  #starting = false;
  readonly #reported = new WeakSet<Error>();
  #changeAnnounced = false;
  #metricsTimer: ReturnType<typeof setTimeout> | null = null;
  #sceneRequest = 0;

  constructor(pool: TrainingPool, settings: Partial<RunSettings>) {
    super();
    this.pool = pool;
    this.exchange = new PolicyExchange(pool);
    const tell = (notice: string) => {
      this.notices = [...this.notices, notice];
      this.#changed();
    };
    this.keeper = new RunKeeper(tell);
    this.keeper.addEventListener('change', () => this.#changed());
    this.runs = new RunList(this.keeper);
    this.runs.addEventListener('change', () => this.#changed());
    this.settings = completeSettings(settings, pool.maxRanks);
    pool.addEventListener('progress', (event) => {
      this.progress = (event as CustomEvent<LoadProgress>).detail;
      this.#changed();
    });
    this.ready = this.#load();
    // The page shows a failed load; callers of the API see it too when they await `ready`.
    this.ready.catch(() => {});
    this.offline = new Offline(tell, this.ready);
    this.offline.addEventListener('change', () => this.#changed());
  }

  get phase(): Phase {
    if (this.#loaded === 'failed') return 'unusable';
    if (this.#starting) return 'starting';
    if (this.run && this.run.state !== 'ended') return this.run.state;
    if (this.#loaded === 'no') return 'loading';
    return this.run ? 'ended' : 'ready';
  }

  /** Changes the form's choices; another task or algorithm comes with the size of run that it was tuned for. */
  choose(settings: Partial<RunSettings>): void {
    const chosen = { ...this.settings, ...settings };
    const { env, algorithm, seed } = chosen;
    const other = env !== this.settings.env;
    const resized = other || algorithm !== this.settings.algorithm;
    this.settings = resized ? completeSettings({ env, algorithm, seed }, chosen.ranks) : chosen;
    if (other && this.#loaded === 'yes') void this.#showTask();
    this.#changed();
  }

  /**
   * Starts a run, waiting for the runtime where it is still loading; `changes`, a reward perhaps, are made before its first
   * iteration. Shows and rejects with what is wrong with the request.
   */
  async train(request: TrainRequest, changes: Changes | null = null): Promise<TrainingRun> {
    return this.#start(async () =>
      this.#watch(await this.pool.train(request, null, changes), null),
    );
  }

  /** Goes on with a saved run; shows and rejects with what is wrong with it. */
  async goOn(id: string): Promise<TrainingRun> {
    return this.#start(async () => {
      const opened = await this.keeper.open(id);
      try {
        const { manifest, parts, history } = opened;
        const { config } = manifest;
        const ranks = Math.min(config.ranks, fittingRanks(config.num_envs, this.pool.maxRanks));
        const segments = opened.segments.map((data, i) => ({ rank: manifest.logs[i]!.rank, data }));
        const saved = { parts, segments, history };
        this.#watch(await this.pool.train({ ...config, ranks }, saved), opened);
      } catch (error) {
        await this.keeper.release(id);
        throw error;
      }
    });
  }

  async #start(start: () => Promise<void>): Promise<TrainingRun> {
    if (this.#starting || (this.run && this.run.state !== 'ended')) {
      throw new Error(
        'A run is already in progress on this page: stop it or wait for its end, then start another one.',
      );
    }
    this.#starting = true;
    this.problem = null;
    this.#changed();
    try {
      await this.ready;
      await start();
    } catch (error) {
      this.report(error);
      if (!this.scene && this.#loaded === 'yes') void this.#showTask();
      throw error;
    } finally {
      this.#starting = false;
      this.progress = null;
      this.#changed();
    }
    return this.run!;
  }

  /** Changes live settings of the run, or its reward by its text; what was wrong is the rejection's sentence. */
  async change(changes: Changes): Promise<TrainConfig> {
    if (!this.run) throw new Error('There is no run to change: start one first.');
    return this.run.change(changes);
  }

  /** What the robot view is to show, as `TrainingRun.show` takes it. */
  async show(what: Parameters<TrainingRun['show']>[0]): Promise<void> {
    if (!this.run) throw new Error('There is no run to show: start one first.');
    return this.run.show(what);
  }

  /** Runs a command of the form; what goes wrong is shown. */
  async attempt(command: () => Promise<unknown>): Promise<void> {
    try {
      await command();
    } catch (error) {
      this.report(error);
    }
  }

  /** The newest policy of the run, as a `.websim` file's bytes. */
  async policy(): Promise<Uint8Array> {
    if (!this.run) throw new Error('There is no policy yet: start a run first.');
    return this.run.policy();
  }

  report(error: unknown): void {
    if (error instanceof Error) this.#reported.add(error);
    this.problem = toProblem(error, this.settings);
    this.#changed();
  }

  hasReported(error: unknown): boolean {
    return error instanceof Error && this.#reported.has(error);
  }

  dismissProblem(): void {
    this.problem = null;
    this.#changed();
  }

  dismissNotices(): void {
    this.notices = [];
    this.#changed();
  }

  async #load(): Promise<void> {
    try {
      await this.pool.boot(
        Math.min(this.pool.maxRanks, Math.max(1, Math.floor(this.settings.ranks))),
      );
      this.#loaded = 'yes';
      this.progress = null;
    } catch (error) {
      this.#loaded = 'failed';
      this.report(error);
      throw error;
    }
    this.#changed();
    if (!this.#starting) await this.#showTask();
  }

  async #showTask(): Promise<void> {
    const request = ++this.#sceneRequest;
    try {
      const scene = await this.pool.scene(this.settings.env);
      // Another task was chosen or a run was started meanwhile.
      if (request !== this.#sceneRequest) return;
      this.scene = scene;
      this.#forgetRun();
    } catch (error) {
      this.report(error);
    } finally {
      // What a robot's download has shown; a start shows its own.
      if (!this.#starting) this.progress = null;
    }
    this.#changed();
  }

  #forgetRun(): void {
    // What is shown after the end of a run costs time until it no longer is; another run, or a failure, ends it too.
    if (this.run && this.run.shown !== 'live') this.run.show('live').catch(() => {});
    this.run = null;
    this.runs.unfollow();
    this.result = null;
    this.latest = null;
    this.table = new MetricTable();
  }

  #watch(run: TrainingRun, opened: OpenedRun | null): void {
    this.#sceneRequest++;
    this.#forgetRun();
    this.run = run;
    this.scene = run.scene;
    const { env, algorithm, num_envs, ranks, seed, total_steps } = run.config;
    this.settings = { env, algorithm, num_envs, ranks, seed, total_steps };
    for (const metrics of run.history) this.table.append(metrics);
    this.latest = run.history.at(-1) ?? null;
    this.runs.follow(this.keeper.keep(run, opened), run, this.table);
    run.addEventListener('metrics', (event) => {
      this.latest = (event as CustomEvent<Metrics>).detail;
      this.table.append(this.latest);
      this.#metricsTimer ??= setTimeout(() => {
        this.#metricsTimer = null;
        this.#changed();
      }, METRICS_MS);
    });
    run.addEventListener('news', (event) => {
      this.notices = [...this.notices, ...(event as CustomEvent<News>).detail.notices];
      this.#changed();
    });
    run.addEventListener('config', () => this.#changed());
    run.addEventListener('state', () => this.#changed());
    run.done.then(
      (result) => {
        if (this.run === run) this.result = result;
        this.#changed();
      },
      (error: unknown) => this.report(error),
    );
  }

  #changed(): void {
    if (this.#changeAnnounced) return;
    this.#changeAnnounced = true;
    requestAnimationFrame(() => {
      this.#changeAnnounced = false;
      this.dispatchEvent(new Event('change'));
    });
  }
}
