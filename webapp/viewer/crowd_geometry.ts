// One geometry of a whole robot, to be drawn once for each environment: every vertex knows which geom it belongs to.

import {
  BufferAttribute,
  type BufferGeometry,
  Color,
  InstancedBufferGeometry,
  SRGBColorSpace,
} from 'three';
import { mergeGeometries } from 'three/examples/jsm/utils/BufferGeometryUtils.js';
import type { SceneDescription, SceneGeom, SceneMesh } from '../../workers/protocol';
import { isGround, isVisible } from './bounds';
import { createGeometry } from './geom_shapes';
import { clusterMesh } from './mesh_cluster';
import type { Graphics } from './viewer_protocol';

const ROUNDNESS = {
  hardware: { around: 12, along: 3 },
  software: { around: 6, along: 2 },
};
/** Triangles of one robot's meshes together. */
const MESH_TRIANGLES = { hardware: 3000, software: 700 };
/** Cells along a mesh's longest edge, from fine to coarse. */
const CELLS = [24, 16, 12, 8, 6, 4, 3, 2];

export function crowdGeometry(
  scene: SceneDescription,
  graphics: Graphics,
): InstancedBufferGeometry {
  const shown = scene.geoms.flatMap((geom, index) =>
    isVisible(geom) && !isGround(geom) ? [{ geom, index }] : [],
  );
  const meshes = coarseMeshes(scene, shown, MESH_TRIANGLES[graphics]);
  const parts = shown.map(({ geom, index }) => {
    const part = createGeometry(geom, meshes, ROUNDNESS[graphics]);
    return withGeom(part, geom, index);
  });
  const merged = new InstancedBufferGeometry();
  if (parts.length === 0) return merged;
  const whole = mergeGeometries(parts);
  merged.setIndex(whole.index);
  for (const name of ['position', 'normal', 'geom', 'tint']) {
    merged.setAttribute(name, whole.getAttribute(name));
  }
  for (const part of parts) part.dispose();
  return merged;
}

/** The finest meshes that are affordable together. */
function coarseMeshes(
  scene: SceneDescription,
  shown: readonly { geom: SceneGeom }[],
  triangles: number,
): SceneMesh[] {
  const used = new Set(shown.map(({ geom }) => geom.mesh).filter((mesh) => mesh >= 0));
  const coarsened = (cells: number) =>
    scene.meshes.map((mesh, index) => (used.has(index) ? clusterMesh(mesh, cells) : mesh));
  const total = (meshes: SceneMesh[]) =>
    shown.reduce((sum, { geom }) => sum + (meshes[geom.mesh]?.faces.length ?? 0) / 3, 0);
  let meshes = scene.meshes;
  for (const cells of CELLS) {
    if (total(meshes) <= triangles) break;
    meshes = coarsened(cells);
  }
  return meshes;
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
