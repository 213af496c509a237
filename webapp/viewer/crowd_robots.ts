// All robots of a run at once: one draw call, whose poses go from shared memory to a texture as they are.

import {
  DataTexture,
  DynamicDrawUsage,
  FloatType,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  type Ray,
  RGBAFormat,
  type ShaderMaterial,
  Vector3,
} from 'three';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { SharedMemory } from '../../workers/ranks/shared_memory';
import type { Bounds } from './bounds';
import { crowdGeometry } from './crowd_geometry';
import { type CrowdGrid, cellOf, crowdGrid } from './crowd_grid';
import { crowdMaterial, POSE_TEXELS, TEXTURE_WIDTH } from './crowd_material';
import { type ReturnRange, rankReturns } from './return_colours';
import type { Arrangement, Graphics } from './viewer_protocol';

/** A robot is hit by a ray that passes its middle nearer than this many of its radii. */
const HIT_RADII = 0.75;
/** Of robots on the one floor: radii around their middle that are shown, in standard deviations. */
const SHOWN_SPREAD = 2;

export class CrowdRobots {
  readonly mesh: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  readonly #scene: SceneDescription;
  readonly #bounds: Bounds;
  readonly #memory: SharedMemory;
  readonly #texture: DataTexture;
  readonly #floats: Float32Array;
  readonly #returns: Float32Array;
  readonly #levels: InstancedBufferAttribute;
  readonly #graphics: Graphics;
  #envs = 0;
  #arrangement: Arrangement = 'cells';
  #grid: CrowdGrid;

  constructor(
    scene: SceneDescription,
    bounds: Bounds,
    shared: SharedArrayBuffer,
    graphics: Graphics,
  ) {
    this.#scene = scene;
    this.#bounds = bounds;
    this.#memory = new SharedMemory(shared);
    const { crowdEnvs } = this.#memory;
    const geoms = scene.geoms.length;
    const height = Math.max(1, Math.ceil((crowdEnvs * geoms * POSE_TEXELS) / TEXTURE_WIDTH));
    this.#floats = new Float32Array(4 * TEXTURE_WIDTH * height);
    this.#texture = new DataTexture(this.#floats, TEXTURE_WIDTH, height, RGBAFormat, FloatType);
    this.#returns = new Float32Array(crowdEnvs);
    this.#levels = new InstancedBufferAttribute(new Float32Array(crowdEnvs), 1);
    this.#levels.setUsage(DynamicDrawUsage);
    this.#grid = crowdGrid(1, bounds);
    this.#graphics = graphics;
    const material = crowdMaterial(this.#texture, geoms, scene.trackedGeom);
    this.mesh = new Mesh(new InstancedBufferGeometry(), material);
    this.mesh.frustumCulled = false;
    const { uniforms } = this.mesh.material;
    uniforms.middle!.value.set(bounds.center[0], bounds.center[1]);
    const at = 12 * scene.trackedGeom;
    if (at >= 0) uniforms.rest!.value.set(scene.poses[at], scene.poses[at + 1]);
  }

  get grid(): CrowdGrid {
    return this.#grid;
  }

  /** The first `envs` environments as they are now. */
  apply(envs: number, arrangement: Arrangement): ReturnRange | null {
    const { crowdPoses, crowdReturns, crowdEnvs, poseFloats } = this.#memory;
    this.#arrangement = arrangement;
    const shownEnvs = Math.min(envs, crowdEnvs);
    if (shownEnvs !== this.#envs) this.#resize(shownEnvs);
    this.mesh.material.uniforms.inCells!.value = arrangement === 'cells';
    this.#floats.set(crowdPoses.subarray(0, this.#envs * poseFloats));
    this.#texture.needsUpdate = true;
    this.#returns.set(crowdReturns);
    const shown = this.#returns.subarray(0, this.#envs);
    this.#levels.needsUpdate = true;
    return rankReturns(shown, this.#levels.array as Float32Array);
  }

  /** Middle and radius of what is to be seen. */
  extent(middle: Vector3): number {
    const { center, radius } = this.#bounds;
    if (this.#arrangement === 'cells') {
      middle.set(0, 0, center[2]);
      return this.#grid.radius;
    }
    let [x, y, squares] = [0, 0, 0];
    const place = new Vector3();
    for (let env = 0; env < this.#envs; env++) {
      this.#middleOf(env, place);
      x += place.x / this.#envs;
      y += place.y / this.#envs;
      squares += (place.x ** 2 + place.y ** 2) / this.#envs;
    }
    middle.set(x, y, center[2]);
    const spread = Math.sqrt(Math.max(0, squares - x * x - y * y));
    return 2 * radius + SHOWN_SPREAD * spread;
  }

  /** The environment whose robot the ray hits first, or -1. */
  pick(ray: Ray): number {
    const middle = new Vector3();
    const along = new Vector3();
    let [found, nearest] = [-1, Infinity];
    for (let env = 0; env < this.#envs; env++) {
      this.#middleOf(env, middle);
      if (ray.distanceToPoint(middle) > HIT_RADII * this.#bounds.radius) continue;
      const distance = along.copy(middle).sub(ray.origin).dot(ray.direction);
      if (distance < nearest) [found, nearest] = [env, distance];
    }
    return found;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.#texture.dispose();
  }

  #resize(envs: number): void {
    this.#envs = envs;
    this.#grid = crowdGrid(envs, this.#bounds);
    this.mesh.geometry.dispose();
    this.mesh.geometry = crowdGeometry(this.#scene, envs, this.#graphics);
    this.mesh.geometry.setAttribute('level', this.#levels);
    this.mesh.geometry.instanceCount = envs;
    const { uniforms } = this.mesh.material;
    for (const name of ['columns', 'rows', 'spacing', 'room'] as const) {
      uniforms[name]!.value = this.#grid[name];
    }
  }

  /** Where the shader draws it. */
  #middleOf(env: number, middle: Vector3): void {
    const { poses, trackedGeom } = this.#scene;
    middle.set(...this.#bounds.center);
    const moved = [0, 0, 0];
    if (trackedGeom >= 0) {
      const [rest, now] = [12 * trackedGeom, env * poses.length + 12 * trackedGeom];
      for (const axis of [0, 1, 2]) {
        moved[axis] = this.#floats[now + axis]! - poses[rest + axis]!;
      }
    }
    if (this.#arrangement === 'cells') {
      const [x, y] = cellOf(env, this.#grid);
      const { room } = this.#grid;
      const held = (shift: number) => Math.min(room, Math.max(-room, shift));
      middle.set(x + held(moved[0]!), y + held(moved[1]!), middle.z + moved[2]!);
    } else middle.set(middle.x + moved[0]!, middle.y + moved[1]!, middle.z + moved[2]!);
  }
}
