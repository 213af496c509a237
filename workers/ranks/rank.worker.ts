// Entry of a rank's Web Worker.

import { type Endpoint, Rank } from './rank';
import { bootRuntime } from './rank_runtime';

// Thrown again as an error of the worker, which the page hears of; of a rejection it does not.
globalThis.addEventListener('unhandledrejection', ({ reason }) => {
  throw reason;
});

new Rank(globalThis as unknown as Endpoint, bootRuntime);
