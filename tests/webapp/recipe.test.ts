import { expect, it } from 'vitest';
import { type Recipe, readRecipe, recipeAddress, requestOf } from '../../webapp/share/recipe';

const SITE = new URL('https://websim.example/site/');
const PLAIN: Recipe = {
  task: 'Hopper-v5',
  options: {},
  settings: { algorithm: 'ppo', num_envs: 16, total_steps: 1000 },
  seed: 3,
};
const OWN: Recipe = {
  task: 'OwnModel',
  options: { model: { xml: '<mujoco/>', files: {} }, frame_skip: 2 },
  settings: { ...PLAIN.settings, gamma: 0.9, hidden: [32, 32] },
  seed: 3,
  reward: 'def reward(signals, actions, unhealthy): ...',
};

it('is a plain address where the form holds all of it', () => {
  expect(recipeAddress(PLAIN, SITE)).toBe(
    'https://websim.example/site/?env=Hopper-v5&algorithm=ppo&num_envs=16&total_steps=1000&seed=3',
  );
});

it('brings what the form does not hold in the fragment, which no server gets', () => {
  for (const more of [
    { settings: { ...PLAIN.settings, gamma: 0.9 } },
    { options: { frame_skip: 2 } },
    { reward: OWN.reward! },
    OWN,
  ]) {
    const recipe = { ...PLAIN, ...more };
    const address = new URL(recipeAddress(recipe, SITE)!);
    expect(readRecipe(address.hash)).toEqual(recipe);
    expect(address.search).not.toContain('reward');
  }
});

it('is refused where an address cannot hold it', () => {
  const noise = Array.from({ length: 60_000 }, (_, i) =>
    String.fromCharCode(33 + ((i * i * 7919) % 90)),
  );
  const xml = noise.map((letter, i) => letter + Math.sin(i)).join('');
  expect(recipeAddress({ ...OWN, options: { model: { xml } } }, SITE)).toBeNull();
});

it('reads nothing from other fragments, and says what is wrong with a damaged one', () => {
  const { hash } = new URL(recipeAddress(OWN, SITE)!);
  expect(readRecipe('')).toBeNull();
  expect(readRecipe('#other')).toBeNull();
  expect(() => readRecipe(hash.slice(0, -4))).toThrow(/^The recipe cannot be read: its checksum/);
  expect(() => readRecipe('#recipe=<b>')).toThrow(/letters, digits/);
  const wrong = { ...OWN, seed: -1 };
  expect(() => readRecipe(new URL(recipeAddress(wrong, SITE)!).hash)).toThrow(
    /seed cannot be read/,
  );
});

it('asks for a run of the task, whatever its settings are named', () => {
  const settings = { ...PLAIN.settings, env: 'Ant-v5', seed: 9, ranks: 64 };
  expect(requestOf({ ...PLAIN, settings }, 2)).toEqual({
    ...PLAIN.settings,
    env: 'Hopper-v5',
    env_options: {},
    seed: 3,
    ranks: 2,
  });
});
