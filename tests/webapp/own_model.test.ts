import { expect, it } from 'vitest';
import { differences, type FitPool } from '../../webapp/control/model_fit';
import { OWN_MODEL, taskTitle } from '../../webapp/control/own_model';

const titled = (xml: string) => taskTitle(OWN_MODEL, { model: { xml, files: {} } });

it('names a model as its text does', () => {
  expect(titled('<mujoco model="two legs">')).toBe('two legs');
  expect(titled("<!-- mine -->\n<mujoco\n  model='hopper'/>")).toBe('hopper');
  expect(titled('<mujoco><asset><model name="x"/></asset></mujoco>')).toBe('Own model');
  expect(titled('<mujoco model=" "/>')).toBe('Own model');
  expect(taskTitle('Hopper-v5', {})).toBe('Hopper-v5');
  expect(taskTitle('Hopper-v5', { model: { xml: '', files: {} } })).toBe('Hopper-v5, edited');
});

it('names what keeps a run from going on with another model', async () => {
  const sizes: Record<string, { observations: number; actions: number; geoms: number }> = {
    rod: { observations: 4, actions: 1, geoms: 3 },
    longer: { observations: 4, actions: 1, geoms: 3 },
    jointed: { observations: 6, actions: 1, geoms: 4 },
  };
  const sized = (options: object) => sizes[(options as { name: string }).name]!;
  const pool = {
    firstRank: async () => ({
      request: async (_: string, { options }: { options: object }) => sized(options),
    }),
    scene: async (_: string, options: object) => ({ geoms: Array(sized(options).geoms) }),
  } as unknown as FitPool;
  const between = (name: string) => differences(pool, OWN_MODEL, { name: 'rod' }, { name });
  expect(await between('longer')).toEqual([]);
  expect(await between('jointed')).toEqual(['4 → 6 observations', '3 → 4 drawn parts']);
});
