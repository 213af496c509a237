// What a list tells of a saved run: read from its manifests once, and again only when they are others.

import { listedConfig } from './listed_config';
import { NO_LABEL, type RunLabel } from './run_label';
import type { Files } from './save_files';
import { MANIFEST, type Manifest, readManifest, SLOTS, savePath } from './save_manifest';
import type { SavedRun } from './saves_protocol';

/** A manifest's file as it was read last. `run`: null of one that cannot be used. */
interface Known {
  stamp: string;
  number: number;
  run: SavedRun | null;
}

export class RunListing {
  private readonly known = new Map<string, Known>();

  constructor(private readonly files: Files) {}

  /** Of the newest save whose manifest can be read, without its label; null: there is none. */
  async newest(id: string): Promise<SavedRun | null> {
    let newest: Known | null = null;
    for (const slot of SLOTS) {
      const save = await this.look(id, savePath(id, slot, MANIFEST));
      if (save?.run && save.number > (newest?.number ?? -1)) newest = save;
    }
    return newest?.run ?? null;
  }

  private async look(id: string, path: string): Promise<Known | null> {
    const stamp = await this.files.stamp(path);
    const known = this.known.get(path);
    if (known?.stamp === stamp) return known;
    this.known.delete(path);
    if (stamp === null) return null;
    const save = { stamp, ...read(id, (await this.files.read(path)) ?? new Uint8Array()) };
    this.known.set(path, save);
    return save;
  }
}

function read(id: string, text: Uint8Array): Omit<Known, 'stamp'> {
  try {
    const manifest = readManifest(text);
    return { number: manifest.number, run: describe(id, manifest, NO_LABEL) };
  } catch {
    return { number: -1, run: null };
  }
}

export function describe(id: string, manifest: Manifest, label: RunLabel): SavedRun {
  const { global_step, iteration, saved_at, code, parts, logs, metrics } = manifest;
  const config = listedConfig(manifest.config);
  const bytes = [...parts, ...logs].reduce((sum, file) => sum + file.bytes, metrics.bytes);
  const progress = { globalStep: global_step, iteration, savedAt: saved_at };
  return { id, config, ...progress, code, inUse: false, label, bytes };
}
