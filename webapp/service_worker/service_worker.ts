// The site's service worker. It isolates the page where the host cannot send the headers for it, and answers from the
// browser's storage, so that the page works without a network after its first visit. One version of it belongs to one
// build of the site; the next one waits until no page uses this one.

import type { KeepReply, TakeOverReply, ToServiceWorker } from './messages';
import { type SiteBuild, SiteCache } from './site_cache';

declare const self: ServiceWorkerGlobalScope & { siteBuild: SiteBuild };

const folder = self.registration.scope;
const cache = new SiteCache(self.siteBuild, folder);

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(cache.removeOthers().catch(() => {})));

/** The first version is there at once, for isolation, and the page has it filled; another one comes complete. */
async function install(): Promise<void> {
  const update = self.registration.active !== null;
  try {
    await cache.fill(update ? 'all' : 'page');
  } catch (error) {
    // Nothing of this version is better than a part: then all of it comes from the network.
    await cache.remove().catch(() => {});
    if (update && !isStorageError(error)) throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(folder)) return;
  event.respondWith(answer(event).then(isolated));
});

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const key = cache.keyOf(request);
  if (key === null) return fetch(request);
  // What was damaged is asked for again past all caches.
  const kept =
    request.cache === 'reload' ? undefined : await cache.find(key).catch(() => undefined);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && request.mode !== 'navigate') {
    event.waitUntil(cache.put(key, response.clone()).catch(() => {}));
  }
  return response;
}

/** The answer with the headers that isolate a page, as the host would send them. */
function isolated(response: Response): Response {
  const isolating = 'Cross-Origin-Embedder-Policy';
  if (response.status === 0 || response.headers.has(isolating)) return response;
  const headers = new Headers(response.headers);
  headers.set(isolating, 'require-corp');
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

self.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (!port) return;
  const reply = { keep, 'take over': takeOver };
  const message = event.data as ToServiceWorker;
  event.waitUntil(reply[message.type](message as never).then((said) => port.postMessage(said)));
});

async function keep({ page }: { page: string }): Promise<KeepReply> {
  // A page that was loaded before this version came goes on with the files of its own.
  if (!cache.has(page)) return { kept: false, reason: 'a newer version has come meanwhile' };
  try {
    await cache.fill('all');
  } catch (error) {
    const reason = isStorageError(error)
      ? "the browser's storage for it is refused or full"
      : (error as Error).message;
    return { kept: false, reason };
  }
  await self.clients.claim();
  return { kept: true };
}

async function takeOver(): Promise<TakeOverReply> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const others = pages.filter(({ url }) => url.startsWith(folder)).length - 1;
  if (others <= 0) await self.skipWaiting();
  return { others: Math.max(0, others) };
}

/** Storage says what is wrong by the class of its error; a download that fails is a TypeError. */
function isStorageError(error: unknown): boolean {
  return error instanceof DOMException;
}
