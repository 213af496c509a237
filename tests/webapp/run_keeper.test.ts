import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RunKeeper } from '../../webapp/control/run_keeper';
import { SavesClient } from '../../workers/saves/saves_client';
import type { SaveRequest } from '../../workers/saves/saves_protocol';
import { FakeWorker } from '../workers/fake_worker';

beforeEach(() => {
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('window', new EventTarget());
});
afterEach(() => vi.unstubAllGlobals());

const SAVED = { id: 'saved', globalStep: 10, config: { total_steps: 20 }, inUse: false };

function keeping() {
  const worker = new FakeWorker();
  const keeper = new RunKeeper(() => {}, new SavesClient(worker));
  const requests = worker.sent as unknown as (SaveRequest & { call: number })[];
  const answer = (type: string, result: unknown) => {
    const { call } = requests.find((request) => request.type === type)!;
    worker.dispatch('message', { data: { call, result } });
  };
  return { keeper, answer };
}

it('offers the run that was saved last', async () => {
  const { keeper, answer } = keeping();
  answer('list', [SAVED, { ...SAVED, id: 'older' }]);
  await keeper.ready;
  expect(keeper.offer?.id).toBe('saved');
});

it('goes on to offer a file that was opened while it looked for saved runs', async () => {
  const { keeper, answer } = keeping();
  const opening = keeper.import(new Uint8Array(1));
  answer('import', { ...SAVED, id: 'opened' });
  await opening;
  answer('list', [SAVED]);
  await keeper.ready;
  expect(keeper.offer?.id).toBe('opened');
});
