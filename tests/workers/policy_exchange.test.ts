import { expect, it } from 'vitest';
import { PolicyExchange, type RankSource } from '../../workers/ranks/policy_exchange';
import type { Metrics } from '../../workers/schema';
import { fakeRanks } from './fake_worker';

const FILE = Uint8Array.of(1, 2, 3);
const DESCRIPTION = {
  task: 'Swimmer-v5',
  options: { frame_skip: 2 },
  obs_dim: 8,
  action_dim: 2,
  discrete: false,
};

function exchange() {
  const { workers, clients } = fakeRanks(1);
  const needed: unknown[] = [];
  const source: RankSource = {
    async firstRank(...task) {
      needed.push(task);
      return clients[0]!;
    },
  };
  return { worker: workers[0]!, needed, exchange: new PolicyExchange(source) };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

async function openPolicy() {
  const page = exchange();
  const opening = page.exchange.open(FILE.buffer, 'a.zip', {
    task: 'Swimmer-v5',
    options: { frame_skip: 2 },
  });
  await turn();
  const sent = page.worker.sent[0];
  page.worker.answer({ policy: Uint8Array.of(9), description: DESCRIPTION });
  return { ...page, sent, policy: await opening };
}

it('opens a file with what its task needs', async () => {
  const { sent, needed, policy } = await openPolicy();
  expect(needed).toEqual([['Swimmer-v5', { frame_skip: 2 }]]);
  expect(sent).toMatchObject({
    type: 'open-policy',
    file: FILE,
    name: 'a.zip',
    task: 'Swimmer-v5',
    options: { frame_skip: 2 },
    normalizer: new Uint8Array(),
  });
  expect({ ...policy }).toMatchObject({ ...DESCRIPTION, file: Uint8Array.of(9) });
});

it('asks an opened policy for actions, row after row', async () => {
  const { worker, policy } = await openPolicy();
  const predicting = policy.predict(Array.from({ length: 16 }, (_, i) => i));
  await turn();
  expect(worker.sent[0]).toMatchObject({
    type: 'predict',
    policy: Uint8Array.of(9),
    observations: Float32Array.from({ length: 16 }, (_, i) => i),
  });
  worker.answer(Float32Array.of(1, 2, 3, 4));
  expect(await predicting).toEqual(Float32Array.of(1, 2, 3, 4));
});

it('refuses observations of another length before it asks', async () => {
  const { worker, policy } = await openPolicy();
  await expect(policy.predict([1, 2, 3])).rejects.toThrow(
    'predict: expected observations of 8 numbers each, got 3 numbers',
  );
  expect(worker.sent).toEqual([]);
});

it('converts policies and metrics', async () => {
  const { worker, exchange: files } = exchange();
  const onnx = files.convert(FILE, 'onnx');
  const csv = files.metricsFile([{ iteration: 1 } as Metrics], 'csv');
  await turn();
  expect(worker.sent).toMatchObject([
    { type: 'convert', policy: FILE, format: 'onnx' },
    { type: 'metrics-file', history: [{ iteration: 1 }], format: 'csv' },
  ]);
  worker.answer('iteration\n1\n');
  expect(await csv).toBe('iteration\n1\n');
  await onnx;
});

it('has a task written for the player by a rank that has what the task needs', async () => {
  const { worker, needed, exchange: files } = exchange();
  const options = { terrain: 'stairs' };
  const written = files.playableTask('AnymalCJoystick', options);
  await turn();
  expect(needed).toEqual([['AnymalCJoystick', options]]);
  expect(worker.sent).toMatchObject([{ type: 'playable-task', env: 'AnymalCJoystick', options }]);
  worker.answer('{}');
  expect(await written).toBe('{}');
});
