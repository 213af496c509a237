// The robot's geoms as three.js meshes, posed from a [G, 12] snapshot.

import {
  Color,
  Group,
  type Material,
  Mesh,
  MeshStandardMaterial,
  type Raycaster,
  SRGBColorSpace,
} from 'three';
import type { SceneDescription, SceneGeom } from '../../workers/ranks/protocol';
import { isGround, isVisible } from './bounds';
import { createGeometry } from './geom_shapes';
import type { GripPoint } from './viewer_protocol';

const ROUNDNESS = { around: 24, along: 9 };

export class RobotMeshes {
  readonly group = new Group();
  readonly #meshes: { mesh: Mesh; geom: number }[] = [];
  readonly #materials = new Map<string, Material>();

  constructor(scene: SceneDescription) {
    scene.geoms.forEach((geom, index) => {
      if (!isVisible(geom) || geom.type === 'plane') return;
      const mesh = new Mesh(createGeometry(geom, scene.meshes, ROUNDNESS), this.#material(geom));
      mesh.name = geom.name;
      mesh.matrixAutoUpdate = false;
      // The matrix is written directly, so three.js's culling sphere would be right, but the robot fills the view anyway.
      mesh.frustumCulled = false;
      // Thin limbs shadowed by themselves show the shadow map's pixels more than their own shape.
      mesh.castShadow = !isGround(geom);
      mesh.receiveShadow = isGround(geom);
      this.group.add(mesh);
      this.#meshes.push({ mesh, geom: index });
    });
  }

  /** `poses`: [G, 12], position (3) then rotation (9, row-major). */
  apply(poses: Float32Array): void {
    for (const { mesh, geom } of this.#meshes) {
      const p = geom * 12;
      // biome-ignore format: a matrix reads best as its rows
      mesh.matrix.set(
        poses[p + 3]!, poses[p + 4]!, poses[p + 5]!, poses[p]!,
        poses[p + 6]!, poses[p + 7]!, poses[p + 8]!, poses[p + 1]!,
        poses[p + 9]!, poses[p + 10]!, poses[p + 11]!, poses[p + 2]!,
        0, 0, 0, 1,
      );
      mesh.matrixWorldNeedsUpdate = true;
    }
  }

  /** The foremost of certain geoms on the ray, and where. */
  hit(ray: Raycaster, wanted: (geom: number) => boolean): GripPoint | null {
    const meshes = this.#meshes.filter(({ geom }) => wanted(geom));
    const [first] = ray.intersectObjects(
      meshes.map(({ mesh }) => mesh),
      false,
    );
    const hit = first && meshes.find(({ mesh }) => mesh === first.object);
    if (!hit) return null;
    return { geom: hit.geom, point: hit.mesh.worldToLocal(first.point).toArray() };
  }

  dispose(): void {
    for (const { mesh } of this.#meshes) mesh.geometry.dispose();
    for (const material of this.#materials.values()) material.dispose();
  }

  #material(geom: SceneGeom): Material {
    const key = geom.rgba.join();
    let material = this.#materials.get(key);
    if (!material) {
      const [r, g, b, a] = geom.rgba;
      const color = new Color().setRGB(r, g, b, SRGBColorSpace);
      material = new MeshStandardMaterial({
        color,
        roughness: 0.5,
        metalness: 0,
        opacity: a,
        transparent: a < 1,
      });
      this.#materials.set(key, material);
    }
    return material;
  }
}
