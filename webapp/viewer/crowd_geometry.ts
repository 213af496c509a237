// One geometry of a whole robot, to be drawn once for each environment: every vertex knows which geom it belongs to.

import {
  BufferAttribute,
  type BufferGeometry,
  Color,
  InstancedBufferGeometry,
  SRGBColorSpace,
} from 'three';
import { mergeGeometries } from 'three/examples/jsm/utils/BufferGeometryUtils.js';
import type { SceneDescription, SceneGeom } from '../../workers/ranks/protocol';
import { isGround, isVisible } from './bounds';
import { createGeometry, type Roundness } from './geom_shapes';
import { clusterMesh } from './mesh_cluster';
import type { Graphics } from './viewer_protocol';

/** Triangles of a picture. */
const TRIANGLES = { hardware: 3_000_000, software: 250_000 };
/** From fine to coarse. */
const ROUNDNESS: Roundness[] = [
  { around: 16, along: 4 },
  { around: 12, along: 3 },
  { around: 8, along: 2 },
  { around: 6, along: 2 },
  { around: 5, along: 1 },
  { around: 4, along: 1 },
];
/** Cells along a mesh's longest edge, as fine as the roundness of the same place. */
const CELLS = [24, 16, 12, 8, 5, 3];

/** The finest of a robot that can be drawn `envs` times. */
export function crowdGeometry(
  scene: SceneDescription,
  envs: number,
  graphics: Graphics,
): InstancedBufferGeometry {
  const affordable = TRIANGLES[graphics] / Math.max(1, envs);
  const last = ROUNDNESS.length - 1;
  for (let detail = 0; ; detail++) {
    const geometry = robotGeometry(scene, detail);
    if (detail === last || (geometry.index?.count ?? 0) / 3 <= affordable) return geometry;
    geometry.dispose();
  }
}

function robotGeometry(scene: SceneDescription, detail: number): InstancedBufferGeometry {
  const meshes = scene.meshes.map((mesh) => clusterMesh(mesh, CELLS[detail]!));
  const parts = scene.geoms.flatMap((geom, index) => {
    if (!isVisible(geom) || isGround(geom)) return [];
    return [withGeom(createGeometry(geom, meshes, ROUNDNESS[detail]!), geom, index)];
  });
  const robot = new InstancedBufferGeometry();
  if (parts.length === 0) return robot;
  const whole = mergeGeometries(parts);
  robot.setIndex(whole.index);
  for (const name of ['position', 'normal', 'geom', 'tint']) {
    robot.setAttribute(name, whole.getAttribute(name));
  }
  for (const part of parts) part.dispose();
  return robot;
}

function withGeom(part: BufferGeometry, geom: SceneGeom, index: number): BufferGeometry {
  const count = part.getAttribute('position').count;
  const [r, g, b] = geom.rgba;
  const tint = new Color().setRGB(r, g, b, SRGBColorSpace);
  part.deleteAttribute('uv');
  part.index ?? part.setIndex(Array.from({ length: count }, (_, i) => i));
  part.setAttribute('geom', new BufferAttribute(new Float32Array(count).fill(index), 1));
  const colours = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) tint.toArray(colours, 3 * i);
  part.setAttribute('tint', new BufferAttribute(colours, 3));
  return part;
}
