import { describe, expect, it } from 'vitest';
import { sceneLayout } from '../../workers/physics/scene_layout';

/** Bodies: 0 the world, 1 a welded one, 2 a moving one. */
const world = (...geom_bodyid: number[]) => ({
  ngeom: geom_bodyid.length,
  geom_bodyid,
  body_weldid: [0, 0, 2],
});

describe('sceneLayout', () => {
  it('leaves the geoms of a single world where they are', () => {
    expect(sceneLayout([world(0, 2, 1)])).toEqual({ geoms: 3, places: [[0, 1, 2]] });
  });

  it('shares the moving geoms of several worlds, and keeps the static ones apart', () => {
    const { geoms, places } = sceneLayout([world(0, 1, 2, 2), world(0, 0, 0, 2, 2)]);
    expect(geoms).toBe(2 + 2 + 3);
    expect(places).toEqual([
      [2, 3, 0, 1],
      [4, 5, 6, 0, 1],
    ]);
  });

  it('refuses worlds whose robots differ', () => {
    expect(() => sceneLayout([world(0, 2), world(0, 2, 2)])).toThrow(
      /same geoms on bodies that move/,
    );
  });
});
