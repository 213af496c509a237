// A training run as the page sees it: its metrics, its poses, and how it is paused, stopped and ended.

import { WebsimError } from '../errors';
import type { Pull } from '../physics/pull';
import { type Metrics, SHOWN_ENV, type TrainConfig } from '../schema';
import { Crowd } from './crowd';
import { type FrameReader, MessageFrameReader, SharedFrameReader } from './frames';
import { differences, ModelFitError } from './model_fit';
import type {
  Changes,
  CheckpointInfo,
  News,
  PolicyChoice,
  RankEvent,
  SavedShare,
  SavedState,
  SceneDescription,
  ShownChoice,
  TaskOptions,
} from './protocol';
import type { RankClient } from './rank_client';
import { RankState, RankWord, type SharedMemory } from './shared_memory';
import { type Pulse, Watchdog } from './watchdog';

/** `pausing`: until the ranks have finished the iteration that they are in. */
export type RunState = 'running' | 'pausing' | 'paused' | 'stopping' | 'ended';

export interface RunResult {
  reason: 'finished' | 'stopped';
  history: Metrics[];
  /** The `.websim` file; null when the run was ended by force before its first iteration was. */
  policy: Uint8Array | null;
}

/** What a run goes on from. */
export interface ResumedState {
  /** Of each rank that was saved. */
  parts: Uint8Array[];
  segments: { rank: number; data: Uint8Array }[];
  history: Metrics[];
  /** Whether it was told that going on runs Python text. */
  code: boolean;
}

const OPEN_S = 30;
/** Commands are taken between iterations, and the largest batches take a minute. */
const COMMAND_S = 300;
/** Isolated: time for the stop word, then for the interrupt, before the next harder means. */
const STOP_WORD_MS = 100;
const INTERRUPT_MS = 1000;
/** Not isolated: time for the running iteration. */
const STOP_MESSAGE_MS = 3000;
/** Time for the other ranks of a failed run to leave it. */
const RELEASE_MS = 400;
/** A rank may end this much before the others, never more. */
const LAST_RANK_MS = 4000;

/**
 * Dispatches 'metrics' (CustomEvent<Metrics>), 'news' (CustomEvent<News>), 'config' when a change was accepted, 'share'
 * (CustomEvent<SavedShare>) when a rank is to be saved, 'focus' when another environment is followed, 'state' and 'ended';
 * `done` is settled at 'ended'.
 */
export class TrainingRun extends EventTarget {
  readonly history: Metrics[];
  /** Evaluated policies that are kept, by their steps. */
  checkpoints: CheckpointInfo[] = [];
  /** `global_step` of the best one; null before the first evaluation. */
  best: number | null = null;
  /** Python text of the reward that it was given; empty: none. */
  reward = '';
  /** Somebody has pushed robots that train: the run cannot be had again from its settings. */
  pushed = false;
  /** What is drawn; another one after a change of the model. */
  scene: SceneDescription;
  readonly frames: FrameReader;
  /** All environments at once; null where the page is not isolated. */
  readonly crowd: Crowd | null;
  readonly done: Promise<RunResult>;
  private current: RunState = 'running';
  private settings: TrainConfig;
  private followed = 0;
  private choice: ShownChoice = 'live';
  private retired = false;
  private readonly active: Set<number>;
  private readonly beats: number[];
  private readonly messageFrames: MessageFrameReader | null;
  private readonly watchdog: Watchdog;
  private readonly timers: ReturnType<typeof setTimeout>[] = [];
  private resolve: (result: RunResult) => void = () => {};
  private reject: (reason: WebsimError) => void = () => {};
  private failure: WebsimError | null = null;
  private reason: RunResult['reason'] = 'finished';
  private lastPolicy: Uint8Array | null = null;

