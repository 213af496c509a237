// A rank's logic: answers requests, and runs a session one iteration per turn of the event loop, so
// that requests are taken between iterations.

import type { RewardTrial } from '../editors/reward_module';
import { isPythonError, toRankError } from '../errors';
import type { Metrics } from '../schema';
import type {
  LoadedAssets,
  LoadStage,
  PolicyChoice,
  RankEvent,
  Reply,
  Request,
  RequestResult,
  ShownChoice,
} from './protocol';
import type { RankRuntime } from './rank_runtime';
import { openRunLink, type RunLink } from './run_link';
import type { TrainingSession } from './training_module';

/** A worker's global scope, or a MessagePort. */
export interface Endpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export type BootRuntime = (
  assets: LoadedAssets,
  cores: number,
  onStage: (stage: LoadStage) => void,
) => Promise<RankRuntime>;

type OpenRequest = Extract<Request, { type: 'open' }>;
type TrialRequest = Extract<Request, { type: 'reward-trial' }>;
type ExchangeRequest = Extract<
  Request,
  { type: 'convert' | 'metrics-file' | 'open-policy' | 'predict' | 'playable-task' }
>;

/** How often rank 0 posts the policy file, so that a run that dies leaves one. */
const POLICY_MS = 2000;
/** How often a shown policy moves while nothing trains. */
const SHOW_MS = 30;
const LATEST = JSON.stringify('latest' satisfies PolicyChoice);
/** Python exceptions that end a run as asked. */
const STOP_EXCEPTIONS = ['StopRequested', 'KeyboardInterrupt'];

interface ActiveRun {
  session: TrainingSession;
  link: RunLink;
  paused: boolean;
  /** A policy is shown in an environment of its own. */
  showing: boolean;
  lastPolicy: number;
}

