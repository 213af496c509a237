// Entry of the worker in which an edited model lives.

import { Mujoco } from './mujoco';
import type { Endpoint } from './rank';
import { SceneLab } from './scene_lab';

new SceneLab(globalThis as unknown as Endpoint, Mujoco.create);
