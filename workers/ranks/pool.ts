// The page's pool of rank workers: downloads the runtime once, keeps workers warm between runs, and
// replaces those that died.

import type { MujocoFiles } from '../editors/scene_client';
import { WebsimError } from '../errors';
import type { LabFiles } from '../lab/lab_client';
import { AssetDownload, MUJOCO_FILES, mujocoFiles } from '../runtime/assets';
import { PackageStore } from '../runtime/packages';
import type { TrainRequest } from '../schema';
import type { Changes, LoadedAssets, LoadStage, SceneDescription, TaskOptions } from './protocol';
import { RankClient } from './rank_client';
import { type ResumedState, TrainingRun } from './run';
import { SharedMemory } from './shared_memory';

export { WebsimError } from '../errors';
export type { FrameReader } from './frames';
export { type OpenedPolicy, type OpenOptions, PolicyExchange } from './policy_exchange';
export { type ResumedState, type RunResult, type RunState, TrainingRun } from './run';

export interface LoadProgress {
  stage: LoadStage;
  /** A sentence fragment such as "Starting Python". */
  label: string;
  loadedBytes: number;
  totalBytes: number;
}

const STAGES: LoadStage[] = ['download', 'python', 'numpy', 'mujoco', 'ready'];
const LABELS: Record<LoadStage, string> = {
  download: 'Downloading Python and MuJoCo',
  python: 'Starting Python',
  numpy: 'Loading numpy',
  mujoco: 'Starting MuJoCo',
  ready: 'Ready',
};

const BOOT_S = 120;
const CHECK_S = 20;
/** While a run goes on rank 0 answers between two iterations, and the largest batches take a minute. */
const SCENE_S = 300;

/** Dispatches 'progress' (CustomEvent<LoadProgress>) while it boots. */
export class TrainingPool extends EventTarget {
  readonly isolated = globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';
  readonly maxRanks = this.isolated ? navigator.hardwareConcurrency : 1;
  readonly workers: RankClient[] = [];
  private readonly baseUrl: URL;
  private readonly boots: Promise<void>[] = [];
  private readonly stages: LoadStage[] = [];
  private readonly scenes = new Map<string, Promise<SceneDescription>>();
  private readonly packages: PackageStore;
  private assets: AssetDownload | null = null;
  private bytes = { loadedBytes: 0, totalBytes: 0 };
  private run: TrainingRun | null = null;
  private starting = false;

  /** `baseUrl`: the folder of `runtime/`, with a slash at its end. */
  constructor(options: { baseUrl: string }) {
    super();
    this.baseUrl = new URL(options.baseUrl, location.href);
    this.packages = new PackageStore(this.baseUrl, (loadedBytes, totalBytes) => {
      const label = 'Downloading the robot';
      this.announce({ stage: 'download', label, loadedBytes, totalBytes });
    });
  }

  /** Resolves when `ranks` workers are ready; those that live already stay. */
  async boot(ranks: number): Promise<void> {
    const wanted = Math.min(Math.max(1, ranks), this.maxRanks);
    await Promise.all(Array.from({ length: wanted }, (_, rank) => this.ensureRank(rank)));
  }

  /** A task's model at rest. */
  async scene(env: string, options: TaskOptions = {}): Promise<SceneDescription> {
    // A model that is edited is another one each time.
    if ('model' in options) return this.describe(env, options);
    const key = JSON.stringify([env, options]);
    const known = this.scenes.get(key);
    if (known) return known;
    const scene = this.describe(env, options);
    this.scenes.set(key, scene);
    scene.catch(() => this.scenes.delete(key));
    return scene;
  }

  private async describe(env: string, options: TaskOptions): Promise<SceneDescription> {
    const client = await this.firstRank(env, options);
    return client.request('scene', { env, options }, SCENE_S);
  }

  /** Rank 0's worker, a new one where it died, with what the task needs. */
  async firstRank(env?: string, options: TaskOptions = {}): Promise<RankClient> {
    const client = await this.ensureRank(0);
    if (env !== undefined) await this.packages.provide([client], env, options);
    return client;
  }

  /** What a worker needs to run MuJoCo alone, which is there before Python is. */
  async mujocoFiles(): Promise<MujocoFiles> {
    return mujocoFiles(await this.download().some(MUJOCO_FILES));
  }

  /** What a worker needs to run Python and MuJoCo, and the address of the folder that it is from. */
  async runtimeFiles(): Promise<LabFiles> {
    return { assets: await this.download().all, base: this.baseUrl.href };
  }

  /** A worker beside those of runs, for what may never end. */
  async scratchRank(): Promise<RankClient> {
    const assets = await this.download().all;
    const client = this.createClient(0, () => {});
    await this.bootClient(client, assets);
    return client;
  }