  /** Made by `TrainingPool.train`. `memory` is null where the page is not isolated. */
  constructor(
    config: TrainConfig,
    scene: SceneDescription,
    private readonly clients: RankClient[],
    private readonly memory: SharedMemory | null,
    private readonly saved: ResumedState | null = null,
    private readonly changes: Changes | null = null,
  ) {
    super();
    this.history = [...(saved?.history ?? [])];
    this.settings = config;
    this.scene = scene;
    const messageFrames = new MessageFrameReader(12 * scene.geoms.length);
    this.messageFrames = memory ? null : messageFrames;
    this.frames = memory ? new SharedFrameReader(memory) : messageFrames;
    this.crowd = memory && new Crowd(memory, scene.poses);
    this.active = new Set(clients.keys());
    this.beats = clients.map(() => 0);
    this.watchdog = new Watchdog(
      () => this.pulses(),
      (rank) => this.endRank(rank, 'stopped answering: no sign of life for 3 s'),
    );
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who listens to 'ended' need not handle the promise too.
    this.done.catch(() => {});
    for (const [rank, client] of clients.entries()) {
      client.onEvent = (event) => this.receive(rank, event);
      client.onDeath = (reason) => this.rankDied(rank, reason);
    }
  }

  get state(): RunState {
    return this.current;
  }

  /** Neither stopped nor ended. */
  get goesOn(): boolean {
    return this.iterating || this.current === 'paused';
  }

  /** Not held by a pause either. */
  get iterating(): boolean {
    return this.current === 'running' || this.current === 'pausing';
  }

  /** As it is now, with what was changed. */
  get config(): TrainConfig {
    return this.settings;
  }

  /** Global environment that is followed while the view is live. */
  get focused(): number {
    return this.followed;
  }

  /** What the viewer is given to see. */
  get shown(): ShownChoice {
    return this.choice;
  }

  /** Has all ranks ready to begin; rejects, with every rank free again, when one cannot. */
  async open(): Promise<void> {
    const worldSize = this.clients.length;
    const shared = this.memory?.buffer ?? null;
    const opened = this.clients.map(async (client, rank) => {
      try {
        const saved = this.saved && stateOfRank(this.saved, rank, worldSize);
        const { config, changes } = this;
        const request = { config, rank, worldSize, shared, saved, changes };
        await client.request('open', request, OPEN_S);
      } catch (error) {
        this.fail(rank, error as WebsimError);
        this.leave(rank);
      }
    });
    await Promise.all(opened);
    if (this.failure) await this.done;
    else this.watchdog.start();
  }

  /** Lets the ranks train, unless they are to pause or to stop already. */
  async begin(): Promise<void> {
    if (this.current === 'running') await this.command('resume');
  }

  async pause(): Promise<void> {
    if (this.current !== 'running') return;
    this.setState('pausing');
    await this.command('pause');
    if (this.state === 'pausing') this.setState('paused');
  }

  async resume(): Promise<void> {
    if (this.current !== 'paused') return;
    this.setState('running');
    await this.command('resume');
  }

  /** Resolves when the ranks are free again. */
  async stop(): Promise<void> {
    if (this.goesOn) {
      this.setState('stopping');
      this.reason = 'stopped';
      this.memory?.stop();
      this.askToStop();
      this.escalate();
    }
    await this.done.catch(() => {});
  }

  /** Follow global environment `env` from now on, once the view is live. */
  async focus(env: number): Promise<void> {
    const last = this.config.num_envs - 1;
    if (!Number.isInteger(env) || env < 0 || env > last) {
      throw new WebsimError(`env to follow: expected a whole number from 0 to ${last}, got ${env}`);
    }
    this.followed = env;
    this.dispatchEvent(new Event('focus'));
    if (this.choice === 'live') await this.record(env);
  }

  /**
   * Changes live settings, the number of environments, the `reward` (its text) or the `model` from the next iteration on.
   * Resolves to the config as it will be; rejects, and then nothing changes, when a value is wrong, the reward does not
   * work, or, with a `ModelFitError`, the model is of other sizes.
   */
  async change(changes: Changes): Promise<TrainConfig> {
    if (!this.goesOn) {
      throw new WebsimError('The run has ended: nothing can be changed any more.');
    }
    if (changes.model !== undefined) await this.checkModel(changes.model);
    this.settings = await this.first.request('change', { changes }, COMMAND_S);
    if (this.followed >= this.config.num_envs) await this.focus(this.config.num_envs - 1);
    this.dispatchEvent(new Event('config'));
    return this.config;
  }

