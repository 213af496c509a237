import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RankClient } from '../../workers/ranks/rank_client';
import { PackageStore } from '../../workers/runtime/packages';

const ROBOT = Buffer.from('PK a robot');
const BASE = new URL('http://localhost/runtime/');

let downloads: string[];
beforeEach(() => {
  downloads = [];
  const sha256 = createHash('sha256').update(ROBOT).digest('hex');
  const entry = { file: 'panda.1.zip', bytes: ROBOT.length, sha256, first: false };
  vi.stubGlobal('fetch', async (url: URL) => {
    if (url.pathname.endsWith('assets.json')) {
      return Response.json({ version: 'v', assets: { 'panda.zip': entry } });
    }
    downloads.push(url.pathname);
    return new Response(ROBOT);
  });
});
afterEach(() => vi.unstubAllGlobals());

/** A rank whose tasks need the archives that their name lists. */
class Client {
  readonly installed: string[] = [];

  async request(type: string, body: { env: string; packages: Record<string, ArrayBuffer> }) {
    if (type === 'packages') return body.env.split(' ').filter(Boolean);
    for (const [name, bytes] of Object.entries(body.packages)) {
      expect(Buffer.from(bytes)).toEqual(ROBOT);
      this.installed.push(name);
    }
    return {};
  }
}

const asClients = (clients: Client[]) => clients as unknown as RankClient[];

it('downloads an archive once and gives it to each rank once', async () => {
  const store = new PackageStore(BASE, () => {});
  const [first, second, third] = [new Client(), new Client(), new Client()];
  await store.provide(asClients([first]), 'panda.zip', {});
  await store.provide(asClients([first, second]), 'panda.zip', {});
  await Promise.all([
    store.provide(asClients([third]), 'panda.zip', {}),
    store.provide(asClients([second]), '', {}),
  ]);
  expect(downloads).toEqual(['/runtime/panda.1.zip']);
  expect([first, second, third].map(({ installed }) => installed)).toEqual([
    ['panda.zip'],
    ['panda.zip'],
    ['panda.zip'],
  ]);
});

it('asks again after a download that failed', async () => {
  const store = new PackageStore(BASE, () => {});
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', async () => new Response('', { status: 503 }));
  await expect(store.provide(asClients([new Client()]), 'panda.zip', {})).rejects.toThrow('503');
  vi.stubGlobal('fetch', fetch);
  const client = new Client();
  await store.provide(asClients([client]), 'panda.zip', {});
  expect(client.installed).toEqual(['panda.zip']);
});

it('says how to build a site that has the robot', async () => {
  const store = new PackageStore(BASE, () => {});
  await expect(store.provide(asClients([new Client()]), 'spot.zip', {})).rejects.toThrow(
    'spot.zip is not part of this site: it was built without the robots of MuJoCo Menagerie; ' +
      'build it where they can be downloaded, or with MENAGERIE_ROOT naming a folder of them',
  );
});
