import { expect, it } from 'vitest';
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
