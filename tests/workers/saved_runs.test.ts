import { expect, it } from 'vitest';
import { settingText } from '../../webapp/metrics/setting_differences';
import type { SavedShare } from '../../workers/ranks/protocol';
import { crc32 } from '../../workers/saves/crc32';
import type { Files } from '../../workers/saves/save_files';
import { manifestText, readManifest } from '../../workers/saves/save_manifest';
import { MAX_RUNS, SavedRuns } from '../../workers/saves/saved_runs';
import type { Metrics, TrainConfig } from '../../workers/schema';

/** Files in memory, of which the `failAt`-th change from now on is done by half and fails, as all later ones do. */
class MemoryFiles implements Files {
  readonly content = new Map<string, Uint8Array>();
  reads: string[] = [];
  failAt = Number.POSITIVE_INFINITY;
  error = new DOMException('no room', 'QuotaExceededError');

  async read(path: string): Promise<Uint8Array | null> {
    this.reads.push(path);
    return this.content.get(path)?.slice() ?? null;
  }
  async stamp(path: string): Promise<string | null> {
    const data = this.content.get(path);
    return data ? String(crc32(data)) : null;
  }
  async write(path: string, data: Uint8Array): Promise<void> {
    this.change(path, data, 0);
  }
  async append(path: string, data: Uint8Array, at: number): Promise<void> {
    this.change(path, data, at);
  }
  async remove(path: string): Promise<void> {
    this.attempt(() => {});
    for (const name of [...this.content.keys()]) {
      if (name === path || name.startsWith(`${path}/`)) this.content.delete(name);
    }
  }
  async list(path: string): Promise<string[]> {
    const inside = [...this.content.keys()].filter((name) => name.startsWith(`${path}/`));
    return [...new Set(inside.map((name) => name.slice(path.length + 1).split('/')[0] as string))];
  }
  private change(path: string, data: Uint8Array, at: number): void {
    const before = (this.content.get(path) ?? new Uint8Array()).slice(0, at);
    const put = (part: Uint8Array) => this.content.set(path, new Uint8Array([...before, ...part]));
    this.attempt(() => put(data.subarray(0, data.length >> 1)));
    put(data);
  }
  private attempt(half: () => void): void {
    if (--this.failAt >= 0) return;
    half();
    throw this.error;
  }
}

const config = { env: 'Hopper-v5', total_steps: 100, num_envs: 2, ranks: 2 } as TrainConfig;

/** The save after `iteration`, of two ranks with a log of ten rows an iteration, of which the last 25 are needed. */
function request(iteration: number, firstMetrics = iteration) {
  const stop = 10 * iteration;
  const shares = [0, 1].map((rank): SavedShare => {
    const data = Uint8Array.of(rank, iteration);
    const segment = { name: 'learner/replay', first: stop - 10, last: stop, data };
    const logs = { 'learner/replay': Math.max(0, stop - 25) };
    const globalStep = stop;
    const common = {
      iteration,
      globalStep,
      config,
      code: false,
      version: '0.1.0',
      seconds: 0,
      logs,
    };
    return { rank, ...common, data: data.slice(), segments: [segment] };
  });
  const metrics: Metrics[] = [];
  for (let i = firstMetrics; i <= iteration; i++) metrics.push({ iteration: i } as Metrics);
  return { id: 'a', shares, metrics };
}

async function savedTo(iteration: number): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const runs = new SavedRuns(files);
  for (let i = 1; i <= iteration; i++) await runs.save(request(i));
  return files;
}

/** What a page that is loaded now finds. */
async function found(files: MemoryFiles) {
  const opened = await new SavedRuns(files).open('a');
  const { run, parts, history, notes } = opened;
  expect(parts).toEqual([0, 1].map((rank) => Uint8Array.of(rank, run.iteration)));
  expect(history.map(({ iteration }) => iteration)).toEqual(
    Array.from({ length: run.iteration }, (_, i) => i + 1),
  );
  const covered = opened.manifest.logs.filter(({ rank }) => rank === 1);
  expect(covered.at(-1)?.last).toBe(10 * run.iteration);
  expect(covered[0]?.first).toBeLessThanOrEqual(Math.max(0, 10 * run.iteration - 25));
  return { iteration: run.iteration, notes };
}

