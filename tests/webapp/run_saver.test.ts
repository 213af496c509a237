import { expect, it } from 'vitest';
import { RunSaver } from '../../webapp/control/run_saver';
import type { TrainingRun } from '../../workers/ranks/pool';
import type { SavedShare } from '../../workers/ranks/protocol';
import { SavesClient } from '../../workers/saves/saves_client';
import type { SaveRequest } from '../../workers/saves/saves_protocol';
import type { Metrics } from '../../workers/schema';
import { FakeWorker } from '../workers/fake_worker';

/** A run of two ranks whose third iteration is done, and which went on from a save of its first. */
class Run extends EventTarget {
  readonly config = { ranks: 2 };
  readonly history = [{ iteration: 1 }] as Metrics[];

  share(rank: number, iteration: number, ...rows: number[]): void {
    const segments = rows.map((first) => ({ name: 'replay', first, data: new Uint8Array(1) }));
    const share = {
      rank,
      iteration,
      globalStep: 10 * iteration,
      data: new Uint8Array(1),
      segments,
    };
    this.dispatchEvent(new CustomEvent('share', { detail: share as unknown as SavedShare }));
  }
}

function saving() {
  const worker = new FakeWorker();
  const run = new Run();
  const saver = new RunSaver(new SavesClient(worker), run as unknown as TrainingRun, 'a', null);
  run.history.push({ iteration: 2 } as Metrics, { iteration: 3 } as Metrics);
  const events: string[] = [];
  for (const type of ['saved', 'failed', 'idle'])
    saver.addEventListener(type, () => events.push(type));
  const requests = () => worker.sent as unknown as (SaveRequest & { call: number })[];
  const answer = async (reply: object) => {
    const [{ call }] = requests().splice(0) as [{ call: number }];
    worker.dispatch('message', { data: { call, ...reply } });
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { run, saver, events, requests, answer };
}

it('writes a save when all ranks have sent their share, with the metrics before it', async () => {
  const { run, saver, events, requests, answer } = saving();
  run.share(1, 2);
  expect(requests()).toEqual([]);
  run.share(0, 2);
  expect(requests()).toHaveLength(1);
  expect(requests()[0]).toMatchObject({ type: 'save', id: 'a', metrics: [{ iteration: 2 }] });
  expect(requests()[0]?.shares.map(({ rank }) => rank)).toEqual([0, 1]);
  await answer({ result: 12.5 });
  expect(saver.last).toEqual({ globalStep: 20, at: 12_500 });
  expect(events).toEqual(['saved']);
  run.share(0, 3);
  run.share(1, 3);
  expect(requests()[0]?.metrics).toEqual([{ iteration: 3 }]);
});

it('never writes shares of different moments together', () => {
  const { run, requests } = saving();
  run.share(0, 2);
  run.share(1, 3);
  expect(requests()).toEqual([]);
  run.share(0, 3);
  expect(requests()[0]?.shares.map(({ iteration }) => iteration)).toEqual([3, 3]);
});

it('writes the newest save of those that wait, with the rows of all', async () => {
  const { run, requests, answer } = saving();
  for (const iteration of [2, 3, 4]) {
    run.share(0, iteration, 10 * iteration);
    run.share(1, iteration);
  }
  await answer({ result: 1 });
  expect(requests()).toHaveLength(1);
  expect(requests()[0]?.shares[0]).toMatchObject({ iteration: 4 });
  expect(requests()[0]?.shares[0]?.segments.map(({ first }) => first)).toEqual([30, 40]);
});

it('tells once that saving fails, keeps what was saved, and is idle when all is written', async () => {
  const { run, saver, events, answer } = saving();
  const save = async (iteration: number, reply: object) => {
    run.share(0, iteration);
    run.share(1, iteration);
    await answer(reply);
  };
  const error = { name: 'QuotaExceededError', message: 'no room' };
  await save(2, { result: 1 });
  await save(3, { error });
  await save(4, { error });
  expect(saver.last?.globalStep).toBe(20);
  await save(5, { result: 2 });
  await save(6, { error });
  expect(events).toEqual(['saved', 'failed', 'saved', 'failed']);
  run.share(0, 7);
  run.share(1, 7);
  run.dispatchEvent(new Event('ended'));
  expect(events).not.toContain('idle');
  await answer({ result: 3 });
  expect(events.slice(-2)).toEqual(['saved', 'idle']);
});
