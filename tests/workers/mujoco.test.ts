import { beforeAll, describe, expect, it } from 'vitest';
import type { Mujoco } from '../../workers/physics/mujoco';
import { CART_POLE, openMujoco } from './mujoco_runtime';

let mujoco: Mujoco;
beforeAll(async () => {
  mujoco = await openMujoco();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const cube = (half: number) =>
  bytes(
    [-half, half]
      .flatMap((x) => [-half, half].flatMap((y) => [-half, half].map((z) => `v ${x} ${y} ${z}`)))
      .concat(['f 1 2 3', 'f 2 4 3', 'f 5 7 6', 'f 6 7 8', 'f 1 5 2', 'f 2 5 6'])
      .concat(['f 3 4 7', 'f 4 8 7', 'f 1 3 5', 'f 3 7 5', 'f 2 6 4', 'f 4 6 8'])
      .join('\n'),
  );

describe('loadModel', () => {
  it('reads includes and meshes from memory, each under its whole name', () => {
    const xml =
      '<mujoco><compiler meshdir="m"/><include file="parts/arm.xml"/>' +
      '<asset><mesh name="a" file="x/cube.obj"/><mesh name="b" file="y/cube.obj"/></asset>' +
      '<worldbody><geom type="mesh" mesh="a"/><geom type="mesh" mesh="b"/></worldbody></mujoco>';
    const model = mujoco.loadModel(xml, {
      'parts/arm.xml': bytes('<mujoco><worldbody><geom name="arm" size="1"/></worldbody></mujoco>'),
      'm/x/cube.obj': cube(1),
      'm/y/cube.obj': cube(2),
    });
    expect(model.ngeom).toBe(3);
    const radii = Array.from(model.geom_rbound as Float64Array, (r) => r / Math.sqrt(3));
    expect(radii.sort().map((r) => Number(r.toFixed(6)))).toEqual([0.57735, 1, 2]);
    model.delete();
  });

  it.each([
    [
      '<mujoco>\n<bad/></mujoco>',
      "XML Error: Schema violation: unrecognized element; Element 'bad', line 2",
    ],
    [
      '<mujoco><size memory="513M"/></mujoco>',
      "the model's working memory takes too much memory: expected at most 537 MB, got 538 MB",
    ],
    [
      '<mujoco><include file="a.xml"/></mujoco>',
      "XML Error: Error opening file 'a.xml'; Element 'include', line 1",
    ],
  ])('refuses %s in one line, and loads the next model', (xml, message) => {
    expect(() => mujoco.loadModel(xml)).toThrow(new Error(message));
    expect(mujoco.damage).toBeNull();
    mujoco.loadModel(CART_POLE).delete();
  });

  it('knows when a model has damaged it, for then it would load empty ones', async () => {
    const other = await openMujoco();
    const message = 'MuJoCo ran out of memory or met a size that it cannot handle (vector)';
    expect(() => other.loadModel('<mujoco><size nuser_body="2000000000"/></mujoco>')).toThrow(
      new Error(message),
    );
    expect(other.damage).toBe(message);
  });

  it('gives back the memory of models that it refuses', () => {
    const refuse = () => expect(() => mujoco.loadModel('<mujoco><bad/></mujoco>')).toThrow();
    refuse();
    const before = mujoco.heap.length;
    for (let i = 0; i < 2000; i++) refuse();
    expect(mujoco.heap.length - before).toBeLessThan(8e6);
  });
});
