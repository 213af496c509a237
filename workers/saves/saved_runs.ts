// The runs that are saved in the browser: a folder each, written as py_src/websim/saving/run_folder.py writes a native run's.
// Everything here runs in the saves worker.

import { WebsimError } from '../errors';
import type { SavedShare } from '../ranks/protocol';
import type { Metrics } from '../schema';
import { crc32 } from './crc32';
import { type ArchiveFiles, packArchive, unpackArchive } from './run_archive';
import { cutLabel, LABEL, labelText, type RunLabel, readLabel } from './run_label';
import { describe, RunListing } from './run_listing';
import type { Files } from './save_files';
import {
  FOLDER,
  FORMAT,
  fileEntry,
  KIND,
  type LogEntry,
  MANIFEST,
  type Manifest,
  METRICS,
  manifestText,
  neededLogs,
  partName,
  readManifest,
  SLOTS,
  type Slot,
  savePath,
  segmentName,
} from './save_manifest';
import type { OpenedRun, SavedRun, SaveRequest } from './saves_protocol';

/** An empty file that marks a run as removed. */
const REMOVED = 'removed';
/** Saved runs that are kept. */
export const MAX_RUNS = 10;

/** A run that this page writes. */
interface Writer {
  number: number;
  /** The slot that is kept while the other one is written. */
  slot: Slot | null;
  metrics: { lines: number; bytes: number };
  logs: LogEntry[];
  /** Log segments and lines of metrics that did not reach the disk yet. */
  segments: Map<string, Uint8Array>;
  lines: Metrics[];
}

/** The newest save of a run that can be used; notes: sentences about what was damaged. */
interface Found {
  manifest: Manifest;
  slot: Slot;
  notes: string[];
}

export class SavedRuns {
  private readonly writers = new Map<string, Writer>();
  private readonly listing: RunListing;

  constructor(private readonly files: Files) {
    this.listing = new RunListing(files);
  }

  /** All runs with a save whose manifest can be read, newest first. */
  async list(): Promise<SavedRun[]> {
    const runs: SavedRun[] = [];
    for (const id of await this.files.list(FOLDER)) {
      const run = await this.listing.newest(id);
      if (!run || (await this.isRemoved(id))) continue;
      runs.push({ ...run, label: await this.labelOf(id) });
    }
    return runs.sort((a, b) => b.savedAt - a.savedAt);
  }

  /** Reads the newest save that is whole; the run can then be saved on. */
  async open(id: string): Promise<OpenedRun> {
    const { manifest, slot, notes } = await this.find(id);
    const { parts, logs, metrics } = manifest;
    const read = (file: string) => this.files.read(savePath(id, slot, file));
    const segments = await readAll(logs, read);
    const data = await readAll(parts, read);
    const history = await this.history(id, manifest);
    if (history.length !== metrics.lines) {
      notes.push(
        `${metrics.lines - history.length} points of the run's curves are damaged and left out.`,
      );
    }
    this.writers.set(id, {
      number: manifest.number,
      slot,
      metrics: { ...metrics },
      logs,
      segments: new Map(),
      lines: [],
    });
    const run = describe(id, manifest, await this.labelOf(id));
    return { run, manifest, parts: data, segments, history, notes };
  }

  /** Writes a save; what failed is written with the next one. Resolves to when it was saved. */
  async save({ id, shares, metrics }: SaveRequest): Promise<number> {
    const writer = this.writer(id);
    this.take(writer, shares, metrics);
    const slot: Slot = writer.slot === 'a' ? 'b' : 'a';
    await this.files.remove(savePath(id, slot, MANIFEST));
    await this.writePending(id, writer, shares);
    const [first] = shares as [SavedShare];
    const manifest: Manifest = {
      kind: KIND,
      format: FORMAT,
      websim: first.version,
      number: writer.number + 1,
      saved_at: Date.now() / 1000,
      iteration: first.iteration,
      global_step: first.globalStep,
      config: first.config,
      code: first.code,
      metrics: { ...writer.metrics },
      parts: shares.map(({ rank, data }) => fileEntry(partName(rank), data)),
      logs: writer.logs,
    };
    for (const { rank, data } of shares) {
      await this.files.write(savePath(id, slot, partName(rank)), data);
    }
    await this.files.write(savePath(id, slot, MANIFEST), manifestText(manifest));
    writer.number++;
    writer.slot = slot;
    await this.removeUnneededLogs(id);
    return manifest.saved_at;
  }

