// Entry of a rank's Web Worker.

import { type Endpoint, Rank } from './rank';
import { bootRuntime } from './rank_runtime';

new Rank(globalThis as unknown as Endpoint, bootRuntime);
