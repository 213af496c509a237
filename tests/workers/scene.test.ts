import { beforeAll, describe, expect, it } from 'vitest';
import type { Mujoco } from '../../workers/mujoco';
import { describeScene } from '../../workers/scene';
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

  it('names a geom that cannot be drawn', () => {
    const field = '<hfield name="h" nrow="4" ncol="4" size="1 1 1 1"/>';
    expect(() => scene(inWorld(field, '<geom name="hill" type="hfield" hfield="h"/>'))).toThrow(
      'geom 0 "hill" is a height field, which the view cannot draw; use a plane, primitive or mesh',
    );
  });
});
