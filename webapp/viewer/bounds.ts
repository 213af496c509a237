// How large the robot is, from its geoms: the model's own extent also counts the floor.

import type { SceneDescription, SceneGeom, SceneMesh } from '../../workers/ranks/protocol';

export interface Bounds {
  /** Middle of the robot at rest, metres. */
  center: [number, number, number];
  /** Radius of a ball around `center` that holds the robot, metres. */
  radius: number;
  /** Height of the robot's lowest point at rest, metres. */
  bottom: number;
}

/** The ground is no part of the robot. */
export function isGround(geom: SceneGeom): boolean {
  return geom.type === 'plane' || geom.type === 'hfield';
}

/** Collision shapes are in groups above 2 and not drawn, as in MuJoCo's own viewer. */
export function isVisible(geom: SceneGeom): boolean {
  return geom.group <= 2 && geom.rgba[3] > 0;
}

export function robotBounds(scene: SceneDescription): Bounds {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  scene.geoms.forEach((geom, index) => {
    if (!isVisible(geom) || isGround(geom)) return;
    const half = halfSizes(geom, scene.meshes);
    const at = index * 12;
    for (let axis = 0; axis < 3; axis++) {
      const middle = scene.poses[at + axis]!;
      const row = at + 3 + 3 * axis;
      const reach =
        Math.abs(scene.poses[row]!) * half[0] +
        Math.abs(scene.poses[row + 1]!) * half[1] +
        Math.abs(scene.poses[row + 2]!) * half[2];
      low[axis] = Math.min(low[axis]!, middle - reach);
      high[axis] = Math.max(high[axis]!, middle + reach);
    }
  });
  if (low[0] === Infinity)
    return { center: scene.center, radius: scene.extent, bottom: scene.center[2] };
  const center = low.map((value, axis) => (value + high[axis]!) / 2) as [number, number, number];
  return {
    center,
    radius: Math.hypot(...low.map((value, axis) => (high[axis]! - value) / 2)),
    bottom: low[2]!,
  };
}

/** Half the edges of the geom's box in its own frame. */
function halfSizes(geom: SceneGeom, meshes: SceneMesh[]): [number, number, number] {
  const [a, b, c] = geom.size;
  switch (geom.type) {
    case 'sphere':
      return [a, a, a];
    case 'capsule':
      return [a, a, b + a];
    case 'cylinder':
      return [a, a, b];
    case 'ellipsoid':
    case 'box':
      return [a, b, c];
    case 'mesh':
      return meshHalfSizes(meshes[geom.mesh]);
    case 'plane':
    case 'hfield':
      return [0, 0, 0];
  }
}

function meshHalfSizes(mesh: SceneMesh | undefined): [number, number, number] {
  const half: [number, number, number] = [0, 0, 0];
  mesh?.vertices.forEach((value, index) => {
    half[index % 3] = Math.max(half[index % 3]!, Math.abs(value));
  });
  return half;
}