it('computes the checksums of zlib', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

it('keeps the last two saves, and of the logs what they need', async () => {
  const files = await savedTo(8);
  expect(await found(files)).toEqual({ iteration: 8, notes: [] });
  const logs = [...files.content.keys()].filter((name) => name.includes('logs/'));
  expect(logs.sort()).toEqual(
    [0, 1].flatMap((rank) =>
      [40, 50, 60, 70].map(
        (first) => `runs/a/saves/logs/learner-replay.${rank}.${first}-${first + 10}.rows`,
      ),
    ),
  );
  const [run] = await new SavedRuns(files).list();
  expect(run).toMatchObject({ id: 'a', config, globalStep: 80, iteration: 8, inUse: false });
});

it('finds the save before when one was cut short, wherever that was', async () => {
  const outcomes = new Set<number>();
  for (let failAt = 0; ; failAt++) {
    const files = await savedTo(4);
    const runs = new SavedRuns(files);
    await runs.open('a');
    files.failAt = failAt;
    const cut = await runs.save(request(5)).then(
      () => false,
      () => true,
    );
    if (!cut) break;
    files.failAt = Number.POSITIVE_INFINITY;
    outcomes.add((await found(files)).iteration);
    // Going on from there works, and writes what is missing.
    const next = new SavedRuns(files);
    const { run } = await next.open('a');
    await next.save(request(run.iteration + 1));
    expect((await found(files)).iteration).toBe(run.iteration + 1);
  }
  // After the manifest only logs are removed.
  expect([...outcomes].sort()).toEqual([4, 5]);
});

it('goes on saving when there is room again, with all that could not be written', async () => {
  const files = await savedTo(4);
  const runs = new SavedRuns(files);
  await runs.open('a');
  files.failAt = 0;
  await expect(runs.save(request(5))).rejects.toThrow('no room');
  files.failAt = 2;
  await expect(runs.save(request(6))).rejects.toThrow('no room');
  expect((await found(files)).iteration).toBe(4);
  files.failAt = Number.POSITIVE_INFINITY;
  await runs.save(request(7));
  expect(await found(files)).toEqual({ iteration: 7, notes: [] });
});

it.each(['rank1.part', 'manifest.json'])(
  'uses the other slot when %s is damaged, and says so',
  async (file) => {
    const files = await savedTo(4);
    const path = `runs/a/saves/b/${file}`;
    const data = files.content.get(path) as Uint8Array;
    data[data.length >> 1] = (data[data.length >> 1] as number) ^ 1;
    const { iteration, notes } = await found(files);
    expect(iteration).toBe(3);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^The newest save cannot be used, so the run goes on from the one before: .*damaged/,
    );
    files.content.delete('runs/a/saves/a/rank0.part');
    await expect(new SavedRuns(files).open('a')).rejects.toThrow(
      /^No save of this run can be used: .*; its file/,
    );
  },
);

it('goes on although curves are damaged', async () => {
  const files = await savedTo(3);
  files.content.set('runs/a/metrics.jsonl', new TextEncoder().encode('{"iteration":1}\n{"it?rat'));
  const { history, notes } = await new SavedRuns(files).open('a');
  expect(history).toEqual([{ iteration: 1 }]);
  expect(notes).toEqual(["2 points of the run's curves are damaged and left out."]);
});

it('refuses saves of newer versions and names that lead out of the folder', async () => {
  const files = await savedTo(1);
  const manifest = readManifest(files.content.get('runs/a/saves/a/manifest.json') as Uint8Array);
  const newer = manifestText({ ...manifest, format: 2, websim: '9.0' });
  expect(() => readManifest(newer)).toThrow(
    'it was written by websim 9.0, which is newer than this page',
  );
  for (const file of ['../evil', 'logs/../evil', '/evil', '']) {
    const parts = [{ file, bytes: 1, crc: 1 }];
    expect(() => readManifest(manifestText({ ...manifest, parts }))).toThrow('wrong type');
  }
  files.content.set('runs/a/saves/a/manifest.json', newer);
  await expect(new SavedRuns(files).open('a')).rejects.toThrow('newer than this page');
});

it('moves a run as one file', async () => {
  const file = await new SavedRuns(await savedTo(5)).export('a');
  const files = new MemoryFiles();
  const runs = new SavedRuns(files);
  expect(await runs.import('a', file)).toMatchObject({ id: 'a', iteration: 5, globalStep: 50 });
  expect(await found(files)).toEqual({ iteration: 5, notes: [] });

  const damaged = file.slice();
  const at = file.findIndex((_, i) => i > 60 && file[i] === 1 && file[i + 1] === 5);
  damaged[at] = 7;
  await expect(runs.import('b', damaged)).rejects.toThrow(
    /rank\d\.part is damaged|learner-replay.* is damaged/,
  );
  await expect(runs.import('b', file.subarray(0, 300))).rejects.toThrow(
    'This file is no saved run',
  );
  await expect(runs.import('b', Uint8Array.of(1, 2, 3))).rejects.toThrow(
    'This file is no saved run',
  );
  expect(await files.list('runs')).toEqual(['a']);
});

