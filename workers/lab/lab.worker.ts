// Entry of the worker in which a notebook's cells run.

import type { Endpoint } from '../ranks/rank';
import { bootRuntime } from '../ranks/rank_runtime';
import { LabKernel } from './lab_kernel';

// Thrown again as an error of the worker, which the page hears of; of a rejection it does not.
globalThis.addEventListener('unhandledrejection', ({ reason }) => {
  throw reason;
});

new LabKernel(globalThis as unknown as Endpoint, bootRuntime);
