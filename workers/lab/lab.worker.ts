// Entry of the worker in which a notebook's cells run.

import type { Endpoint } from '../ranks/rank';
import { bootRuntime } from '../ranks/rank_runtime';
import { throwRejections } from '../rejections';
import { LabKernel } from './lab_kernel';

throwRejections();
new LabKernel(globalThis as unknown as Endpoint, bootRuntime);