  async discard(id: string): Promise<void> {
    this.writers.delete(id);
    await this.files.remove(`${FOLDER}/${id}`);
  }

  /** Marks a run as removed. */
  async remove(id: string): Promise<void> {
    await this.files.write(`${FOLDER}/${id}/${REMOVED}`, new Uint8Array());
  }

  /** Inverse of `remove`. */
  async restore(id: string): Promise<void> {
    await this.files.remove(`${FOLDER}/${id}/${REMOVED}`);
  }

  /** Discards the runs that are marked as removed and that no page has open. */
  async purge(open: ReadonlySet<string>): Promise<void> {
    for (const id of await this.files.list(FOLDER)) {
      if (!open.has(id) && (await this.isRemoved(id))) await this.discard(id);
    }
  }

  async label(id: string, label: RunLabel): Promise<void> {
    await this.files.write(`${FOLDER}/${id}/${LABEL}`, labelText(cutLabel(label)));
  }

  /** Columns of the metrics up to the newest save: a value an iteration, NaN where there is none. */
  async curves(id: string, columns: readonly (keyof Metrics)[]): Promise<Float64Array[]> {
    const [newest] = (await this.manifests(id, [])).sort(byAge);
    const history = newest ? await this.history(id, newest.manifest) : [];
    return columns.map((name) => Float64Array.from(history, (row) => row[name] ?? Number.NaN));
  }

  /** Removes the oldest runs beyond `MAX_RUNS` that no page has open; those that were removed. */
  async prune(open: ReadonlySet<string>): Promise<SavedRun[]> {
    const closed = (await this.list()).slice(MAX_RUNS).filter(({ id }) => !open.has(id));
    for (const { id } of closed) await this.discard(id);
    return closed;
  }

  /** The run as one file. */
  async export(id: string): Promise<Uint8Array> {
    const { manifest, slot } = await this.find(id);
    const archive: ArchiveFiles = new Map();
    const text = (await this.files.read(`${FOLDER}/${id}/${METRICS}`)) ?? new Uint8Array();
    archive.set(MANIFEST, manifestText(manifest));
    archive.set(METRICS, text.subarray(0, manifest.metrics.bytes));
    archive.set(LABEL, labelText(await this.labelOf(id)));
    for (const { file } of [...manifest.parts, ...manifest.logs]) {
      archive.set(file, (await this.files.read(savePath(id, slot, file))) as Uint8Array);
    }
    return packArchive(archive);
  }

  /** Inverse of `export`, as a new run. */
  async import(id: string, data: Uint8Array): Promise<SavedRun> {
    const archive = unpackArchive(data);
    const text = archive.get(MANIFEST);
    if (!text) throw new WebsimError('This file is no saved run: it has no manifest.');
    const label = readLabel(archive.get(LABEL));
    let manifest: Manifest;
    try {
      manifest = readManifest(text);
      await readAll(
        [...manifest.parts, ...manifest.logs],
        async (file) => archive.get(file) ?? null,
      );
    } catch (error) {
      throw new WebsimError(`This saved run cannot be used: ${(error as Error).message}.`);
    }
    try {
      for (const { file } of [...manifest.parts, ...manifest.logs]) {
        await this.files.write(savePath(id, 'a', file), archive.get(file) as Uint8Array);
      }
      const lines = archive.get(METRICS) ?? new Uint8Array();
      await this.files.write(`${FOLDER}/${id}/${METRICS}`, lines);
      await this.label(id, label);
      await this.files.write(savePath(id, 'a', MANIFEST), manifestText(manifest));
    } catch (error) {
      await this.discard(id);
      throw error;
    }
    return describe(id, manifest, label);
  }

  private async isRemoved(id: string): Promise<boolean> {
    return (await this.files.read(`${FOLDER}/${id}/${REMOVED}`)) !== null;
  }

  private async labelOf(id: string): Promise<RunLabel> {
    return readLabel(await this.files.read(`${FOLDER}/${id}/${LABEL}`));
  }

  private async history(id: string, { metrics }: Manifest): Promise<Metrics[]> {
    const text = (await this.files.read(`${FOLDER}/${id}/${METRICS}`)) ?? new Uint8Array();
    return parseHistory(text.subarray(0, metrics.bytes));
  }