  /** What ranks and viewer share of a run is laid out for the sizes that it began with. */
  private async checkModel(model: unknown): Promise<void> {
    const { env, env_options } = this.settings;
    const after: TaskOptions = { ...env_options, model };
    const found = await differences(this.first, env, env_options, this.scene, after);
    if (found.length > 0) throw new ModelFitError(found);
  }

  /**
   * Shows the followed environment as it trains ('live'), the policy as it is now ('latest'), the best evaluated one, a
   * checkpoint, or one from a `.websim` file's bytes; not live ones deterministically, also while the run is paused and
   * after its end, until the next run starts.
   */
  async show(what: Exclude<ShownChoice, 'file'> | Uint8Array): Promise<void> {
    if (this.retired) throw new WebsimError('Another run has started: this one cannot be shown.');
    const [shown, file] = what instanceof Uint8Array ? (['file', what] as const) : [what, null];
    await this.first.request('show', { shown, file }, COMMAND_S);
    this.choice = shown;
    await this.record(shown === 'live' ? this.followed : SHOWN_ENV);
    this.dispatchEvent(new Event('config'));
  }

  /** Policy file: the newest, that of the best evaluation, or of a checkpoint. */
  async policy(which: PolicyChoice = 'latest'): Promise<Uint8Array> {
    if (which !== 'latest') {
      if (this.retired) throw new WebsimError('Another run has started: take its policies.');
      return this.first.request('policy', { which }, COMMAND_S);
    }
    if (this.goesOn) {
      this.lastPolicy = await this.first.request('policy', { which }, COMMAND_S);
    }
    if (!this.lastPolicy) throw new WebsimError('The run ended before it had a policy.');
    return this.lastPolicy;
  }

  /** Whether overlays and hands are to be had: they go through shared memory. */
  get touchable(): boolean {
    return this.memory !== null;
  }

  /** Whether frames from now on come with what a view draws over the robot; of a paused run there is a new one. */
  showOverlays(shown: boolean): void {
    this.memory?.showOverlays(shown);
    this.redraw();
  }

  /** Pulls at the robot that is shown, until called with null. Of a paused run only a shown policy's robot moves. */
  pull(pull: Pull | null): void {
    const live = this.choice === 'live';
    const moves = !live || this.iterating;
    this.memory?.pull(live ? this.followed : SHOWN_ENV, moves ? pull : null);
    if (!pull || !live || this.pushed || !moves) return;
    this.pushed = true;
    // For the run's record; there is none to be kept of a run that has ended meanwhile.
    this.first.request('change', { changes: { pushed: true } }, COMMAND_S).catch(() => {});
    this.dispatchEvent(new Event('config'));
  }

  /** The workers are another run's from now on. */
  retire(): void {
    this.retired = true;
  }

  private async record(env: number): Promise<void> {
    this.memory?.pull(env, null);
    if (this.memory) this.memory.focus(env);
    // After the end only what is shown moves.
    else if (this.current !== 'ended' || this.choice !== 'live')
      await this.first.request('focus', { env }, COMMAND_S);
    this.redraw();
  }

  /** Rank 0 does not step a paused run; the other ranks wait for it and see in shared memory what is to be drawn. */
  private redraw(): void {
    if (this.current !== 'paused' && this.current !== 'pausing') return;
    // A run that ends meanwhile has nothing to draw.
    this.command('redraw').catch(() => {});
  }

  private get first(): RankClient {
    const [first] = this.clients;
    if (!first) throw new Error('a run has at least one rank');
    return first;
  }

  /** Saves as soon as the running iteration ends. */
  async save(): Promise<void> {
    if (this.current === 'running') await this.command('save');
  }

  private async command(command: 'pause' | 'resume' | 'save' | 'redraw'): Promise<void> {
    await this.first.request('command', { command }, COMMAND_S);
  }

