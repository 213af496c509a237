// Archives that only some tasks need: downloaded once, when a task needs them, and given to each rank once.

import type { TaskOptions } from '../ranks/protocol';
import type { RankClient } from '../ranks/rank_client';
import { type ByteProgress, loadLater } from './assets';

/** Why a site may not have such an archive. */
const NO_ROBOTS =
  'it was built without the robots of MuJoCo Menagerie; build it where they can be downloaded, or with MENAGERIE_ROOT ' +
  'naming a folder of them';

/** A rank unpacks nothing yet, so this is the time to copy a few megabytes. */
const INSTALL_S = 30;

export class PackageStore {
  private readonly downloads = new Map<string, Promise<ArrayBuffer>>();
  private readonly installed = new WeakMap<RankClient, Set<string>>();

  /** `base`: the folder of assets.json. */
  constructor(
    private readonly base: URL,
    private readonly progress: ByteProgress,
  ) {}

  /** Resolves when each of `clients` has what the task needs. */
  async provide(clients: RankClient[], env: string, options: TaskOptions): Promise<void> {
    const [first] = clients;
    if (!first) return;
    const names = await first.request('packages', { env, options }, INSTALL_S);
    await Promise.all(clients.map((client) => this.install(client, names)));
  }

  private async install(client: RankClient, names: string[]): Promise<void> {
    const has = this.installed.get(client) ?? new Set();
    const missing = names.filter((name) => !has.has(name));
    if (missing.length === 0) return;
    const packages = Object.fromEntries(
      await Promise.all(missing.map(async (name) => [name, await this.download(name)] as const)),
    );
    await client.request('install', { packages }, INSTALL_S);
    this.installed.set(client, new Set([...has, ...missing]));
  }

  private download(name: string): Promise<ArrayBuffer> {
    const known = this.downloads.get(name);
    if (known) return known;
    const download = loadLater(this.base, name, this.progress, NO_ROBOTS);
    this.downloads.set(name, download);
    // The next attempt asks again.
    download.catch(() => this.downloads.delete(name));
    return download;
  }
}