  private writer(id: string): Writer {
    const known = this.writers.get(id);
    if (known) return known;
    const metrics = { lines: 0, bytes: 0 };
    const writer = { number: 0, slot: null, metrics, logs: [], segments: new Map(), lines: [] };
    this.writers.set(id, writer);
    return writer;
  }

  private take(writer: Writer, shares: SavedShare[], metrics: Metrics[]): void {
    writer.lines.push(...metrics);
    for (const { rank, segments } of shares) {
      for (const { name, first, last, data } of segments) {
        const file = segmentName(name, rank, first, last);
        writer.logs.push({ ...fileEntry(file, data), name, rank, first, last });
        writer.segments.set(file, data);
      }
    }
    writer.logs = neededLogs(writer.logs, shares);
  }

  private async writePending(id: string, writer: Writer, shares: SavedShare[]): Promise<void> {
    const needed = new Set(neededLogs(writer.logs, shares).map(({ file }) => file));
    for (const [file, data] of writer.segments) {
      if (needed.has(file)) await this.files.write(savePath(id, 'a', file), data);
      writer.segments.delete(file);
    }
    if (writer.lines.length === 0) return;
    const text = writer.lines.map((metrics) => `${JSON.stringify(metrics)}\n`).join('');
    const data = new TextEncoder().encode(text);
    const { metrics, lines } = writer;
    await this.files.append(`${FOLDER}/${id}/${METRICS}`, data, metrics.bytes);
    writer.metrics = { lines: metrics.lines + lines.length, bytes: metrics.bytes + data.length };
    writer.lines = [];
  }

  private async removeUnneededLogs(id: string): Promise<void> {
    const folder = `${FOLDER}/${id}/saves/logs`;
    const names = await this.files.list(folder);
    if (names.length === 0) return;
    const manifests = await this.manifests(id, []);
    const needed = new Set(
      manifests.flatMap(({ manifest }) => manifest.logs.map(({ file }) => file)),
    );
    for (const name of names) {
      if (!needed.has(`logs/${name}`)) await this.files.remove(`${folder}/${name}`);
    }
  }

  /** Of both slots those that have a manifest; what is wrong with the others goes into `problems`. */
  private async manifests(id: string, problems: string[]) {
    const found: { slot: Slot; manifest: Manifest }[] = [];
    for (const slot of SLOTS) {
      const text = await this.files.read(savePath(id, slot, MANIFEST));
      // Empty: the save was cut short while it was written.
      if (!text?.length) continue;
      try {
        found.push({ slot, manifest: readManifest(text) });
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    return found;
  }

  private async find(id: string): Promise<Found> {
    const problems: string[] = [];
    const manifests = await this.manifests(id, problems);
    for (const { slot, manifest } of manifests.sort(byAge)) {
      try {
        await readAll([...manifest.parts, ...manifest.logs], (file) =>
          this.files.read(savePath(id, slot, file)),
        );
        const notes = problems.map(
          (problem) =>
            `The newest save cannot be used, so the run goes on from the one before: ${problem}.`,
        );
        return { manifest, slot, notes };
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    const reasons = problems.join('; ') || 'there is none';
    throw new WebsimError(`No save of this run can be used: ${reasons}; start a new run.`);
  }
}

function byAge(a: { manifest: Manifest }, b: { manifest: Manifest }): number {
  return b.manifest.number - a.manifest.number;
}

async function readAll(
  entries: readonly { file: string; bytes: number; crc: number }[],
  read: (file: string) => Promise<Uint8Array | null>,
): Promise<Uint8Array[]> {
  const contents: Uint8Array[] = [];
  for (const { file, bytes, crc } of entries) {
    const data = await read(file);
    if (!data) throw new WebsimError(`its file ${file} is missing`);
    if (data.length !== bytes || crc32(data) !== crc) {
      throw new WebsimError(`its file ${file} is damaged: its size or checksum differs`);
    }
    contents.push(data);
  }
  return contents;
}

/** The lines that can be read. */
function parseHistory(text: Uint8Array): Metrics[] {
  const history: Metrics[] = [];
  for (const line of new TextDecoder().decode(text).split('\n')) {
    try {
      const metrics = JSON.parse(line);
      if (Number.isInteger(metrics?.iteration)) history.push(metrics);
    } catch {
      // A damaged line, or what comes after the last one.
    }
  }
  return history;
}
