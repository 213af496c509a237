import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunKeeper } from '../../webapp/control/run_keeper';
import { RunList, SLOTS, UNDO_MS } from '../../webapp/control/run_list';
import { MetricTable } from '../../webapp/metrics/metric_table';
import { CURVE_COLUMNS } from '../../webapp/metrics/saved_curves';
import type { TrainingRun } from '../../workers/ranks/pool';
import type { SavedRun } from '../../workers/saves/saves_protocol';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function saved(id: string, savedAt: number, globalStep = 10): SavedRun {
  const config = { env: 'Hopper-v5', env_options: {}, algorithm: 'ppo', seed: 1, total_steps: 20 };
  const label = { name: id, notes: '' };
  return { id, config, globalStep, savedAt, label, bytes: 5 } as unknown as SavedRun;
}

/** What the browser keeps, and what was asked of it. */
class FakeKeeper extends EventTarget {
  readonly asked: string[] = [];
  saver = null;
  constructor(public saved: SavedRun[]) {
    super();
  }
  async list() {
    return this.saved;
  }
  async curves(id: string) {
    this.asked.push(`curves ${id}`);
    return CURVE_COLUMNS.map((_, i) => Float64Array.of(i, 10 + i));
  }
  async remove(id: string) {
    this.asked.push(`remove ${id}`);
  }
  async restore(id: string) {
    this.asked.push(`restore ${id}`);
  }
  async discard(id: string) {
    this.asked.push(`discard ${id}`);
  }
}

class FakeRun extends EventTarget {
  history = [];
  state = 'running';
  goesOn = true;
  reward = null;
  config = saved('', 0).config;
  end: (result: { reason: string }) => void = () => {};
  fail: (error: Error) => void = () => {};
  readonly done = new Promise((resolve, reject) => {
    this.end = resolve;
    this.fail = reject;
  });
}

async function listing(...runs: SavedRun[]) {
  const keeper = new FakeKeeper(runs);
  const list = new RunList(keeper as unknown as RunKeeper);
  const look = async () => {
    keeper.dispatchEvent(new Event('change'));
    await vi.advanceTimersByTimeAsync(1);
  };
  await look();
  const follow = (id: string, run: FakeRun) =>
    list.follow(id, run as unknown as TrainingRun, new MetricTable());
  return { keeper, list, look, follow, ids: () => list.runs.map(({ id }) => id) };
}

it('lists runs of the session and saved ones, newest first, each once', async () => {
  vi.setSystemTime(50_000);
  const { keeper, list, look, follow, ids } = await listing(saved('old', 10), saved('new', 20, 20));
  expect(ids()).toEqual(['new', 'old']);
  expect(list.runs.map(({ state }) => state)).toEqual(['finished', 'saved']);
  follow('now', new FakeRun());
  keeper.saved = [saved('now', 55), ...keeper.saved];
  await look();
  expect(ids()).toEqual(['now', 'new', 'old']);
  expect(list.runs[0]).toMatchObject({ current: true, state: 'running', saved: { bytes: 5 } });
});

it('keeps a run that has ended, saved or not', async () => {
  const { list, follow } = await listing();
  const [stopped, failed] = [new FakeRun(), new FakeRun()];
  follow('stopped', stopped);
  stopped.end({ reason: 'stopped' });
  await vi.advanceTimersByTimeAsync(1);
  follow('failed', failed);
  failed.fail(new Error('a rank died'));
  await vi.advanceTimersByTimeAsync(1);
  expect(list.runs.map(({ state, current }) => [state, current])).toEqual([
    ['failed', true],
    ['stopped', false],
  ]);
});

it('gives each chosen run a colour of its own, as many as there are', async () => {
  const runs = Array.from({ length: SLOTS + 1 }, (_, i) => saved(`run${i}`, i));
  const { keeper, list } = await listing(...runs);
  for (const { id } of runs) list.choose(id, true);
  await vi.advanceTimersByTimeAsync(1);
  expect(list.full).toBe(true);
  expect(list.overlays.map(({ slot }) => slot).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(keeper.asked).toHaveLength(SLOTS);
  list.choose('run2', false);
  list.choose(`run${SLOTS}`, true);
  await vi.advanceTimersByTimeAsync(1);
  expect(list.runs[0]).toMatchObject({ id: `run${SLOTS}`, slot: 2 });
});

it("reads a run's curves once for each of its saves", async () => {
  const { keeper, list, look } = await listing(saved('a', 1));
  await Promise.all([list.readAll(), list.readAll()]);
  expect(keeper.asked).toEqual(['curves a']);
  expect(list.runs[0]!.curves!.figures.steps).toBe(10);
  keeper.saved = [saved('a', 2)];
  await look();
  await list.readAll();
  expect(keeper.asked).toEqual(['curves a', 'curves a']);
});

it('brings the run back that was removed last, and discards it after a while', async () => {
  const { keeper, list, ids } = await listing(saved('a', 1), saved('b', 2));
  await list.remove('a');
  expect(ids()).toEqual(['b']);
  await list.restore();
  expect(ids()).toEqual(['b', 'a']);
  expect(list.removed).toBeNull();

  await list.remove('a');
  await list.remove('b');
  expect(list.removed?.id).toBe('b');
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(list.removed).toBeNull();
  expect(keeper.asked).toEqual([
    ...['remove a', 'restore a', 'remove a', 'remove b'],
    ...['discard a', 'discard b'],
  ]);
});

it('refuses to label a run that is not there', async () => {
  const { list } = await listing();
  await expect(list.label('none', { name: '', notes: '' })).rejects.toThrow(
    'There is no run "none": websim.savedRuns() lists those that there are.',
  );
});
