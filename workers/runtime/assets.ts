// The page's download of the runtime: every file once, checked, compiled once, for all ranks.

import type { MujocoFiles } from '../editors/scene_client';
import { WebsimError } from '../errors';
import type { LoadedAssets } from '../ranks/protocol';
import { isOtherNetLibrary } from './net_library';

/** An entry of `runtime/assets.json`, which wasm_build/manifest.py writes. */
interface AssetEntry {
  file: string;
  bytes: number;
  sha256: string;
  /** Whether training needs it at once. */
  first: boolean;
}

interface Manifest {
  version: string;
  assets: Record<string, AssetEntry>;
}

export type ByteProgress = (loadedBytes: number, totalBytes: number) => void;

/**
 * A download of what training needs at once. `.wasm` become modules, `.mjs` and files that are needed later only
 * addresses, all else bytes; the network kernels' build for other browsers is left out.
 */
export class AssetDownload {
  /** Rejects with a WebsimError that names the file. */
  readonly all: Promise<LoadedAssets>;
  private readonly each: Promise<Record<string, Promise<LoadedAssets[string]>>>;

  /** `base`: the folder of assets.json. */
  constructor(base: URL, progress: ByteProgress) {
    this.each = requestEach(base, progress);
    this.all = this.each.then((files) => loadedFiles(files, Object.keys(files)));
  }

  /** Some of them, as soon as they are there. */
  async some(names: readonly string[]): Promise<LoadedAssets> {
    return loadedFiles(await this.each, names);
  }
}

async function loadedFiles(
  files: Record<string, Promise<LoadedAssets[string]>>,
  names: readonly string[],
): Promise<LoadedAssets> {
  const loaded = names.map(async (name) => [name, await files[name]!] as const);
  return Object.fromEntries(await Promise.all(loaded));
}

/** What a worker needs to run MuJoCo alone. */
export const MUJOCO_FILES = ['mujoco.mjs', 'mujoco.wasm', 'physics.wasm'];

export function mujocoFiles(assets: LoadedAssets): MujocoFiles {
  return {
    loader: assets['mujoco.mjs'] as string,
    mujoco: assets['mujoco.wasm'] as WebAssembly.Module,
    physics: assets['physics.wasm'] as WebAssembly.Module,
  };
}

async function requestEach(
  base: URL,
  progress: ByteProgress,
): Promise<Record<string, Promise<LoadedAssets[string]>>> {
  const { assets } = await loadManifest(new URL('assets.json', base));
  const entries = Object.entries(assets).filter(([name]) => !isOtherNetLibrary(name));
  const first = entries.filter(([, entry]) => entry.first);
  const totalBytes = first.reduce((sum, [, entry]) => sum + entry.bytes, 0);
  let loadedBytes = 0;
  const onBytes = (count: number) => {
    loadedBytes += count;
    progress(loadedBytes, totalBytes);
  };
  const request = async (name: string, entry: AssetEntry) => {
    const url = new URL(entry.file, base);
    return entry.first ? loadAsset(name, entry, url, onBytes) : url.href;
  };
  return Object.fromEntries(entries.map(([name, entry]) => [name, request(name, entry)]));
}

/**
 * Downloads one of the files that are needed later. Rejects with a WebsimError that names the file; `absence`: why a site
 * may not have it, and the next step.
 */
export async function loadLater(
  base: URL,
  name: string,
  progress: ByteProgress,
  absence: string,
): Promise<ArrayBuffer> {
  const files = await loadTogether(base, [name], progress, absence);
  return files[name]!;
}

/** The same for several of them, with one progress. */
export async function loadTogether(
  base: URL,
  names: readonly string[],
  progress: ByteProgress,
  absence: string,
): Promise<Record<string, ArrayBuffer>> {
  const { assets } = await loadManifest(new URL('assets.json', base));
  const entries = names.map((name) => {
    const entry = assets[name];
    if (!entry) throw new WebsimError(`${name} is not part of this site: ${absence}`);
    return [name, entry] as const;
  });
  const totalBytes = entries.reduce((sum, [, entry]) => sum + entry.bytes, 0);
  let loadedBytes = 0;
  const onBytes = (count: number) => {
    loadedBytes += count;
    progress(loadedBytes, totalBytes);
  };
  const files = await Promise.all(
    entries.map(async ([name, entry]) => {
      const file = await loadAsset(name, entry, new URL(entry.file, base), onBytes);
      return [name, file as ArrayBuffer] as const;
    }),
  );
  return Object.fromEntries(files);
}

