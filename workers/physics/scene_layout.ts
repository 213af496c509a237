// Where geoms are in a frame of poses. Variants of a task's world share the geoms that move and have static ones of their
// own: a frame has the moving ones first, then the static ones of each world, of which those of the other worlds are
// left out of the drawing by a pose of zeros.

import type { MjModel } from '@mujoco/mujoco';

/** The fields of mjModel that say which geoms move. */
type Bodies = Pick<MjModel, 'ngeom' | 'geom_bodyid' | 'body_weldid'>;

export interface SceneLayout {
  /** Geoms of a frame. */
  readonly geoms: number;
  /** For each world: the place in a frame of each of its geoms. */
  readonly places: readonly (readonly number[])[];
}

export function isStatic(model: Bodies, geom: number): boolean {
  return Number(model.body_weldid[Number(model.geom_bodyid[geom])]) === 0;
}

export function sceneLayout(worlds: readonly Bodies[]): SceneLayout {
  const [first] = worlds;
  if (!first || worlds.length === 1) {
    const geoms = first?.ngeom ?? 0;
    return { geoms, places: [Array.from({ length: geoms }, (_, geom) => geom)] };
  }
  const moving = countMoving(first);
  let statics = moving;
  const places = worlds.map((world) => {
    if (countMoving(world) !== moving) {
      throw new Error('variants of a world have the same geoms on bodies that move');
    }
    let nextMoving = 0;
    return Array.from({ length: world.ngeom }, (_, geom) =>
      isStatic(world, geom) ? statics++ : nextMoving++,
    );
  });
  return { geoms: statics, places };
}

function countMoving(model: Bodies): number {
  let moving = 0;
  for (let geom = 0; geom < model.ngeom; geom++) if (!isStatic(model, geom)) moving++;
  return moving;
}
