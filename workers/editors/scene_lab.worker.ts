// Entry of the worker in which an edited model lives.

import { Mujoco } from '../physics/mujoco';
import type { Endpoint } from '../ranks/rank';
import { SceneLab } from './scene_lab';

new SceneLab(globalThis as unknown as Endpoint, Mujoco.create);