it('keeps the newest runs, and those that a page has open', async () => {
  const files = new MemoryFiles();
  const runs = new SavedRuns(files);
  for (let i = 0; i < MAX_RUNS + 3; i++) {
    await runs.save({ ...request(1), id: `run${i}` });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const removed = await runs.prune(new Set(['run1']));
  expect(removed.map(({ id }) => id).sort()).toEqual(['run0', 'run2']);
  expect((await runs.list()).map(({ id }) => id)).toContain('run1');
  expect(await runs.list()).toHaveLength(MAX_RUNS + 1);
});

it('keeps a name and notes with a run, and in its file', async () => {
  const files = await savedTo(2);
  const runs = new SavedRuns(files);
  expect((await runs.list())[0]?.label).toEqual({ name: '', notes: '' });
  await runs.label('a', { name: ' tall legs ', notes: 'fell\nover' });
  const label = { name: 'tall legs', notes: 'fell\nover' };
  expect((await runs.list())[0]?.label).toEqual(label);
  const moved = new SavedRuns(new MemoryFiles());
  expect((await moved.import('b', await runs.export('a'))).label).toEqual(label);
  expect((await moved.list())[0]?.label).toEqual(label);
  files.content.set('runs/a/label.json', new TextEncoder().encode('{"name":"cut'));
  expect((await runs.list())[0]?.label).toEqual({ name: '', notes: '' });
});

it('tells the size of a save', async () => {
  const files = await savedTo(2);
  const [run] = await new SavedRuns(files).list();
  // Two parts of two bytes, four logs of two bytes, and the curves.
  const curves = files.content.get('runs/a/metrics.jsonl') as Uint8Array;
  expect(run?.bytes).toBe(2 * 2 + 4 * 2 + curves.length);
});

it('brings a removed run back, until it is purged', async () => {
  const files = await savedTo(2);
  const runs = new SavedRuns(files);
  await runs.remove('a');
  expect(await runs.list()).toEqual([]);
  await runs.purge(new Set(['a']));
  await runs.restore('a');
  expect((await runs.list()).map(({ id }) => id)).toEqual(['a']);
  await runs.remove('a');
  await runs.purge(new Set());
  expect(files.content.size).toBe(0);
});

it("reads columns of a run's curves up to its newest save", async () => {
  const files = await savedTo(3);
  const path = 'runs/a/metrics.jsonl';
  const text = new TextDecoder().decode(files.content.get(path));
  files.content.set(path, new TextEncoder().encode(`${text}{"iteration":4}\n`));
  const runs = new SavedRuns(files);
  const [iterations, returns] = await runs.curves('a', ['iteration', 'charts/episodic_return']);
  expect(iterations).toEqual(Float64Array.of(1, 2, 3));
  expect(returns).toEqual(Float64Array.of(Number.NaN, Number.NaN, Number.NaN));
  expect(await runs.curves('none', ['iteration'])).toEqual([new Float64Array()]);
});

it('lists a run by its manifest alone, read when it is another, without the files of its model', async () => {
  const files = await savedTo(3);
  const runs = new SavedRuns(files);
  const large = 'x'.repeat(1000);
  const model = { xml: '<mujoco model="legs"/>', files: { 'leg.obj': large } };
  const next = request(4);
  for (const share of next.shares) share.config = { ...config, env_options: { model } };
  await runs.open('a');
  await runs.save(next);
  const manifests = () => files.reads.splice(0).filter((path) => path.endsWith('manifest.json'));

  manifests();
  const [run] = await runs.list();
  const listed = { ...model, files: { 'leg.obj': expect.stringMatching(/^[0-9a-f]{1,8}$/) } };
  expect(run).toMatchObject({ iteration: 4, config: { env_options: { model: listed } } });
  expect(settingText(run!.config.env_options)).toBe(settingText({ model }));
  expect(manifests()).toHaveLength(2);
  expect(await runs.list()).toEqual([run]);
  expect(files.reads.splice(0).filter((path) => !/label|removed/.test(path))).toEqual([]);
  expect((await runs.open('a')).manifest.config.env_options).toEqual({ model });

  await runs.save(request(5));
  manifests();
  expect((await runs.list())[0]).toMatchObject({ iteration: 5, config });
  expect(manifests()).toEqual(['runs/a/saves/a/manifest.json']);
});
