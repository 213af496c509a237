// The page's side of the service worker: registers it, has the site kept, announces new versions.

import type { KeepReply, TakeOverReply, ToServiceWorker } from '../service_worker/messages';

const RELOADED = 'websim reloaded';

/** Dispatches 'change'; `tell` takes sentences for the user. */
export class Offline extends EventTarget {
  /** The page starts without a network. */
  kept = false;
  /** The worker of a new version, which waits to take over. */
  private next: ServiceWorker | null = null;

  /** `loaded` resolves when the page has what it needs: only then downloads are not in its way. */
  constructor(
    private readonly tell: (notice: string) => void,
    loaded: Promise<void>,
  ) {
    super();
    // In another site's frame only that site can isolate, and it is the one that a visitor opens.
    if (!import.meta.env.PROD || !('serviceWorker' in navigator) || window.top !== window) return;
    void this.start(loaded);
  }

  /** A new version is ready. */
  get isOutdated(): boolean {
    return this.next !== null;
  }

  /** Changes to the new version, which loads the page again; tells when other tabs are in its way. */
  async update(): Promise<void> {
    const { next } = this;
    if (!next) return;
    next.addEventListener('statechange', () => {
      if (next.state === 'activated') location.reload();
    });
    const { others } = await ask<TakeOverReply>(next, { type: 'take over' });
    if (others === 0) return;
    this.tell(
      'The version before is still open in another tab: close it there, then choose Reload again.',
    );
  }

  private async start(loaded: Promise<void>): Promise<void> {
    let registration: ServiceWorkerRegistration;
    try {
      registration = await navigator.serviceWorker.register('./service-worker.js', {
        updateViaCache: 'none',
      });
    } catch (error) {
      // Where the page is not isolated either, the badge says what is missing.
      if (crossOriginIsolated) this.refused((error as Error).message);
      return;
    }
    // Undefined where tests forbid workers.
    if (!registration) return;
    this.watch(registration);
    const { active } = await navigator.serviceWorker.ready;
    if (!crossOriginIsolated) reloadOnce();
    // A page that could not load says so itself.
    if (
      !(await loaded.then(
        () => true,
        () => false,
      ))
    )
      return;
    const reply = await ask<KeepReply>(active!, { type: 'keep', page: import.meta.url });
    if (!reply.kept) this.refused(reply.reason);
    this.kept = reply.kept;
    this.dispatchEvent(new Event('change'));
  }

  private watch(registration: ServiceWorkerRegistration): void {
    const announce = (worker: ServiceWorker | null) => {
      if (worker?.state !== 'installed' || !registration.active) return;
      this.next = worker;
      this.dispatchEvent(new Event('change'));
    };
    announce(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => announce(installing));
    });
  }

  private refused(reason: string): void {
    this.tell(
      `This page cannot be kept for use without a network: ${reason}; with a network it works as ever.`,
    );
  }
}

/** The worker isolates pages that are loaded from now on. Once a session: a second reload would change nothing. */
function reloadOnce(): void {
  try {
    if (sessionStorage.getItem(RELOADED)) return;
    sessionStorage.setItem(RELOADED, 'yes');
  } catch {
    // Without a memory it could go on for ever.
    return;
  }
  location.reload();
}

function ask<Reply>(worker: ServiceWorker, message: ToServiceWorker): Promise<Reply> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage(message, [port2]);
  });
}