  private receive(rank: number, event: RankEvent): void {
    this.beats[rank] = (this.beats[rank] ?? 0) + 1;
    switch (event.type) {
      case 'metrics':
        this.history.push(event.metrics);
        this.dispatchEvent(new CustomEvent('metrics', { detail: event.metrics }));
        break;
      case 'policy':
        this.lastPolicy = event.policy;
        break;
      case 'news':
        this.checkpoints = event.news.checkpoints;
        this.best = event.news.best;
        this.reward = event.news.reward;
        this.pushed ||= event.news.pushed;
        this.settings = event.news.config;
        this.dispatchEvent(new CustomEvent<News>('news', { detail: event.news }));
        break;
      case 'share':
        this.dispatchEvent(new CustomEvent<SavedShare>('share', { detail: event.share }));
        break;
      case 'poses':
        this.messageFrames?.receive(event.firstFrame, event.poses);
        break;
      case 'ended':
        if (event.reason === 'stopped') this.reason = 'stopped';
        this.expectOthers(rank);
        this.leave(rank);
        break;
      case 'failed':
        this.fail(rank, WebsimError.fromRank(event.error));
        this.leave(rank);
        // Its Python may be left in any state.
        this.clients[rank]?.terminate('failed');
        break;
      case 'alive':
      case 'stage':
        break;
    }
  }

  private pulses(): Pulse[] {
    return this.clients.map((_, rank) => {
      if (!this.active.has(rank)) return { watched: false, beat: 0 };
      if (!this.memory) return { watched: this.iterating, beat: this.beats[rank] ?? 0 };
      const words = this.memory.rankWords(rank);
      return {
        watched: Atomics.load(words, RankWord.STATE) !== RankState.IDLE,
        beat: Atomics.load(words, RankWord.HEARTBEAT),
      };
    });
  }

  /** All ranks end together: one that goes on alone waits for ever in a collective. */
  private expectOthers(ended: number): void {
    this.after(LAST_RANK_MS, () => {
      const [waiting] = this.active;
      if (waiting === undefined) return;
      this.endRank(waiting, `did not end although rank ${ended} has`);
    });
  }

  private rankDied(rank: number, reason: WebsimError): boolean {
    if (!this.active.has(rank)) return false;
    if (this.current !== 'stopping') this.fail(rank, reason);
    this.leave(rank);
    return true;
  }

  private fail(rank: number, error: WebsimError): void {
    if (this.failure || this.current === 'ended') return;
    this.failure = error;
    this.setState('stopping');
    this.memory?.abort(rank);
    this.askToStop();
    this.after(RELEASE_MS, () => this.endAll('did not leave the failed run'));
  }

  /** For ranks that are between iterations, or paused: the others see the shared words first. */
  private askToStop(): void {
    for (const rank of this.active) {
      const stopping = this.clients[rank]?.request('command', { command: 'stop' }, COMMAND_S);
      // A rank that dies instead has ended too.
      stopping?.catch(() => {});
    }
  }

  private escalate(): void {
    if (!this.memory) {
      this.after(STOP_MESSAGE_MS, () => this.endAll('did not stop between iterations'));
      return;
    }
    this.after(STOP_WORD_MS, () => {
      for (const rank of this.active) this.clients[rank]?.interrupt();
    });
    this.after(STOP_WORD_MS + INTERRUPT_MS, () => this.endAll('did not stop when it was asked to'));
  }

  private endAll(fault: string): void {
    for (const rank of [...this.active]) this.endRank(rank, fault);
  }

  private endRank(rank: number, fault: string): void {
    this.clients[rank]?.terminate(fault);
  }

  private leave(rank: number): void {
    this.active.delete(rank);
    if (this.active.size === 0 && this.current !== 'ended') this.finish();
  }

  private finish(): void {
    this.watchdog.stop();
    for (const timer of this.timers) clearTimeout(timer);
    if (this.failure) this.reject(this.failure);
    else {
      const { reason, history, lastPolicy: policy } = this;
      this.resolve({ reason, history, policy });
    }
    this.setState('ended');
    this.dispatchEvent(new Event('ended'));
  }

  private setState(state: RunState): void {
    this.current = state;
    if (state !== 'running' && this.choice === 'live') this.memory?.pull(this.followed, null);
    this.dispatchEvent(new Event('state'));
  }

  private after(ms: number, action: () => void): void {
    this.timers.push(setTimeout(action, ms));
  }
}

function stateOfRank(
  { parts, segments, code }: ResumedState,
  rank: number,
  worldSize: number,
): SavedState {
  const own = segments.filter((segment) => segment.rank === rank).map(({ data }) => data);
  const needed = worldSize === parts.length ? parts.slice(rank, rank + 1) : parts;
  return { parts: needed, segments: own, code };
}
