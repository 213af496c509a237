// Whether the browser lets this page share memory between workers, and if not, why.

/** Of what is left out where it does not. */
export const NO_SHARED_MEMORY =
  'Needs memory that the page shares with its workers: serve it with the COOP and COEP headers ' +
  '(Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp).';

export interface IsolationReport {
  isolated: boolean;
  /** Why the page is limited to one rank; empty when isolated. */
  reason: string;
  /** What to do about it, as the end of a sentence; empty when isolated. */
  remedy: string;
}

export function describeIsolation(isolated: boolean): IsolationReport {
  if (isolated) return { isolated, reason: '', remedy: '' };
  if (!isSecureContext) {
    return {
      isolated,
      reason: `Browsers share memory between workers on secure pages only, and ${location.origin} is not one.`,
      remedy: 'open the page through https, or on this computer through http://localhost.',
    };
  }
  if (window.top !== window) {
    return {
      isolated,
      reason: 'This page is embedded in another one that is not cross-origin isolated.',
      remedy:
        'open it in a tab of its own, or serve the outer page with the headers below and add allow="cross-origin-isolated" to the frame.',
    };
  }
  return {
    isolated,
    reason: 'The server sent this page without the headers that let workers share memory.',
    remedy:
      'serve the site with the headers below; the site’s nginx.conf and _headers files have them.',
  };
}
