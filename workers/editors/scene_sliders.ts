// What of a model the page's sliders move: actuators, and joints that slide or turn.

import type { MjModel } from '@mujoco/mujoco';
import type { JointSlider, Slider } from './scene_protocol';

const SLIDE = 2;
const HINGE = 3;
/** Metres and radians to each side of a joint without limits; of a control without limits. */
const FREE_SLIDE = 2;
const FREE_CONTROL = 1;

export function actuatorSliders(model: MjModel): Slider[] {
  const range = model.actuator_ctrlrange as ArrayLike<number>;
  return namesOf(model, model.name_actuatoradr, 'actuator').map((name, i) => {
    const [low, high] = limits(range, i, FREE_CONTROL);
    return { name, low, high };
  });
}

/** `addresses`: of each slider's number in qpos. */
export function jointSliders(model: MjModel): { sliders: JointSlider[]; addresses: number[] } {
  const range = model.jnt_range as ArrayLike<number>;
  const types = Array.from(model.jnt_type as ArrayLike<number>, Number);
  const sliders: JointSlider[] = [];
  const addresses: number[] = [];
  for (const [joint, name] of namesOf(model, model.name_jntadr, 'joint').entries()) {
    if (types[joint] !== SLIDE && types[joint] !== HINGE) continue;
    const turns = types[joint] === HINGE;
    const [low, high] = limits(range, joint, turns ? Math.PI : FREE_SLIDE);
    sliders.push({ name, low, high, turns });
    addresses.push(Number((model.jnt_qposadr as ArrayLike<number>)[joint]));
  }
  return { sliders, addresses };
}

/** Names by id; those without one by kind and number. */
export function namesOf(model: MjModel, addresses: ArrayLike<number>, kind: string): string[] {
  const bytes = Uint8Array.from(model.names as ArrayLike<number>);
  return Array.from(addresses, (address, i) => {
    const begin = Number(address);
    return (
      new TextDecoder().decode(bytes.subarray(begin, bytes.indexOf(0, begin))) || `${kind} ${i}`
    );
  });
}

/** Of object `i`; a range of nothing is none. */
function limits(range: ArrayLike<number>, i: number, free: number): [number, number] {
  const low = Number(range[2 * i]);
  const high = Number(range[2 * i + 1]);
  return low < high ? [low, high] : [-free, free];
}
