import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AssetDownload, loadLater } from '../../workers/runtime/assets';

/** The smallest module: magic number and version. */
const WASM = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const TEXT = Buffer.from('some bytes');

let server: Server;
let base: URL;
/** Path -> body, or null to break off after the headers. */
let files: Record<string, Buffer | null>;

function publish(assets: Record<string, { data: Buffer; first?: boolean }>): void {
  const entries = Object.entries(assets).map(([name, { data, first = true }]) => {
    const sha256 = createHash('sha256').update(data).digest('hex');
    files[`/runtime/hashed-${name}`] = data;
    return [name, { file: `hashed-${name}`, bytes: data.length, sha256, first }];
  });
  const manifest = { version: 'v', assets: Object.fromEntries(entries) };
  files['/runtime/assets.json'] = Buffer.from(JSON.stringify(manifest));
}

beforeEach(async () => {
  files = {};
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const body = files[path];
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = path.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
    response.writeHead(200, { 'content-type': type });
    if (body) response.end(body);
    else response.write('so', () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/runtime/`);
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('all assets', () => {
  it('compiles modules, keeps bytes, and leaves addresses of loaders and later files', async () => {
    publish({
      'a.wasm': { data: WASM },
      'b.zip': { data: TEXT },
      'c.mjs': { data: TEXT },
      'd.whl': { data: TEXT, first: false },
    });
    delete files['/runtime/hashed-d.whl'];
    const progress: [number, number][] = [];
    const assets = await new AssetDownload(base, (...bytes) => progress.push(bytes)).all;
    expect(assets['a.wasm']).toBeInstanceOf(WebAssembly.Module);
    expect(Buffer.from(assets['b.zip'] as ArrayBuffer)).toEqual(TEXT);
    expect(assets['c.mjs']).toBe(`${base.href}hashed-c.mjs`);
    expect(assets['d.whl']).toBe(`${base.href}hashed-d.whl`);
    const total = WASM.length + 2 * TEXT.length;
    expect(progress.at(-1)).toEqual([total, total]);
  });

  const failure = (): Promise<string> =>
    new AssetDownload(base, () => {}).all.then(
      () => 'loaded',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('names a missing manifest, and one that is not JSON', async () => {
    expect(await failure()).toMatch(/^WebsimError: assets.json cannot be .*HTTP 404; check that/);
    files['/runtime/assets.json'] = Buffer.from('<html>');
    expect(await failure()).toMatch('/runtime/assets.json is not a JSON file');
  });

  it('names a missing file', async () => {
    publish({ 'a.wasm': { data: WASM } });
    delete files['/runtime/hashed-a.wasm'];
    expect(await failure()).toMatch(
      'a.wasm cannot be downloaded: /runtime/hashed-a.wasm answered HTTP 404',
    );
  });

  it('names a truncated file with both sizes', async () => {
    publish({ 'a.wasm': { data: WASM }, 'b.zip': { data: TEXT } });
    files['/runtime/hashed-a.wasm'] = WASM.subarray(0, 5);
    expect(await failure()).toMatch(
      'a.wasm (hashed-a.wasm) is truncated: expected 8 bytes, got 5; reload',
    );
  });

  it('names a file whose connection broke', async () => {
    publish({ 'b.zip': { data: TEXT } });
    files['/runtime/hashed-b.zip'] = null;
    expect(await failure()).toMatch('b.zip (hashed-b.zip) is truncated: expected 10 bytes, got 2');
  });

  it('asks the server once more for a file that arrived broken, and counts its bytes once', async () => {
    publish({ 'a.wasm': { data: WASM }, 'b.zip': { data: TEXT } });
    const whole = { ...files };
    files['/runtime/hashed-a.wasm'] = WASM.subarray(0, 5);
    files['/runtime/hashed-b.zip'] = Buffer.from('same bytes');
    server.on('request', ({ url = '' }) => {
      const again = whole[url];
      if (again) files[url] = again;
    });
    const progress: [number, number][] = [];
    const assets = await new AssetDownload(base, (...bytes) => progress.push(bytes)).all;
    expect(assets['a.wasm']).toBeInstanceOf(WebAssembly.Module);
    expect(Buffer.from(assets['b.zip'] as ArrayBuffer)).toEqual(TEXT);
    const total = WASM.length + TEXT.length;
    expect(progress.at(-1)).toEqual([total, total]);
  });

  it('names a file that is too long', async () => {
    publish({ 'b.zip': { data: TEXT } });
    files['/runtime/hashed-b.zip'] = Buffer.concat([TEXT, TEXT]);
    expect(await failure()).toMatch('is too long: expected 10 bytes, got 20');
  });

  it('names a file with other content', async () => {
    publish({ 'b.zip': { data: TEXT } });
    files['/runtime/hashed-b.zip'] = Buffer.from('same bytes');
    expect(await failure()).toMatch(/b.zip \(hashed-b.zip\) is damaged: expected SHA-256/);
  });

  it('names a file that is no WebAssembly', async () => {
    publish({ 'a.wasm': { data: TEXT } });
    expect(await failure()).toMatch('a.wasm (/runtime/hashed-a.wasm) is not valid WebAssembly');
  });

  it('names the address of a server that does not answer', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await failure()).toMatch(`cannot be downloaded from ${base.href}assets.json`);
  });
});

describe('AssetDownload', () => {
  it('gives some of its files whatever becomes of the others', async () => {
    publish({ 'a.wasm': { data: WASM }, 'b.mjs': { data: TEXT }, 'c.zip': { data: TEXT } });
    files['/runtime/hashed-c.zip'] = null;
    const download = new AssetDownload(base, () => {});
    const { all } = download;
    const failed = expect(all).rejects.toThrow('c.zip (hashed-c.zip) is truncated');
    const some = await download.some(['a.wasm', 'b.mjs']);
    expect(some['a.wasm']).toBeInstanceOf(WebAssembly.Module);
    expect(some).toEqual({ 'a.wasm': some['a.wasm'], 'b.mjs': `${base.href}hashed-b.mjs` });
    await expect(download.some(['a.wasm', 'c.zip'])).rejects.toThrow('c.zip');
    await failed;
  });
});

describe('loadLater', () => {
  it('downloads a file that training does not need at once, checked', async () => {
    publish({ 'robot.zip': { data: TEXT, first: false } });
    const progress: [number, number][] = [];
    const load = () => loadLater(base, 'robot.zip', (...bytes) => progress.push(bytes), '');
    const bytes = await load();
    expect(Buffer.from(bytes)).toEqual(TEXT);
    expect(progress.at(-1)).toEqual([TEXT.length, TEXT.length]);
    files['/runtime/hashed-robot.zip'] = Buffer.from('same bytes');
    await expect(load()).rejects.toThrow('robot.zip (hashed-robot.zip) is damaged');
  });

  it('says why a site does not have it', async () => {
    publish({});
    await expect(loadLater(base, 'robot.zip', () => {}, 'it has none')).rejects.toThrow(
      'robot.zip is not part of this site: it has none',
    );
  });
});
