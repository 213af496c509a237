import { describe, expect, it } from 'vitest';
import type { Bounds } from '../../webapp/viewer/bounds';
import { crowdGeometry } from '../../webapp/viewer/crowd_geometry';
import { cellOf, crowdGrid } from '../../webapp/viewer/crowd_grid';
import { clusterMesh } from '../../webapp/viewer/mesh_cluster';
import { rankReturns } from '../../webapp/viewer/return_colours';
import type { SceneDescription, SceneGeom } from '../../workers/ranks/protocol';

const bounds = { radius: 1, bottom: 0, center: [0, 0, 0] } as Bounds;

describe('crowdGrid', () => {
  it.each([1, 2, 7, 64, 1024])('has a cell of its own for each of %d robots', (envs) => {
    const grid = crowdGrid(envs, bounds);
    const cells = Array.from({ length: envs }, (_, env) => cellOf(env, grid));
    expect(new Set(cells.map(String)).size).toBe(envs);
    expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(envs);
    expect(grid.columns * (grid.rows - 1)).toBeLessThan(envs);
    // Neighbours that went towards each other do not touch.
    expect(grid.spacing).toBeGreaterThan(2 * grid.room);
    for (const [x, y] of cells) {
      expect(Math.abs(x)).toBeLessThanOrEqual(grid.radius);
      expect(Math.abs(y)).toBeLessThanOrEqual(grid.radius);
    }
  });
});

describe('rankReturns', () => {
  it('places returns between the lowest and the highest but for a few odd ones', () => {
    const returns = Float32Array.from({ length: 101 }, (_, i) => i);
    returns[100] = 1e6;
    const levels = new Float32Array(101);
    expect(rankReturns(returns, levels)).toEqual({ low: 5, high: 95 });
    expect(levels[0]).toBe(0);
    expect(levels[50]).toBeCloseTo(0.5);
    expect(levels[100]).toBe(1);
  });

  it('marks those that are not known, and says when none is', () => {
    const levels = new Float32Array(3);
    expect(rankReturns(Float32Array.of(Number.NaN, 4, 2), levels)).toEqual({ low: 2, high: 4 });
    expect([...levels]).toEqual([-1, 1, 0]);
    expect(rankReturns(new Float32Array(3).fill(Number.NaN), levels)).toBeNull();
    expect([...levels]).toEqual([-1, -1, -1]);
  });

  it('has one level for returns that are all alike', () => {
    const levels = new Float32Array(2);
    expect(rankReturns(Float32Array.of(3, 3), levels)).toEqual({ low: 3, high: 3 });
    expect([...levels]).toEqual([0, 0]);
  });
});

/** A flat square of n x n cells, two faces each. */
function square(n: number) {
  const vertices: number[] = [];
  for (let i = 0; i <= n; i++) for (let j = 0; j <= n; j++) vertices.push(i / n, j / n, 0);
  const faces: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const a = i * (n + 1) + j;
      faces.push(a, a + n + 1, a + 1, a + 1, a + n + 1, a + n + 2);
    }
  }
  return { vertices: Float32Array.from(vertices), faces: Uint32Array.from(faces) };
}

describe('clusterMesh', () => {
  it('keeps the shape with far fewer faces', () => {
    const fine = square(60);
    const coarse = clusterMesh(fine, 6);
    expect(coarse.faces.length).toBeLessThan(fine.faces.length / 20);
    expect(coarse.faces.length).toBeGreaterThan(0);
    expect(Math.max(...coarse.faces)).toBeLessThan(coarse.vertices.length / 3);
    const xs = coarse.vertices.filter((_, i) => i % 3 === 0);
    expect(Math.min(...xs)).toBeLessThan(0.1);
    expect(Math.max(...xs)).toBeGreaterThan(0.9);
  });
});

describe('crowdGeometry', () => {
  const geom = (type: SceneGeom['type'], group = 0): SceneGeom => ({
    type,
    size: [0.1, 0.2, 0.3],
    rgba: [1, 0, 0, 1],
    mesh: type === 'mesh' ? 0 : -1,
    group,
    name: '',
  });
  const scene = {
    geoms: [geom('plane'), geom('capsule'), geom('box', 3), geom('mesh'), geom('sphere')],
    meshes: [square(50)],
  } as unknown as SceneDescription;
  const triangles = (envs: number, graphics: 'hardware' | 'software') =>
    (crowdGeometry(scene, envs, graphics).index?.count ?? 0) / 3;

  it('has every geom that is drawn, and no other', () => {
    const geometry = crowdGeometry(scene, 10, 'hardware');
    expect(new Set(geometry.getAttribute('geom').array)).toEqual(new Set([1, 3, 4]));
  });

  it('is coarser the more robots there are, and without a graphics processor', () => {
    expect(triangles(1024, 'software')).toBeLessThan(triangles(8, 'software'));
    expect(1024 * triangles(1024, 'software')).toBeLessThanOrEqual(250_000);
    expect(triangles(1024, 'software')).toBeLessThan(triangles(1024, 'hardware'));
  });
});
