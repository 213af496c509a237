import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeRanks } from './fake_worker';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function client() {
  const { workers, clients } = fakeRanks(3);
  const [, , worker] = workers;
  const [, , rank] = clients;
  if (!worker || !rank) throw new Error('three ranks');
  return { worker, rank };
}

it('pairs answers with requests by id, in any order', async () => {
  const { worker, rank } = client();
  const first = rank.request('scene', { env: 'a', options: {} }, 1);
  const second = rank.request('check', { request: { env: 'b' } }, 1);
  const [one, two] = worker.sent;
  worker.dispatch('message', { data: { type: 'reply', id: two?.id, result: { error: 'no' } } });
  worker.dispatch('message', { data: { type: 'reply', id: one?.id, result: { geoms: [] } } });
  expect(await first).toEqual({ geoms: [] });
  expect(await second).toEqual({ error: 'no' });
  expect(rank.death).toBeNull();
});

it('rejects with what the rank says, and with its traceback as report', async () => {
  const { worker, rank } = client();
  const request = rank.request('scene', { env: 'a', options: {} }, 1);
  const error = { rank: 2, message: 'unknown task', traceback: 'File "a.py"' };
  worker.dispatch('message', { data: { type: 'error', id: worker.sent[0]?.id, error } });
  await expect(request).rejects.toMatchObject({
    name: 'WebsimError',
    message: 'unknown task',
    report: expect.stringContaining('File "a.py"'),
  });
});

it('ends a damaged worker, after telling what damaged it', async () => {
  const { worker, rank } = client();
  const request = rank.request('scene', { env: 'a', options: {} }, 1);
  const error = { rank: 2, message: 'too large', traceback: '' };
  const data = { type: 'error', id: worker.sent[0]?.id, error, damage: 'std::bad_alloc' };
  worker.dispatch('message', { data });
  await expect(request).rejects.toThrow('too large');
  await vi.advanceTimersByTimeAsync(1);
  expect(worker.terminated).toBe(true);
  expect(rank.death?.message).toMatch(/^Rank 2 was damaged: std::bad_alloc; its worker was ended/);
});

it('ends a worker that misses a deadline, and rejects all that waits for it', async () => {
  const { worker, rank } = client();
  const reasons: string[] = [];
  rank.onDeath = (reason) => reasons.push(reason.message) > 0;
  const late = rank.request('check', { request: { env: 'a', options: {} } }, 5);
  const other = rank.request('policy', {}, 60);
  const both = Promise.allSettled([late, other]);
  await vi.advanceTimersByTimeAsync(5000);
  const message =
    'Rank 2 did not answer "check" within 5 s; its worker was ended, and the next start makes a new one.';
  expect(await both).toMatchObject([{ reason: { message } }, { reason: { message } }]);
  expect(worker.terminated).toBe(true);
  expect(reasons).toEqual([message]);
  await expect(rank.request('policy', {}, 1)).rejects.toThrow(message);
});

it.each([
  ['error', { message: 'Uncaught boom' }, /Rank 2 stopped: Uncaught boom;/],
  ['error', { message: '', filename: 'rank.js' }, /its script rank.js cannot be loaded/],
  ['messageerror', {}, /Rank 2 sent what cannot be read/],
])('rejects what is pending on the event %s', async (type, event, text) => {
  const { worker, rank } = client();
  const request = rank.request('policy', {}, 60);
  worker.dispatch(type, event);
  await expect(request).rejects.toThrow(text);
});

it('tells the page of an error that nobody waits to hear of, and of no other', async () => {
  const reported: Error[] = [];
  vi.stubGlobal('reportError', (error: Error) => reported.push(error));
  const boom = { message: 'boom' };
  const [idle, asked, run, ended] = [client(), client(), client(), client()];
  idle.worker.dispatch('error', boom);
  const request = asked.rank.request('policy', {}, 60);
  asked.worker.dispatch('error', boom);
  await expect(request).rejects.toThrow('boom');
  run.rank.onDeath = () => true;
  run.worker.dispatch('error', boom);
  ended.rank.terminate('was ended');
  expect(reported).toEqual([idle.rank.death]);
  expect(reported[0]?.message).toMatch(/^Rank 2 stopped: boom;/);
});