/** Downloads files by name, each as an `AssetDownload` gives it; those that the site does not have are left out. */
export async function loadNamed(base: URL, names: readonly string[]): Promise<LoadedAssets> {
  const { assets } = await loadManifest(new URL('assets.json', base));
  const loaded = await Promise.all(
    names.map(async (name) => {
      const entry = assets[name];
      if (!entry) return [];
      const url = new URL(entry.file, base);
      if (!name.endsWith('.mjs'))
        return [[name, await loadAsset(name, entry, url, () => {})] as const];
      // A module's address is all that is needed of it. The browser fetches and parses it beside the other files.
      import(/* @vite-ignore */ url.href).catch(() => {});
      return [[name, url.href] as const];
    }),
  );
  return Object.fromEntries(loaded.flat());
}

async function loadManifest(url: URL): Promise<Manifest> {
  const response = await request('assets.json', url, { cache: 'no-cache' });
  try {
    return (await response.json()) as Manifest;
  } catch {
    throw new WebsimError(`${url.pathname} is not a JSON file; build the site again`);
  }
}

/** A file that arrived otherwise than the manifest says. */
class BrokenFileError extends WebsimError {}

async function loadAsset(
  name: string,
  entry: AssetEntry,
  url: URL,
  onBytes: (count: number) => void,
): Promise<LoadedAssets[string]> {
  try {
    return await downloadAsset(name, entry, url, onBytes);
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error;
    // The browser keeps these files for a year, broken ones too, so this asks the server itself.
    return downloadAsset(name, entry, url, onBytes, { cache: 'reload' });
  }
}

async function downloadAsset(
  name: string,
  entry: AssetEntry,
  url: URL,
  onBytes: (count: number) => void,
  options?: RequestInit,
): Promise<LoadedAssets[string]> {
  const response = await request(name, url, options);
  if (!name.endsWith('.wasm')) {
    const bytes = await readChecked(name, entry, response, onBytes);
    return name.endsWith('.mjs') ? url.href : bytes;
  }
  // Compiled while it streams in, from the response itself: only then may the browser keep the machine code.
  const streamed = WebAssembly.compileStreaming(response.clone()).catch(() => null);
  const bytes = await readChecked(name, entry, response, onBytes);
  try {
    return (await streamed) ?? (await WebAssembly.compile(bytes));
  } catch (error) {
    throw new WebsimError(
      `${name} (${url.pathname}) is not valid WebAssembly for this browser: ${String(error)}; ` +
        'use a current browser, or build the site again',
    );
  }
}

async function request(name: string, url: URL, options?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new WebsimError(
      `${name} cannot be downloaded from ${url.href}: the server does not answer; ` +
        'check the connection and reload the page',
    );
  }
  if (response.ok) return response;
  throw new WebsimError(
    `${name} cannot be downloaded: ${url.pathname} answered HTTP ${response.status}; ` +
      'check that the whole folder runtime/ is on the server, and reload the page',
  );
}

async function readChecked(
  name: string,
  { bytes: expected, sha256, file }: AssetEntry,
  response: Response,
  onBytes: (count: number) => void,
): Promise<ArrayBuffer> {
  const data = new Uint8Array(expected);
  let received = 0;
  try {
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      if (received + part.value.length <= expected) data.set(part.value, received);
      received += part.value.length;
      onBytes(part.value.length);
    }
  } catch {
    // The connection broke: what is missing is told below.
  }
  if (received !== expected) {
    onBytes(-received);
    const fault = received < expected ? 'is truncated' : 'is too long';
    throw new BrokenFileError(
      `${name} (${file}) ${fault}: expected ${expected} bytes, got ${received}; reload the page, ` +
        'and build the site again if that does not help',
    );
  }
  const actual = await hexDigest(data);
  if (actual && actual !== sha256) {
    onBytes(-received);
    throw new BrokenFileError(
      `${name} (${file}) is damaged: expected SHA-256 ${sha256.slice(0, 12)}..., ` +
        `got ${actual.slice(0, 12)}...; reload the page, and build the site again if that does not help`,
    );
  }
  return data.buffer;
}

/** Null where the browser has no digests: on an address that is neither https nor localhost. */
async function hexDigest(data: BufferSource): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