  /** Gives a worker the files that the task needs beside the runtime. */
  async provide(client: RankClient, env: string, options: TaskOptions): Promise<void> {
    await this.packages.provide([client], env, options);
  }

  /**
   * A run that is ready to `begin`, where `saved` was if it is given; `changes` are made before its first iteration. Rejects
   * with a WebsimError, and then nothing runs.
   */
  async train(
    request: TrainRequest,
    saved: ResumedState | null = null,
    changes: Changes | null = null,
  ): Promise<TrainingRun> {
    if (this.starting || (this.run && this.run.state !== 'ended')) {
      throw new WebsimError('A run is going on in this page; stop it before the next one starts.');
    }
    this.starting = true;
    try {
      this.run = await this.startRun(request, saved, changes);
      return this.run;
    } finally {
      this.starting = false;
    }
  }

  private async startRun(
    request: TrainRequest,
    saved: ResumedState | null,
    changes: Changes | null,
  ): Promise<TrainingRun> {
    const first = await this.ensureRank(0);
    const checked = await first.request('check', { request }, CHECK_S);
    if ('error' in checked) throw new WebsimError(checked.error);
    const { config } = checked;
    if (config.ranks > this.maxRanks) throw new WebsimError(this.tooManyRanks(config.ranks));
    const [scene] = await Promise.all([
      this.scene(config.env, config.env_options),
      this.boot(config.ranks),
    ]);
    const clients = this.workers.slice(0, config.ranks);
    await this.packages.provide(clients, config.env, config.env_options);
    this.run?.retire();
    const memory = this.isolated
      ? SharedMemory.create(config.ranks, scene.geoms.length, scene.overlayFloats)
      : null;
    const run = new TrainingRun(config, scene, clients, memory, saved, changes);
    await run.open();
    return run;
  }

  private tooManyRanks(ranks: number): string {
    const advice = this.isolated
      ? `use at most ${this.maxRanks}`
      : 'the page is not cross-origin isolated, so serve it with the COOP and COEP headers, or use 1';
    return `ranks: expected at most ${this.maxRanks} here, got ${ranks}; ${advice}`;
  }

  private async ensureRank(rank: number): Promise<RankClient> {
    if (!this.boots[rank] || this.workers[rank]?.death) this.boots[rank] = this.bootRank(rank);
    await this.boots[rank];
    const client = this.workers[rank];
    if (!client) throw new Error(`rank ${rank} is booted but has no worker`);
    return client;
  }

  private async bootRank(rank: number): Promise<void> {
    this.showStage(rank, 'download');
    try {
      const assets = await this.download().all;
      const client = this.createClient(rank, (stage) => this.showStage(rank, stage));
      this.workers[rank] = client;
      await this.bootClient(client, assets);
    } catch (error) {
      // The next attempt starts over.
      this.workers[rank]?.terminate('could not start');
      delete this.boots[rank];
      throw error;
    }
  }

  private createClient(rank: number, onStage: (stage: LoadStage) => void): RankClient {
    const worker = new Worker(new URL('./rank.worker.ts', import.meta.url), {
      type: 'module',
      name: `rank ${rank}`,
    });
    const client = new RankClient(rank, worker, this.isolated ? new SharedArrayBuffer(4) : null);
    client.onEvent = (event) => {
      if (event.type === 'stage') onStage(event.stage);
    };
    return client;
  }

  private async bootClient(client: RankClient, assets: LoadedAssets): Promise<void> {
    const { rank, interruptBuffer: interrupt } = client;
    const cores = navigator.hardwareConcurrency;
    await client.request('boot', { assets, cores, rank, interrupt }, BOOT_S);
  }

  private download(): AssetDownload {
    if (this.assets) return this.assets;
    const assets = new AssetDownload(this.baseUrl, (loadedBytes, totalBytes) => {
      this.bytes = { loadedBytes, totalBytes };
      this.dispatchProgress();
    });
    this.assets = assets;
    assets.all.catch(() => {
      this.assets = null;
    });
    return assets;
  }

  private showStage(rank: number, stage: LoadStage): void {
    this.stages[rank] = stage;
    this.dispatchProgress();
  }

  /** Shows the stage of the rank that is furthest behind. */
  private dispatchProgress(): void {
    const reached = this.stages.filter(Boolean).map((stage) => STAGES.indexOf(stage));
    const stage = STAGES[Math.min(...reached)] ?? 'download';
    this.announce({ stage, label: LABELS[stage], ...this.bytes });
  }

  private announce(detail: LoadProgress): void {
    this.dispatchEvent(new CustomEvent('progress', { detail }));
  }
}
