// A hand on a robot: a force at a point of one of its geoms.

import type { MjModel } from '@mujoco/mujoco';
import { Control, type SharedMemory } from '../ranks/shared_memory';

export type Triple = [number, number, number];

export interface Pull {
  /** Place in a frame of poses. */
  geom: number;
  /** In the geom's frame, metres. */
  point: Triple;
  /** In the world's frame, newtons. */
  force: Triple;
}

/** The rank's side of shared memory. Numbers that are read while they are written differ by one picture's change. */
export class HandReader {
  constructor(private readonly shared: SharedMemory) {}

  /** Global index of the environment whose robot is pulled at; -1: none. */
  get env(): number {
    return Atomics.load(this.shared.control, Control.HAND) - 1;
  }

  get pull(): Pull {
    const [geom, x, y, z, fx, fy, fz] = this.shared.hand as unknown as number[];
    return { geom: geom!, point: [x!, y!, z!], force: [fx!, fy!, fz!] };
  }
}

type Geoms = Pick<MjModel, 'geom_pos' | 'geom_quat'>;

/** A point of a geom in the frame of its body. */
export function bodyPoint(model: Geoms, geom: number, [x, y, z]: Triple): Triple {
  const [a, b, c, d] = model.geom_quat.subarray(4 * geom, 4 * geom + 4) as ArrayLike<number> &
    Iterable<number>;
  const [px, py, pz] = model.geom_pos.subarray(3 * geom, 3 * geom + 3) as Iterable<number>;
  // v + 2 q x (q x v + a v), q the quaternion's vector.
  const [ux, uy, uz] = [
    c! * z - d! * y + a! * x,
    d! * x - b! * z + a! * y,
    b! * y - c! * x + a! * z,
  ];
  return [
    px! + x + 2 * (c! * uz - d! * uy),
    py! + y + 2 * (d! * ux - b! * uz),
    pz! + z + 2 * (b! * uy - c! * ux),
  ];
}
