// Entry of the worker in which an edited model lives.

import { Mujoco } from '../physics/mujoco';
import type { Endpoint } from '../ranks/rank';
import { throwRejections } from '../rejections';
import { SceneLab } from './scene_lab';

throwRejections();
new SceneLab(globalThis as unknown as Endpoint, Mujoco.create);
