// Models to begin with: three that are made to be changed, and those of the built-in tasks.

import car from './models/car.xml?raw';
import gripper from './models/gripper.xml?raw';
import pendulum from './models/pendulum.xml?raw';

export const TEACHING_MODELS: Readonly<Record<string, string>> = {
  'Pendulum with a motor': pendulum,
  'Car with two driven wheels': car,
  'Gripper on a lift': gripper,
};
