// Entry of a rank's Web Worker.

import { throwRejections } from '../rejections';
import { type Endpoint, Rank } from './rank';
import { bootRuntime } from './rank_runtime';

throwRejections();
new Rank(globalThis as unknown as Endpoint, bootRuntime);
