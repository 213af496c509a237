import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sharedRun } from '../../webapp/share/shared_run';
import type { Metrics, TrainConfig } from '../../workers/schema';

const POLICY = new Uint8Array(
  readFileSync(new URL('../data/half_cheetah.websim', import.meta.url)),
);
const METRICS = { global_step: 5, 'charts/episodic_return': 2 } as Metrics;
const TASK = JSON.stringify({
  ...{ name: 'OwnModel', xmls: ['<mujoco><body/></mujoco>'], programs: ['AAEC'], assets: {} },
  ...{ files: { 'a.obj': 'Aw==' }, per_episode: false, max_episode_steps: 9, keyframe: '' },
  ...{ choices: null, observations: [[0]], actions: [[0]] },
});

function share(env: string, env_options: object, policy = POLICY) {
  const asked: unknown[] = [];
  const config = { env, env_options, algorithm: 'ppo', seed: 1 } as unknown as TrainConfig;
  const sharing = sharedRun({ config, reward: '' }, METRICS, policy, async (...task) => {
    asked.push(task);
    return TASK;
  });
  return { asked, sharing };
}

it('a task of the site as it comes is only named', async () => {
  const { asked, sharing } = share('HalfCheetah-v5', {});
  expect((await sharing).brought).toBeUndefined();
  expect(asked).toEqual([]);
});

it.each([
  ['OwnModel', { model: { xml: '<mujoco/>', files: {} } }],
  ['Hopper-v5', { frame_skip: 8 }],
])('%s with options is brought', async (env, options) => {
  const { asked, sharing } = share(env, options);
  const { brought, options: told } = await sharing;
  expect(asked).toEqual([[env, options]]);
  expect(told).toEqual(options);
  expect(brought).toMatchObject({ bodies: 1, bytes: 24 + 3 + 1 });
  expect(brought!.task.programs).toEqual([Uint8Array.of(0, 1, 2)]);
});

it('several policies are refused before anything is asked for', async () => {
  const zip = new TextEncoder().encode('PK');
  const { asked, sharing } = share('AntSumo', { frame_skip: 3 }, zip);
  await expect(sharing).rejects.toThrow('AntSumo has several policies, and a link holds one');
  expect(asked).toEqual([]);
});
