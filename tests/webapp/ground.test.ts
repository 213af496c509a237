import { describe, expect, it } from 'vitest';
import type { Bounds } from '../../webapp/viewer/bounds';
import { Ground } from '../../webapp/viewer/ground';
import type { SceneDescription, SceneGeom } from '../../workers/ranks/protocol';

const geom = (type: SceneGeom['type']): SceneGeom => ({
  type,
  size: [1, 1, 1],
  rgba: [1, 1, 1, 1],
  mesh: -1,
  group: 0,
  name: '',
});
const UPRIGHT = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const at = (height: number) => [0, 0, height, ...UPRIGHT];
const ELSEWHERE = new Array(12).fill(0);
const bounds = { radius: 1, bottom: 0, center: [0, 0, 0] } as unknown as Bounds;

function ground(types: SceneGeom['type'][], poses: number[][]): Ground {
  const scene = { geoms: types.map(geom), poses: Float32Array.from(poses.flat()) };
  return new Ground(scene as unknown as SceneDescription, bounds);
}

describe('Ground', () => {
  it('is the plane of the world that the environment is in', () => {
    const floor = ground(['plane', 'plane'], [at(0), ELSEWHERE]);
    expect(floor.group.matrix.elements[14]).toBe(0);
    floor.apply(Float32Array.from([ELSEWHERE, at(0.5)].flat()));
    expect(floor.group.visible).toBe(true);
    expect(floor.group.matrix.elements[14]).toBe(0.5);
  });

  it('is hidden in a world of hills, and back in a flat one', () => {
    const floor = ground(['plane', 'hfield'], [at(0), ELSEWHERE]);
    expect(floor.group.visible).toBe(true);
    floor.apply(Float32Array.from([ELSEWHERE, at(0)].flat()));
    expect(floor.group.visible).toBe(false);
    floor.apply(Float32Array.from([at(0), ELSEWHERE].flat()));
    expect(floor.group.visible).toBe(true);
  });

  it('is only drawn for depth where the model has none', () => {
    const floor = ground(['box'], [at(1)]);
    floor.apply(Float32Array.from(at(2)));
    expect(floor.group.visible).toBe(true);
  });
});