/** JSON has no NaN and turns it into null; as text it is refused under its own name. */
function toJson(request: object): string {
  return JSON.stringify(request, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

export class Rank {
  private rank = 0;
  private runtime: RankRuntime | null = null;
  private interrupt: SharedArrayBuffer | null = null;
  private run: ActiveRun | null = null;
  /** Rank 0: the run that has ended, whose policies can still be had and shown. */
  private ended: ActiveRun | null = null;
  private showTimer: ReturnType<typeof setTimeout> | null = null;
  private readonly turns = new MessageChannel();
  private turnPending = false;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly boot: BootRuntime,
  ) {
    this.turns.port1.onmessage = () => this.iterate();
    endpoint.addEventListener('message', (event) => void this.answer(event.data as Request));
  }

  private async answer(request: Request): Promise<void> {
    const { id } = request;
    try {
      this.post({ type: 'reply', id, result: await this.handle(request) });
    } catch (error) {
      const damage = this.runtime?.damage ?? null;
      this.post({ type: 'error', id, error: toRankError(this.rank, error), damage });
    }
  }

  private async handle(request: Request): Promise<RequestResult[Request['type']]> {
    switch (request.type) {
      case 'boot': {
        this.rank = request.rank;
        this.interrupt = request.interrupt;
        this.runtime = await this.boot(request.assets, request.cores, (stage) => {
          this.post({ type: 'stage', stage, rank: this.rank });
        });
        return { seconds: this.runtime.seconds };
      }
      case 'check':
        return JSON.parse(this.booted.training.check(toJson(request.request)));
      case 'packages':
        return JSON.parse(
          this.booted.training.packages(request.env, JSON.stringify(request.options)),
        );
      case 'install':
        this.booted.addPackages(request.packages);
        return {};
      case 'scene':
        this.run?.link.setRunning(false);
        return this.booted.describeScene(request.env, request.options);
      case 'open':
        this.open(request);
        return {};
      case 'command':
        this.command(request.command);
        return {};
      case 'focus':
        (this.run ?? this.ended)?.link.focus(request.env);
        return {};
      case 'policy':
        return this.lastRun.session.policy(JSON.stringify(request.which));
      case 'change':
        if (!this.run) throw new Error('the run has ended');
        // A new model is tried at once.
        this.run.link.setRunning(false);
        return JSON.parse(this.run.session.change(toJson(request.changes)));
      case 'show':
        this.show(request.shown, request.file);
        return {};
      case 'convert':
      case 'metrics-file':
      case 'open-policy':
      case 'predict':
      case 'playable-task':
        return this.exchange(request);
      case 'model': {
        this.run?.link.setRunning(false);
        const { source } = request;
        const { scenes } = this.booted;
        if ('task' in source) return scenes.ofTask(source.task);
        return 'file' in source ? scenes.ofFile(source.file) : scenes.ofText(source);
      }
      case 'pack-model':
        this.run?.link.setRunning(false);
        return JSON.parse(this.booted.scenes.packed(request.model));
      case 'task-size': {
        this.run?.link.setRunning(false);
        const { env, options } = request;
        return JSON.parse(this.booted.scenes.size(env, JSON.stringify(options)));
      }
      case 'reward-sheet': {
        this.run?.link.setRunning(false);
        const { env, options } = request;
        return JSON.parse(this.booted.reward.sheet(env, JSON.stringify(options)));
      }
      case 'reward-trial':
        return this.tryReward(request);
      default:
        throw new Error(`unknown request ${JSON.stringify(request satisfies never)}`);
    }
  }

  private exchange(request: ExchangeRequest): RequestResult[ExchangeRequest['type']] {
    // No heartbeat while it lasts; the next iteration is a sign of life again.
    this.run?.link.setRunning(false);
    const { exchange } = this.booted;
    switch (request.type) {
      case 'convert':
        return exchange.convertPolicies(request.policy, request.format);
      case 'metrics-file':
        return exchange.metricsFile(JSON.stringify(request.history), request.format);
      case 'open-policy': {
        const { file, name, task, options, normalizer } = request;
        const policy = exchange.openPolicy(file, name, task, JSON.stringify(options), normalizer);
        return { policy, description: JSON.parse(exchange.describePolicy(policy)) };
      }
      case 'predict': {
        const { buffer, byteOffset, byteLength } = request.observations;
        const rows = new Uint8Array(buffer, byteOffset, byteLength);
        return new Float32Array(exchange.predict(request.policy, rows).slice().buffer);
      }
      case 'playable-task':
        return exchange.playableTask(request.env, JSON.stringify(request.options));
    }
  }

  /** In a worker of its own: the text may never end. */
  private tryReward({ env, options, text, policy }: TrialRequest): RewardTrial {
    const { reward } = this.booted;
    if (this.interrupt) new Int32Array(this.interrupt).fill(0);
    this.booted.setInterruptBuffer(this.interrupt);
    try {
      return JSON.parse(reward.trial(env, JSON.stringify(options), text, policy));
    } finally {
      this.booted.setInterruptBuffer(null);
    }
  }

  private open({ config, rank, worldSize, shared, saved, changes }: OpenRequest): void {
    if (this.run) throw new Error('a run is open in this worker already');
    this.forget();
    this.rank = rank;
    if (this.interrupt) new Int32Array(this.interrupt).fill(0);
    const link = openRunLink(shared, rank, (event) => this.post(event));
    this.booted.setLink(link);
    try {
      const { training } = this.booted;
      const session = training.openSession(JSON.stringify(config), rank, worldSize, saved);
      if (changes && rank === 0) session.change(toJson(changes));
      this.run = {
        session,
        link,
        // Until the page says so. The other ranks wait in the first collective.
        paused: rank === 0,
        showing: false,
        lastPolicy: Number.NEGATIVE_INFINITY,
      };
    } catch (error) {
      this.booted.setLink(null);
      throw error;
    }
    this.nextTurn();
  }

  private command(command: Extract<Request, { type: 'command' }>['command']): void {
    const { run } = this;
    // The run may have ended while the command was on its way.
    if (!run) return;
    switch (command) {
      case 'pause':
        if (!this.hold(run)) return;
        run.paused = true;
        run.link.setRunning(false);
        this.booted.redraw();
        this.showOn();
        break;
      case 'resume':
        run.paused = false;
        this.nextTurn();
        break;
      case 'stop':
        this.end(run, 'stopped');
        break;
      case 'save':
        run.session.requestSave();
        break;
      case 'redraw':
        this.booted.redraw();
        break;
    }
  }

  private iterate(): void {
    this.turnPending = false;
    const { run } = this;
    if (!run || run.paused) return;
    let metrics: string | null = null;
    const done = this.compute(run, () => {
      if (run.session.meet()) metrics = '';
      this.postShare(run);
      if (metrics === null) metrics = run.session.iterate();
    });
    if (!done) return;
    if (metrics === null) {
      this.end(run, 'finished');
      return;
    }
    if (metrics !== '' && this.rank === 0) this.report(run, JSON.parse(metrics));
    this.nextTurn();
  }

  /** Runs Python that Stop may interrupt; false when the run has ended with it. */
  private compute(run: ActiveRun, action: () => void): boolean {
    try {
      run.link.setRunning(true);
      this.booted.setInterruptBuffer(this.interrupt);
      action();
      return true;
    } catch (error) {
      // What follows is not to be interrupted.
      this.booted.setInterruptBuffer(null);
      this.endWithError(run, error);
      return false;
    } finally {
      // A late interrupt must not hit the policy file or the clean-up.
      this.booted.setInterruptBuffer(null);
    }
  }

  /** Rank 0, before a pause: saves, and lets the others wait; false when the run has ended instead. */
  private hold(run: ActiveRun): boolean {
    const done = this.compute(run, () => run.session.hold());
    if (done) this.postShare(run);
    return done;
  }

  private postShare(run: ActiveRun): void {
    const share = run.session.takeShare();
    if (!share) return;
    const files = [share.data, ...share.segments.map(({ data }) => data)];
    this.endpoint.postMessage(
      { type: 'share', share } satisfies RankEvent,
      files.map(({ buffer }) => buffer as ArrayBuffer),
    );
  }

  private show(shown: ShownChoice, file: Uint8Array | null): void {
    const run = this.lastRun;
    run.session.show(JSON.stringify(shown), file);
    run.showing = shown !== 'live';
    this.showOn();
  }

  /** Moves what is shown, again and again while nothing trains; iterations move it themselves. */
  private showOn(): void {
    if (this.showTimer !== null) clearTimeout(this.showTimer);
    this.showTimer = null;
    const run = this.run ?? this.ended;
    if (!run?.showing || (run === this.run && !run.paused)) return;
    run.session.showOn();
    this.showTimer = setTimeout(() => this.showOn(), SHOW_MS);
  }

  private report(run: ActiveRun, metrics: Metrics): void {
    this.post({ type: 'metrics', metrics });
    const news = run.session.news();
    if (news) this.post({ type: 'news', news: JSON.parse(news) });
    const now = performance.now();
    if (now - run.lastPolicy < POLICY_MS) return;
    run.lastPolicy = now;
    this.post({ type: 'policy', policy: run.session.policy(LATEST) });
  }

  private endWithError(run: ActiveRun, error: unknown): void {
    const asked = isPythonError(error) && STOP_EXCEPTIONS.includes(error.type);
    // Waits and long steps throw when the run is to end; Python wraps what they throw.
    if (asked || run.link.ending) this.end(run, 'stopped');
    else this.fail(run, error);
  }

  private end(run: ActiveRun, reason: 'finished' | 'stopped'): void {
    try {
      if (this.rank === 0) this.post({ type: 'policy', policy: run.session.policy(LATEST) });
      if (reason === 'stopped') run.session.stop();
      this.postShare(run);
      this.booted.recordLast();
      run.session.end();
    } catch (error) {
      this.fail(run, error);
      return;
    }
    this.leave(run);
    this.ended = run;
    if (this.rank === 0) this.showOn();
    else this.forget();
    this.post({ type: 'ended', reason });
  }

  /** The page ends this worker after a failure, so nothing is tidied up in Python. */
  private fail(run: ActiveRun, error: unknown): void {
    run.link.abort();
    this.leave(run);
    this.booted.setLink(null);
    this.post({ type: 'failed', error: toRankError(this.rank, error) });
  }

  private leave(run: ActiveRun): void {
    run.link.setRunning(false);
    this.run = null;
  }

  /** Frees what is left of a run that has ended. */
  private forget(): void {
    this.ended?.session.close();
    this.ended = null;
    this.booted.setLink(null);
  }

  private get lastRun(): ActiveRun {
    const run = this.run ?? this.ended;
    if (!run) throw new Error('there is no run whose policy could be had');
    return run;
  }

  private get booted(): RankRuntime {
    if (!this.runtime) throw new Error('the worker is not booted yet');
    return this.runtime;
  }

  private nextTurn(): void {
    if (this.turnPending) return;
    this.turnPending = true;
    this.turns.port2.postMessage(null);
  }

  private post(message: Reply | RankEvent): void {
    this.endpoint.postMessage(message);
  }
}
