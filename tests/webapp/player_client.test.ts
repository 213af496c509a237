import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PlayerClient } from '../../webapp/player/player_client';
import type { FromPlayer, PlayedAgent } from '../../webapp/player/player_protocol';
import { FakeWorker } from '../workers/fake_worker';

const SECOND = 1000;
const workers: FakeWorker[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  workers.length = 0;
  vi.stubGlobal(
    'Worker',
    class extends FakeWorker {
      constructor() {
        super();
        workers.push(this);
      }
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function opened() {
  const failures: string[] = [];
  const agent = { task: 'Hopper-v5', seed: 0 } as unknown as PlayedAgent;
  const client = new PlayerClient(
    'https://websim.example/runtime/',
    agent,
    () => {},
    (message) => failures.push(message),
  );
  const worker = workers[0]!;
  const say = (message: FromPlayer) => worker.dispatch('message', { data: message });
  const pings = () => worker.sent.filter(({ type }) => (type as string) === 'ping').length;
  return { client, worker, failures, say, pings };
}

it('a worker that answers goes on', () => {
  const { worker, failures, say, pings } = opened();
  say({ type: 'alive' });
  for (let second = 0; second < 100; second++) {
    vi.advanceTimersByTime(SECOND);
    say({ type: 'alive' });
  }
  expect(pings()).toBe(100);
  expect(failures).toEqual([]);
  expect(worker.terminated).toBe(false);
});

it('a worker that hangs is ended with a sentence, once', () => {
  const { worker, failures, say, pings } = opened();
  say({ type: 'alive' });
  vi.advanceTimersByTime(20 * SECOND);
  expect(failures).toEqual([]);
  vi.advanceTimersByTime(60 * SECOND);
  expect(pings()).toBe(1);
  expect(worker.terminated).toBe(true);
  expect(failures.length).toBe(1);
  expect(failures[0]).toMatch(/^The player was ended: .+ took more than 20 s; .+/);
});

it('a worker whose script has not arrived is waited for', () => {
  const { worker, failures } = opened();
  vi.advanceTimersByTime(600 * SECOND);
  expect(failures).toEqual([]);
  expect(worker.terminated).toBe(false);
});

it('a worker that fails is ended', () => {
  const { worker, failures, say } = opened();
  say({ type: 'alive' });
  say({ type: 'failed', message: 'It cannot be played; ask again' });
  vi.advanceTimersByTime(60 * SECOND);
  expect(failures).toEqual(['It cannot be played; ask again']);
  expect(worker.terminated).toBe(true);
});

it('nothing is asked of one that was closed', () => {
  const { client, worker, failures, say, pings } = opened();
  say({ type: 'alive' });
  client.close();
  vi.advanceTimersByTime(60 * SECOND);
  expect([pings(), failures, worker.terminated]).toEqual([0, [], true]);
});
