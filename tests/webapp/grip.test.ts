import { Mesh, MeshBasicMaterial, PerspectiveCamera, SphereGeometry, Vector3 } from 'three';
import { beforeEach, describe, expect, it } from 'vitest';
import { gripped, handAt, takeHold } from '../../webapp/viewer/grip';
import type { RobotMeshes } from '../../webapp/viewer/robot_meshes';
import type { SceneDescription } from '../../workers/ranks/protocol';

let camera: PerspectiveCamera;
beforeEach(() => {
  // At (0, -10, 0), looking along +y: the picture's half height at the origin is 10 metres.
  camera = new PerspectiveCamera(90, 2, 0.1, 100);
  camera.up.set(0, 0, 1);
  camera.position.set(0, -10, 0);
  camera.lookAt(0, 0, 0);
  camera.updateMatrixWorld();
});

it('finds the hand in the plane through what is held that is parallel to the screen', () => {
  const hand = handAt(camera, new Vector3(1, 0, 2), { x: 0.25, y: 0.5 })!;
  expect(hand.toArray()).toEqual([expect.closeTo(5), expect.closeTo(0), expect.closeTo(5)]);
  // Nearer by half, everything is half as far apart.
  const nearer = handAt(camera, new Vector3(1, -5, 2), { x: 0.25, y: 0.5 })!;
  expect(nearer.toArray()).toEqual([expect.closeTo(2.5), expect.closeTo(-5), expect.closeTo(2.5)]);
  expect(handAt(camera, new Vector3(0, -20, 0), { x: 0, y: 0 })).toBe(null);
});

it('carries a point of a geom along with the pose of the geom', () => {
  const poses = new Float32Array(24);
  // The second geom at (1, 2, 3), turned by 90 degrees around z.
  poses.set([1, 2, 3, 0, -1, 0, 1, 0, 0, 0, 0, 1], 12);
  const point = gripped(poses, { geom: 1, point: [0.5, 0.25, 0.125] });
  expect(point.toArray()).toEqual([0.75, 2.5, 3.125]);
});

describe('takeHold', () => {
  const scene = { geoms: [{ effectiveMass: 0 }, { effectiveMass: 3 }] } as SceneDescription;
  /** A pillar that stands still before a ball that moves. */
  function meshes(): RobotMeshes {
    const balls = [-5, 0].map((y) => {
      const mesh = new Mesh(new SphereGeometry(1, 32, 16), new MeshBasicMaterial());
      mesh.position.set(0, y, 0);
      mesh.updateMatrixWorld();
      return mesh;
    });
    return {
      hit: (ray, wanted) => {
        const [first] = ray.intersectObjects(balls.filter((_, geom) => wanted(geom)));
        if (!first) return null;
        const geom = balls.indexOf(first.object as Mesh);
        return { geom, point: first.object.worldToLocal(first.point).toArray() };
      },
    } as RobotMeshes;
  }
  const pixel = { x: 0.002, y: 0.004 };

  it('takes what moves, through what does not', () => {
    const hold = takeHold(scene, meshes(), camera, { x: 0, y: 0 }, pixel)!;
    expect(hold.geom).toBe(1);
    expect(hold.point[1]).toBeCloseTo(-1, 1);
  });

  it('reaches as far as a finger is wide', () => {
    // The ball's edge is a tenth of the picture's half height, 25 pixels, from its middle.
    expect(takeHold(scene, meshes(), camera, { x: 0, y: 35 * pixel.y }, pixel)?.geom).toBe(1);
    expect(takeHold(scene, meshes(), camera, { x: 0, y: 45 * pixel.y }, pixel)).toBe(null);
  });
});
