import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type LabPool, RewardLab } from '../../workers/editors/reward_lab';
import { type FakeWorker, fakeRanks } from './fake_worker';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const REQUEST = { env: 'Hopper-v5', options: {}, text: 'x', policy: new Uint8Array() };

/** A lab whose pool gives out fresh workers, and those that it gave. */
function lab() {
  const { workers, clients } = fakeRanks(3);
  let given = 0;
  const pool: LabPool = {
    firstRank: async () => clients[0]!,
    scratchRank: async () => {
      given++;
      return clients[given]!;
    },
    provide: async () => {},
  };
  return { lab: new RewardLab(pool, 1000, 500), workers, clients, given: () => given };
}

async function sent(worker: FakeWorker): Promise<number> {
  await vi.waitFor(() => expect(worker.sent).toHaveLength(1));
  return worker.sent.splice(0)[0]!.id;
}

function fail(worker: FakeWorker, id: number, message: string): void {
  const error = { rank: 0, message, traceback: '' };
  worker.dispatch('message', { data: { type: 'error', id, error, damage: null } });
}

it('asks rank 0 for the sheet and another worker for trials, the same one again', async () => {
  const { lab: page, workers, given } = lab();
  const sheet = page.sheet('Hopper-v5', {});
  await sent(workers[0]!).then((id) =>
    workers[0]!.dispatch('message', { data: { type: 'reply', id, result: { text: 'reward' } } }),
  );
  expect(await sheet).toEqual({ text: 'reward' });
  for (let i = 0; i < 2; i++) {
    const trial = page.try(REQUEST);
    const id = await sent(workers[1]!);
    workers[1]!.dispatch('message', { data: { type: 'reply', id, result: { steps: i } } });
    expect(await trial).toEqual({ steps: i });
  }
  expect(given()).toBe(1);
});

it('tells what Python says of a text that fails', async () => {
  const { lab: page, workers } = lab();
  const trial = page.try(REQUEST);
  fail(workers[1]!, await sent(workers[1]!), 'reward, line 3: NameError');
  await expect(trial).rejects.toThrow('reward, line 3: NameError');
});

it('interrupts a text that does not end, and tells its line', async () => {
  const { lab: page, workers, clients } = lab();
  const trial = page.try(REQUEST);
  const id = await sent(workers[1]!);
  vi.advanceTimersByTime(1000);
  expect(new Int32Array(clients[1]!.interruptBuffer!)[0]).toBe(2);
  fail(workers[1]!, id, 'reward, line 7: the trial was stopped here');
  await expect(trial).rejects.toThrow(
    'reward, line 7: the trial took longer than 1 s; look for a loop that never ends',
  );
  expect(workers[1]!.terminated).toBe(false);
});

it('ends a worker that does not let itself be interrupted, and takes another', async () => {
  const { lab: page, workers, given } = lab();
  const trial = page.try(REQUEST);
  await sent(workers[1]!);
  page.stop();
  vi.advanceTimersByTime(500);
  await expect(trial).rejects.toThrow('reward: the trial was stopped');
  expect(workers[1]!.terminated).toBe(true);
  const next = page.try(REQUEST);
  const id = await sent(workers[2]!);
  workers[2]!.dispatch('message', { data: { type: 'reply', id, result: {} } });
  await next;
  expect(given()).toBe(2);
});
