// Guards the library coi-serviceworker, which follows in the same built file. In the page: reload
// at most once a session. In the service worker: step down where the host sends the headers itself.

const RELOADED = 'coi-serviceworker reloaded';

if (typeof window === 'undefined') {
  const hostIsolates = async (url) => {
    const { headers } = await fetch(url, { method: 'HEAD', cache: 'no-store' });
    return (
      headers.get('cross-origin-opener-policy') === 'same-origin' &&
      headers.has('cross-origin-embedder-policy')
    );
  };
  self.addEventListener('fetch', (event) => {
    if (event.request.mode !== 'navigate') return;
    event.waitUntil(
      hostIsolates(event.request.url).then(
        (isolates) => isolates && self.registration.unregister(),
        () => undefined, // offline: nothing is known, so nothing changes
      ),
    );
  });
} else {
  window.coi = {
    quiet: true,
    // Everything comes from this origin, so the strict policy works, and in every browser.
    coepCredentialless: () => false,
    // Inside another site's frame only that site can isolate; a reload would change nothing.
    shouldRegister: () => window.top === window,
    doReload: () => {
      if (sessionStorage.getItem(RELOADED)) return;
      sessionStorage.setItem(RELOADED, 'yes');
      // The library asks while the worker is still being installed: a reload now may miss it.
      navigator.serviceWorker.ready.then(() => location.reload());
    },
  };
}
