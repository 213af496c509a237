// A hand that pulls at a model as MuJoCo's own viewer does: a critically damped spring on a point of a body.

import type { MjData, MjModel } from '@mujoco/mujoco';
import type { SpringPull } from '../editors/scene_protocol';
import { bodyPoint, type Triple } from './pull';

/** A body's end may be so many times easier to move than its effective mass says: damping is not to outrun a step there. */
const LIGHTEST = 12;

export class Spring {
  readonly #body: number;
  /** In the body's frame. */
  readonly #point: Triple;
  readonly #mass: number;
  #hand: Triple;
  readonly #damping: number;
  /** Where the point was before the last step; null: not known. */
  #before: Triple | null = null;

  constructor(
    private readonly model: MjModel,
    pull: SpringPull,
  ) {
    this.#body = Number(model.geom_bodyid[pull.geom]);
    this.#point = bodyPoint(model, pull.geom, pull.point);
    const inverse = Number(model.body_invweight0[2 * this.#body]);
    this.#mass = inverse > 0 ? 1 / inverse : 0;
    this.#hand = pull.hand;
    const critical = 2 * Math.sqrt(model.vis.map.stiffness);
    this.#damping = Math.min(critical, 1 / (LIGHTEST * model.opt.timestep));
  }

  moveTo(hand: Triple): void {
    this.#hand = hand;
  }

  /** To be called before each step. */
  apply(data: MjData): void {
    const body = this.#body;
    const [centre, origin] = [data.xipos as Float64Array, data.xpos as Float64Array];
    const rotation = data.xmat as Float64Array;
    const { stiffness } = this.model.vis.map;
    const { timestep } = this.model.opt;
    const at = range3((i) => {
      const row = 9 * body + 3 * i;
      return this.#point.reduce((sum, x, j) => sum + rotation[row + j]! * x, origin[3 * body + i]!);
    });
    const velocity = range3((i) => (this.#before ? (at[i]! - this.#before[i]!) / timestep : 0));
    const force = range3(
      (i) => this.#mass * (stiffness * (this.#hand[i]! - at[i]!) - this.#damping * velocity[i]!),
    );
    const arm = range3((i) => at[i]! - centre[3 * body + i]!);
    const torque = range3((i) => {
      const [j, k] = [(i + 1) % 3, (i + 2) % 3];
      return arm[j]! * force[k]! - arm[k]! * force[j]!;
    });
    (data.xfrc_applied as Float64Array).set([...force, ...torque], 6 * body);
    this.#before = at;
  }

  release(data: MjData): void {
    (data.xfrc_applied as Float64Array).fill(0, 6 * this.#body, 6 * this.#body + 6);
  }
}

function range3(value: (i: number) => number): Triple {
  return [value(0), value(1), value(2)];
}
