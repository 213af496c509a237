// A hand on the drawn robot: which geom it takes hold of, and where it is in the world then.

import { type Camera, Plane, Raycaster, Vector2, Vector3 } from 'three';
import type { Triple } from '../../workers/physics/pull';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { Arrows } from './arrows';
import type { Bounds } from './bounds';
import type { RobotMeshes } from './robot_meshes';
import type { CanvasPoint, Grip, GripPoint, GripReach, ViewTheme } from './viewer_protocol';

/** A finger hits limbs that are this near, in CSS pixels, tried in so many directions. */
const FINGER = { pixels: 12, directions: 8 };
/** Of the arrow, in radii of the robot. */
const WIDTH = 0.014;

/** The foremost geom that can be moved at a point of the canvas, or near it. `pixel`: of the canvas, in its coordinates. */
export function takeHold(
  scene: SceneDescription,
  meshes: RobotMeshes,
  camera: Camera,
  point: CanvasPoint,
  pixel: CanvasPoint,
): GripPoint | null {
  const ray = new Raycaster();
  const around = Array.from({ length: FINGER.directions }, (_, i) => {
    const angle = (2 * Math.PI * i) / FINGER.directions;
    return [FINGER.pixels * Math.cos(angle), FINGER.pixels * Math.sin(angle)] as const;
  });
  for (const [dx, dy] of [[0, 0] as const, ...around]) {
    ray.setFromCamera(new Vector2(point.x + dx * pixel.x, point.y + dy * pixel.y), camera);
    const hit = meshes.hit(ray, (geom) => scene.geoms[geom]!.effectiveMass > 0);
    if (hit) return hit;
  }
  return null;
}

/** Where the hand is: in the plane through `from` that is parallel to the screen. Null where it cannot be seen. */
export function handAt(camera: Camera, from: Vector3, { x, y }: CanvasPoint): Vector3 | null {
  const towards = camera.getWorldDirection(new Vector3());
  const plane = new Plane().setFromNormalAndCoplanarPoint(towards, from);
  const ray = new Raycaster();
  ray.setFromCamera(new Vector2(x, y), camera);
  return ray.ray.intersectPlane(plane, new Vector3());
}

/** The point of a geom in the world. `poses`: [G, 12] */
export function gripped(poses: Float32Array, { geom, point }: GripPoint): Vector3 {
  const p = poses.subarray(12 * geom, 12 * geom + 12);
  const [x, y, z] = point;
  const along = (i: number) => p[i]! + p[3 + 3 * i]! * x + p[4 + 3 * i]! * y + p[5 + 3 * i]! * z;
  return new Vector3(along(0), along(1), along(2));
}

/** The arrow from the robot to the hand. */
export class GripDrawing {
  readonly #arrow: Arrows;

  constructor({ radius }: Bounds) {
    this.#arrow = new Arrows(1, WIDTH * radius);
  }

  get group() {
    return this.#arrow.group;
  }

  setTheme({ overlays }: ViewTheme): void {
    this.#arrow.colour = overlays.pull;
  }

  apply(poses: Float32Array, grip: Grip | null, camera: Camera): GripReach | null {
    this.#arrow.clear();
    if (!grip) return null;
    const from = gripped(poses, grip);
    const hand = handAt(camera, from, grip.hand);
    if (!hand) return null;
    const [start, end] = [from.toArray() as Triple, hand.toArray() as Triple];
    this.#arrow.add(start, hand.sub(from).toArray());
    return { from: start, to: end };
  }

  dispose(): void {
    this.#arrow.dispose();
  }
}
