import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LabClient } from '../../workers/lab/lab_client';
import { FakeWorker } from './fake_worker';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function client(interruptible = true) {
  const workers: FakeWorker[] = [];
  const lab = new LabClient(
    async () => ({ assets: {}, base: 'http://localhost/runtime/' }),
    interruptible,
    () => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
  );
  const told: string[] = [];
  lab.addEventListener('stuck', () => told.push('stuck'));
  lab.addEventListener('end', (event) => told.push((event as CustomEvent<string>).detail));
  return { lab, workers, told };
}

/** A cell that runs, and the word by which it is interrupted. */
async function running(interruptible = true) {
  const { lab, workers, told } = client(interruptible);
  const events: unknown[] = [];
  const outcome = lab
    .run('cell', 1, ({ output }) => events.push(output))
    .catch((e: Error) => e.message);
  await vi.advanceTimersByTimeAsync(0);
  const worker = workers[0]!;
  const { interrupt } = worker.sent[0] as unknown as { interrupt: SharedArrayBuffer | null };
  worker.answer();
  await vi.advanceTimersByTimeAsync(0);
  return { lab, workers, worker, told, events, outcome, interrupt };
}

it('boots one worker, and hands on what a cell puts out', async () => {
  const { worker, workers, events, outcome } = await running();
  expect(worker.sent).toMatchObject([{ type: 'run', source: 'cell', number: 1 }]);
  worker.dispatch('message', { data: { type: 'output', output: { text: 'a' }, line: null } });
  worker.answer(true as never);
  expect(await outcome).toBe(true);
  expect(events).toEqual([{ text: 'a' }]);
  expect(workers).toHaveLength(1);
});

it('interrupts by the shared word and by a message, and says when that does not help', async () => {
  const { lab, worker, told, outcome, interrupt } = await running();
  lab.interrupt();
  expect(new Int32Array(interrupt!)[0]).toBe(2);
  expect(worker.sent.at(-1)).toEqual({ type: 'interrupt' });
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toEqual(['stuck']);
  expect(worker.terminated).toBe(false);
  lab.end('restarted');
  expect(await outcome).toBe('restarted');
  expect(worker.terminated).toBe(true);
});

it('is not stuck when the cell ends in time, and forgets the interrupt before the next', async () => {
  const { lab, worker, told, outcome, interrupt } = await running();
  lab.interrupt();
  worker.sent.pop();
  worker.answer(false as never);
  expect(await outcome).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([]);
  void lab.run('next', 2, () => {});
  await vi.advanceTimersByTimeAsync(0);
  expect(new Int32Array(interrupt!)[0]).toBe(0);
});

it('has no word to share where the page is not isolated', async () => {
  const { lab, interrupt } = await running(false);
  expect(interrupt).toBeNull();
  expect(lab.interruptible).toBe(false);
});

it('ends a damaged worker, tells the cell, and starts another for the next', async () => {
  const { lab, worker, workers, told, outcome } = await running();
  const [{ id }] = worker.sent as unknown as [{ id: number }];
  const message = 'MuJoCo was damaged by a model: x';
  worker.dispatch('message', { data: { type: 'error', id, message, damaged: true } });
  expect(await outcome).toContain(
    'Python cannot go on: MuJoCo was damaged by a model: x; its variables are gone',
  );
  expect(told).toHaveLength(1);
  expect(worker.terminated).toBe(true);
  void lab.run('next', 1, () => {});
  await vi.advanceTimersByTimeAsync(0);
  expect(workers).toHaveLength(2);
});

it('tells what is wrong with a wheel, and lives on', async () => {
  const { lab, worker } = await running();
  worker.answer(true as never);
  const outcome = lab.installWheel('a.whl', new ArrayBuffer(1)).catch((e: Error) => e.message);
  await vi.advanceTimersByTimeAsync(0);
  const { id } = worker.sent.at(-1)!;
  worker.dispatch('message', { data: { type: 'error', id, message: 'no wheel', damaged: false } });
  expect(await outcome).toBe('no wheel');
  expect(worker.terminated).toBe(false);
});

it('asks for the files again when they could not be downloaded', async () => {
  const files = vi
    .fn()
    .mockRejectedValueOnce(new Error('no network'))
    .mockResolvedValue({ assets: {}, base: 'http://localhost/' });
  const worker = new FakeWorker();
  const lab = new LabClient(files, true, () => worker);
  await expect(lab.boot()).rejects.toThrow('no network');
  const booted = lab.boot();
  await vi.advanceTimersByTimeAsync(0);
  worker.answer();
  await booted;
  expect(files).toHaveBeenCalledTimes(2);
});

it('does not run a cell that was interrupted while Python started', async () => {
  const { lab, workers } = client();
  const outcome = lab.run('cell', 1, () => {}).catch((e: Error) => e.message);
  await vi.advanceTimersByTimeAsync(0);
  lab.interrupt();
  workers[0]!.answer();
  expect(await outcome).toBe('The cell was interrupted before Python was there.');
  expect(workers[0]!.sent).toEqual([]);
});
