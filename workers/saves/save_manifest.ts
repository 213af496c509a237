// The manifest of a save: which files it is made of, with sizes and checksums. It is written last, so a save that was
// cut short has none. The format, and the layout of a run's folder, are those of py_src/websim/saving/run_manifest.py.

import { WebsimError } from '../errors';
import type { SavedShare } from '../ranks/protocol';
import type { TrainConfig } from '../schema';
import { crc32 } from './crc32';

export const FOLDER = 'runs';
export const KIND = 'websim run';
export const FORMAT = 1;
export const MANIFEST = 'manifest.json';
export const METRICS = 'metrics.jsonl';
export const SLOTS = ['a', 'b'] as const;
export type Slot = (typeof SLOTS)[number];

/** Names that a manifest may give: they cannot lead out of its folder. */
const FILE = /^(logs\/)?\w[\w.-]*$/;

export interface FileEntry {
  file: string;
  bytes: number;
  crc: number;
}

export interface LogEntry extends FileEntry {
  name: string;
  rank: number;
  first: number;
  last: number;
}

export interface Manifest {
  kind: typeof KIND;
  format: number;
  /** Version that wrote it. */
  websim: string;
  /** Counts a run's saves up: of two the one with the higher number is newer. */
  number: number;
  /** Seconds since 1970. */
  saved_at: number;
  iteration: number;
  global_step: number;
  config: TrainConfig;
  /** Whether going on runs Python text that the run brings. */
  code: boolean;
  /** Of metrics.jsonl, what comes before this save. */
  metrics: { lines: number; bytes: number };
  parts: FileEntry[];
  logs: LogEntry[];
}

export function fileEntry(file: string, data: Uint8Array): FileEntry {
  return { file, bytes: data.length, crc: crc32(data) };
}

/** Of a file of a save; both saves of a run share their logs. */
export function savePath(id: string, slot: Slot, file: string): string {
  return `${FOLDER}/${id}/saves/${file.startsWith('logs/') ? '' : `${slot}/`}${file}`;
}

export function partName(rank: number): string {
  return `rank${rank}.part`;
}

export function segmentName(log: string, rank: number, first: number, last: number): string {
  return `logs/${log.replace(/[^A-Za-z0-9]+/g, '-')}.${rank}.${first}-${last}.rows`;
}

/** Those log entries of which the ranks still need a row. */
export function neededLogs(
  entries: readonly LogEntry[],
  shares: readonly SavedShare[],
): LogEntry[] {
  const starts = new Map<string, number>();
  for (const share of shares) {
    for (const [name, start] of Object.entries(share.logs))
      starts.set(`${share.rank} ${name}`, start);
  }
  return entries.filter(({ rank, name, last }) => last > (starts.get(`${rank} ${name}`) ?? last));
}

/** A line of JSON, then its CRC-32. */
export function manifestText(manifest: Manifest): Uint8Array {
  const line = new TextEncoder().encode(JSON.stringify(manifest));
  const check = crc32(line).toString(16).padStart(8, '0');
  return new Uint8Array([...line, ...new TextEncoder().encode(`\n${check}\n`)]);
}

/** Inverse of `manifestText`; a `WebsimError` when it is damaged, foreign or newer. */
export function readManifest(text: Uint8Array): Manifest {
  const end = text.indexOf(10);
  const line = text.subarray(0, end);
  const check = new TextDecoder().decode(text.subarray(end + 1)).trim();
  if (end < 0 || check !== crc32(line).toString(16).padStart(8, '0')) {
    throw new WebsimError('its manifest is damaged');
  }
  let manifest: Manifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(line));
  } catch {
    throw new WebsimError('its manifest cannot be read');
  }
  if (manifest?.kind !== KIND) throw new WebsimError('it is no run of websim');
  if (manifest.format > FORMAT) {
    throw new WebsimError(
      `it was written by websim ${manifest.websim}, which is newer than this page; load the page again`,
    );
  }
  if (!fits(manifest)) throw new WebsimError('its manifest has entries of the wrong type');
  return manifest;
}

function fits(manifest: Manifest): boolean {
  const { number, iteration, global_step, saved_at, config, code, metrics, parts, logs } = manifest;
  if (!Array.isArray(parts) || !Array.isArray(logs) || parts.length === 0) return false;
  const files: FileEntry[] = [...parts, ...logs];
  const numbers = [number, iteration, global_step, metrics?.lines, metrics?.bytes];
  return (
    [...numbers, ...files.flatMap(({ bytes, crc }) => [bytes, crc])].every(Number.isSafeInteger) &&
    files.every(({ file }) => typeof file === 'string' && FILE.test(file)) &&
    typeof saved_at === 'number' &&
    typeof code === 'boolean' &&
    typeof config === 'object' &&
    config !== null
  );
}
