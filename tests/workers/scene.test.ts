import { beforeAll, describe, expect, it } from 'vitest';
import type { Mujoco } from '../../workers/physics/mujoco';
import { describeScene } from '../../workers/physics/scene';
import { CART_POLE, openMujoco } from './mujoco_runtime';

let mujoco: Mujoco;
beforeAll(async () => {
  mujoco = await openMujoco();
});

function scene(xml: string) {
  const model = mujoco.loadModel(xml);
  try {
    return describeScene(mujoco, { models: [model], keyframe: '', controlPeriod: 0.05 });
  } finally {
    model.delete();
  }
}

const inWorld = (assets: string, geoms: string) =>
  `<mujoco><asset>${assets}</asset><worldbody>${geoms}</worldbody></mujoco>`;

describe('describeScene', () => {
  it('names geoms, follows the first body that moves, and gives poses at rest', () => {
    const { geoms, poses, trackedGeom, meshes, controlPeriod } = scene(CART_POLE);
    expect(geoms.map(({ name, type }) => [name, type])).toEqual([
      ['rail', 'capsule'],
      ['cart', 'box'],
      ['pole', 'capsule'],
    ]);
    expect(geoms[1]?.size).toEqual([0.1, 0.1, 0.1]);
    expect(trackedGeom).toBe(1);
    expect(meshes).toEqual([]);
    expect(controlPeriod).toBe(0.05);
    expect(poses.length).toBe(36);
    // The pole's middle, upright: position, then the identity.
    expect([...poses.subarray(24, 27)].map((x) => Number(x.toFixed(6)))).toEqual([0, 0, 0.3]);
    expect(Math.abs(poses[35] ?? 0)).toBeCloseTo(1);
  });

  it('prefers a visible geom to follow, and follows nothing where nothing moves', () => {
    const body = '<body><freejoint/><geom group="3" size="1"/><geom group="1" size="1"/></body>';
    expect(scene(inWorld('', `<geom type="plane" size="1 1 1"/>${body}`)).trackedGeom).toBe(2);
    expect(scene(inWorld('', '<geom size="1"/>')).trackedGeom).toBe(-1);
  });

  it("takes a material's colour unless the geom has its own", () => {
    const { geoms } = scene(
      inWorld(
        '<material name="red" rgba="1 0 0 1"/>',
        '<geom size="1"/><geom size="1" material="red"/>' +
          '<geom size="1" material="red" rgba="0 0 1 0.5"/>',
      ),
    );
    expect(geoms.map(({ rgba }) => rgba)).toEqual([
      [0.5, 0.5, 0.5, 1],
      [1, 0, 0, 1],
      [0, 0, 1, 0.5],
    ]);
  });

  it('gives meshes their own vertices and faces', () => {
    const corners = '0 0 0  1 0 0  0 1 0  0 0 1';
    const { geoms, meshes } = scene(
      inWorld(
        `<mesh name="a" vertex="${corners}"/><mesh name="b" vertex="${corners} 1 1 1"/>`,
        '<geom type="mesh" mesh="b"/><geom type="mesh" mesh="a"/>',
      ),
    );
    expect(geoms.map(({ type, mesh }) => [type, mesh])).toEqual([
      ['mesh', 1],
      ['mesh', 0],
    ]);
    expect(meshes.map(({ vertices }) => vertices.length)).toEqual([12, 15]);
    expect(meshes[0]?.faces.length).toBe(12);
    expect(Math.max(...(meshes[1]?.faces ?? []))).toBe(4);
  });

  it('draws a height field as a mesh, after the meshes of its model', () => {
    const assets =
      '<mesh name="m" vertex="0 0 0  1 0 0  0 1 0  0 0 1"/>' +
      '<hfield name="h" nrow="2" ncol="3" size="3 1 0.5 0.1" elevation="0 0 0  0 0 1"/>';
    const { geoms, meshes } = scene(
      inWorld(assets, '<geom type="mesh" mesh="m"/><geom name="hill" type="hfield" hfield="h"/>'),
    );
    expect(geoms[1]).toMatchObject({ type: 'hfield', mesh: 1, name: 'hill' });
    const [, field] = meshes;
    const points = Array.from({ length: 6 }, (_, i) => field?.vertices.slice(3 * i, 3 * i + 3));
    // Columns along x and, in MJCF, rows from +y to -y; heights of at most half a metre.
    expect(points.map((point) => Array.from(point ?? []))).toEqual([
      [-3, -1, 0],
      [0, -1, 0],
      [3, -1, 0.5],
      [-3, 1, 0],
      [0, 1, 0],
      [3, 1, 0],
    ]);
    // Four triangles on top, and walls from the six points of the rim down to the base.
    expect(field?.faces.length).toBe(3 * (4 + 12));
    expect(field?.vertices.at(-1)).toBeCloseTo(-0.1);
    const [a, b, c] = Array.from(field?.faces.slice(0, 3) ?? [], (i) => points[i] ?? []);
    const up = (b![0]! - a![0]!) * (c![1]! - a![1]!) - (b![1]! - a![1]!) * (c![0]! - a![0]!);
    expect(up).toBeGreaterThan(0);
  });

  it('thins out a height field that no view could show, from its rim to its rim', () => {
    const field = '<hfield name="h" nrow="1000" ncol="2" size="1 2 1 1"/>';
    const { meshes } = scene(inWorld(field, '<geom type="hfield" hfield="h"/>'));
    const ys = meshes[0]?.vertices.filter((_, i) => i % 3 === 1) ?? [];
    expect(meshes[0]?.vertices.length).toBe(3 * (2 * 256 + 2 * 256));
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([-2, 2]);
  });
});
