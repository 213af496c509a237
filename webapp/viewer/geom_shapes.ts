// Geoms as three.js geometries.

import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  CapsuleGeometry,
  CylinderGeometry,
  SphereGeometry,
} from 'three';
import type { SceneGeom, SceneMesh } from '../../workers/ranks/protocol';

/** How round a shape is drawn: corners around an axis, and along half a meridian of a capsule's cap or a ball. */
export interface Roundness {
  around: number;
  along: number;
}

/** MuJoCo's sizes are half-sizes; its capsules and cylinders lie along z, three.js's along y. */
export function createGeometry(
  geom: SceneGeom,
  meshes: readonly SceneMesh[],
  { around, along }: Roundness,
): BufferGeometry {
  const [a, b, c] = geom.size;
  switch (geom.type) {
    case 'sphere':
      return new SphereGeometry(a, around, 2 * along);
    case 'ellipsoid':
      return new SphereGeometry(1, around, 2 * along).scale(a, b, c);
    case 'capsule':
      return new CapsuleGeometry(a, 2 * b, along, around).rotateX(Math.PI / 2);
    case 'cylinder':
      return new CylinderGeometry(a, a, 2 * b, around).rotateX(Math.PI / 2);
    case 'box':
      return new BoxGeometry(2 * a, 2 * b, 2 * c);
    case 'mesh':
    case 'hfield':
      return meshGeometry(meshes[geom.mesh]);
    case 'plane':
      throw new Error('planes are drawn by ground.ts');
  }
}

/** Vertices are not shared between faces, so that the computed normals keep the model's edges sharp. */
function meshGeometry(mesh: SceneMesh | undefined): BufferGeometry {
  const indexed = new BufferGeometry();
  if (!mesh) return indexed;
  indexed.setAttribute('position', new BufferAttribute(mesh.vertices, 3));
  indexed.setIndex(new BufferAttribute(mesh.faces, 1));
  const flat = indexed.toNonIndexed();
  flat.computeVertexNormals();
  return flat;
}
