// How long a force is drawn, and how strongly a hand pulls.

import type { Triple } from '../../workers/physics/pull';

const GRAVITY = 9.81;
/** Radii of the robot: the length of a force that carries its weight, and that of the longest arrow. */
const WEIGHT_LENGTH = 0.8;
const LONGEST = 1.6;

/** Factor from newtons to metres for a force of that size, on a robot of a mass (kg) and a radius (m). */
export function metresPerNewton(newtons: number, mass: number, radius: number): number {
  if (!(newtons > 0 && mass > 0)) return 0;
  return Math.min((WEIGHT_LENGTH * radius) / (mass * GRAVITY), (LONGEST * radius) / newtons);
}

/** N/m for each kg of effective mass: MuJoCo's own viewer's (`visual/map/stiffness`). */
export const STIFFNESS = 100;
/** Greatest acceleration of the body by itself, m/s². */
const MOST_ACCELERATION = 100;

/** Force in N of a spring from a point of a body to a hand; `mass`: the body's effective one, kg. */
export function springForce(from: Triple, hand: Triple, mass: number): Triple {
  const stretch = hand.map((x, i) => x - from[i]!) as Triple;
  const length = Math.hypot(...stretch);
  const stiffness = mass * Math.min(STIFFNESS, MOST_ACCELERATION / (length || 1));
  return stretch.map((x) => stiffness * x) as Triple;
}
