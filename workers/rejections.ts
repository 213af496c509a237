// The last to hear of a rejection in a worker.

/**
 * Throws rejections that nothing handles again, as errors of the worker: of those the page hears, of rejections it does
 * not. For the entries of workers.
 */
export function throwRejections(): void {
  globalThis.addEventListener('unhandledrejection', ({ reason }) => {
    throw reason;
  });
}
