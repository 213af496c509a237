// The page's one state: what is loaded, what runs, what went wrong. Components draw it; the form, the address and
// `window.websim` change it through the same methods.

import type { ModelText } from '../../workers/editors/scene_protocol';
import {
  type LoadProgress,
  PolicyExchange,
  type RunResult,
  type TrainingPool,
  type TrainingRun,
} from '../../workers/ranks/pool';
import type { Changes, News, SceneDescription, TaskOptions } from '../../workers/ranks/protocol';
import type { OpenedRun } from '../../workers/saves/saves_protocol';
import type { Metrics, TrainConfig, TrainRequest } from '../../workers/schema';
import { MetricTable } from '../metrics/metric_table';
import { type Recipe, requestOf } from '../share/recipe';
import { Offline } from './offline';
import { type ModelOptions, OWN_MODEL, sameModel, taskTitle } from './own_model';
import { type Problem, toProblem } from './problem';
import { RunKeeper } from './run_keeper';
import { RunList } from './run_list';
import { completeSettings, fittingRanks, type RunSettings } from './settings';
import { drawn } from './store_controller';

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

/** Rank 0 answers between two iterations, and the largest batches take a minute. */
const PACK_S = 300;
/** Milliseconds between two changes that only bring metrics: drawing them costs training, and nobody reads faster. */
const METRICS_MS = 500;

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
  /** Options of the task `OWN_MODEL`, with the model that was given to be trained last; null: none was. */
  own: ModelOptions | null = null;
  /** What a link has brought to be trained, and was not yet. */
  recipe: Recipe | null = null;
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

  /** Options of the chosen task. */
  get options(): TaskOptions {
    return (this.settings.env === OWN_MODEL && this.own) || {};
  }

  /** The chosen task, for people. */
  get title(): string {
    return taskTitle(this.settings.env, this.options);
  }

  /** A model as a task's option; rejects with what is wrong with it. */
  async pack(model: ModelText): Promise<ModelOptions['model']> {
    const client = await this.pool.firstRank();
    return client.request('pack-model', { model }, PACK_S);
  }

  /** Chooses a model of the user's own as the task. */
  chooseModel(options: ModelOptions): void {
    this.own = options;
    const { algorithm, seed, ranks } = this.settings;
    this.settings = completeSettings({ env: OWN_MODEL, algorithm, seed }, ranks);
    if (this.#loaded === 'yes' && !this.run?.goesOn) void this.#showTask();
    this.#changed();
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
    const { own } = this;
    const complete =
      request.env === OWN_MODEL && own && !request.env_options
        ? { ...request, env_options: own }
        : request;
    return this.#start(async () =>
      this.#watch(await this.pool.train(complete, null, changes), null),
    );
  }

  /** Offers what a link has brought; null: no longer. */
  bring(recipe: Recipe | null): void {
    this.recipe = recipe;
    this.#changed();
  }

  /** Trains the recipe that is offered, with the reward that it may bring. */
  async followRecipe(): Promise<TrainingRun> {
    if (!this.recipe) throw new Error('There is no recipe to train: open its link first.');
    const { settings, reward } = this.recipe;
    const ranks = fittingRanks(Number(settings.num_envs), this.pool.maxRanks);
    return this.train(requestOf(this.recipe, ranks), reward ? { reward } : null);
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
        const saved = { parts, segments, history, code: manifest.code };
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
    const run = this.run!;
    // Ranks keep all cores busy, and a start changes the whole page.
    await drawn();
    await run.begin();
    return run;
  }

  /** As `TrainingRun.change`. */
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
      const scene = await this.pool.scene(this.settings.env, this.options);
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

  /** Draws the model that a run has taken. */
  async #showModel(run: TrainingRun): Promise<void> {
    const { env, env_options } = run.config;
    if (env === OWN_MODEL) this.own = env_options as ModelOptions;
    const scene = await this.pool.scene(env, env_options);
    if (run !== this.run || !sameModel(env_options, run.config.env_options)) return;
    run.scene = scene;
    this.scene = scene;
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
    if (env === OWN_MODEL) this.own = run.config.env_options as ModelOptions;
    let { env_options } = run.config;
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
      if (!sameModel(env_options, run.config.env_options)) {
        void this.attempt(() => this.#showModel(run));
      }
      env_options = run.config.env_options;
      this.#changed();
    });
    run.addEventListener('config', () => this.#changed());
    run.addEventListener('focus', () => this.#changed());
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
