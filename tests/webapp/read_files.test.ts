import { expect, it } from 'vitest';
import { mainFile, readModel } from '../../webapp/scene/read_files';

it.each([
  [['robot.xml'], 'robot.xml'],
  [['robot/robot.xml', 'robot/assets/arm.obj', 'robot/assets/parts.xml'], 'robot/robot.xml'],
  [['robot/robot.xml', 'robot/scene.xml'], 'robot/scene.xml'],
  [['a.xml', 'model.xml', 'b.stl'], 'model.xml'],
])('of %j the model is %s', (paths, main) => {
  expect(mainFile(paths)).toBe(main);
});

it('says what is missing', () => {
  expect(() => mainFile(['a.obj'])).toThrow('The files have no model');
  expect(() => mainFile(['a.xml', 'b.xml'])).toThrow('several models (a.xml, b.xml)');
});

it('takes one file as its bytes', async () => {
  const source = await readModel(new Map([['a.zip', new File(['PK'], 'a.zip')]]));
  expect(source).toEqual({ file: new TextEncoder().encode('PK') });
});

it('names files by their place beside the model', async () => {
  const files = new Map([
    ['robot/scene.xml', new File(['<mujoco/>'], 'scene.xml')],
    ['robot/assets/arm.obj', new File(['v'], 'arm.obj')],
  ]);
  const source = await readModel(files);
  expect(source).toEqual({
    xml: '<mujoco/>',
    files: { 'assets/arm.obj': new TextEncoder().encode('v') },
  });
});
