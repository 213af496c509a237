import { afterEach, expect, it } from 'vitest';
import type {
  Changes,
  Packages,
  RankEvent,
  Reply,
  Request,
  SavedShare,
} from '../../workers/ranks/protocol';
import { type BootRuntime, Rank } from '../../workers/ranks/rank';
import type { RankRuntime } from '../../workers/ranks/rank_runtime';
import type { RunLink } from '../../workers/ranks/run_link';
import { RankState, RankWord, SharedMemory } from '../../workers/ranks/shared_memory';
import type { TrainingSession } from '../../workers/ranks/training_module';
import type { TrainConfig } from '../../workers/schema';

type Message = Reply | RankEvent;

/** An exception as Pyodide gives it out. */
function pythonError(type: string, text: string): Error {
  return Object.assign(new Error(`Traceback (most recent call last):\n${text}`), {
    name: 'PythonError',
    type,
  });
}

/** A session that counts, and ends or throws as the test says. */
class CountingSession implements TrainingSession {
  iterations = 0;
  trains = true;
  closed = false;
  shown = '"live"';
  shownSteps = 0;
  messages: string[] = [];
  onIterate: () => string | null = () => JSON.stringify({ iteration: this.iterations });

  /** What is to be saved next, and what was asked of it. */
  share: SavedShare | null = null;
  readonly asked: string[] = [];
  holds = false;

  meet(): boolean {
    return this.holds;
  }
  hold(): void {
    this.asked.push('hold');
  }
  requestSave(): void {
    this.asked.push('save');
  }
  stop(): void {
    this.asked.push('stop');
  }
  takeShare(): SavedShare | null {
    const { share } = this;
    this.share = null;
    return share;
  }
  iterate(): string | null {
    this.iterations++;
    return this.onIterate();
  }
  change(changes: string): string {
    if (changes.includes('seed'))
      throw pythonError('ConfigError', 'websim.errors.ConfigError: seed cannot change');
    return JSON.stringify({ env: 'Hopper-v5', ...JSON.parse(changes) });
  }
  news(): string | null {
    return this.messages.shift() ?? null;
  }
  policy(which: string): Uint8Array {
    return Uint8Array.of(this.iterations, which.length);
  }
  show(which: string): void {
    this.shown = which;
  }
  showOn(): void {
    this.shownSteps++;
  }
  end(): void {
    this.trains = false;
  }
  close(): void {
    this.closed = true;
  }
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

class Page {
  readonly messages: Message[] = [];
  readonly session = new CountingSession();
  link: RunLink | null = null;
  packages: Packages = {};
  redrawn = 0;
  /** Whether the session had its environments yet when the last moment was recorded. */
  lastOfTraining: boolean | null = null;
  private readonly port: MessagePort;
  private lastId = 0;

  constructor(runtime: Partial<RankRuntime> = {}) {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    this.port = port1;
    port1.onmessage = ({ data }) => this.messages.push(data);
    const boot: BootRuntime = async (_assets, _cores, onStage) => {
      onStage('ready');
      return {
        seconds: { python: 1 },
        training: {
          check: (request) => JSON.stringify({ error: request }),
          packages: (env) => JSON.stringify([`${env}.zip`]),
          scene: () => ({ xmls: [], assets: {}, keyframe: '', frameSkip: 1 }),
          openSession: () => this.session,
        },
        describeScene: () => {
          throw pythonError('ConfigError', 'websim.errors.ConfigError: unknown task');
        },
        damage: null,
        addPackages: (packages) => {
          this.packages = packages;
        },
        setLink: (link) => {
          this.link = link;
        },
        redraw: () => this.redrawn++,
        recordLast: () => {
          this.lastOfTraining = this.session.trains;
        },
        setInterruptBuffer: () => {},
        ...runtime,
      };
    };
    new Rank(port2, boot);
    port2.start();
  }

  send(request: Record<string, unknown>): number {
    this.lastId++;
    this.port.postMessage({ id: this.lastId, ...request });
    return this.lastId;
  }

  async request(request: Record<string, unknown>): Promise<Reply> {
    const id = this.send(request);
    return (await this.find((message) => 'id' in message && message.id === id)) as Reply;
  }

  async find(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const message = this.messages.find(wanted);
      if (message) return message;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  event(type: RankEvent['type']): Promise<Message> {
    return this.find((message) => message.type === type);
  }

  boot(rank = 0): Promise<Reply> {
    return this.request({ type: 'boot', assets: {}, cores: 2, rank, interrupt: null });
  }

  /** Lets it begin too. */
  async open(
    shared: SharedArrayBuffer | null = null,
    rank = 0,
    changes: Changes | null = null,
  ): Promise<Reply> {
    const config = { env: 'Hopper-v5' } as TrainConfig;
    const worldSize = shared ? 2 : 1;
    const reply = await this.request({ type: 'open', config, rank, worldSize, shared, changes });
    await this.request({ type: 'command', command: 'resume' });
    return reply;
  }
}

it('waits on rank 0 until it is told to begin', async () => {
  const pages = [new Page(), new Page()];
  for (const [rank, page] of pages.entries()) {
    await page.boot(rank);
    const shared = SharedMemory.create(2, 1).buffer;
    const config = { env: 'Hopper-v5' } as TrainConfig;
    await page.request({ type: 'open', config, rank, worldSize: 2, shared, changes: null });
  }
  const [first, second] = pages as [Page, Page];
  while (second.session.iterations < 2) await new Promise((r) => setTimeout(r, 1));
  expect(first.session.iterations).toBe(0);
  await first.request({ type: 'command', command: 'resume' });
  while (first.session.iterations < 2) await new Promise((r) => setTimeout(r, 1));
});

it('makes changes before the first iteration, on rank 0 alone', async () => {
  for (const rank of [0, 1]) {
    const page = new Page();
    await page.boot(rank);
    const asked: string[] = [];
    page.session.change = (changes) => {
      asked.push(`${changes} after ${page.session.iterations}`);
      return '{}';
    };
    const memory = SharedMemory.create(2, 1).buffer;
    await page.open(rank === 0 ? null : memory, rank, { reward: 'text' });
    expect(asked).toEqual(rank === 0 ? ['{"reward":"text"} after 0'] : []);
  }
});

it('does not begin when a change before the first iteration is refused', async () => {
  const page = new Page();
  await page.boot();
  expect(await page.open(null, 0, { seed: 2 })).toMatchObject({
    type: 'error',
    error: { message: 'seed cannot change' },
  });
  expect(page.session.iterations).toBe(0);
  expect(page.link).toBeNull();
});

it('answers each request by its id, errors as one sentence with a traceback', async () => {
  const page = new Page();
  expect(await page.boot()).toMatchObject({ type: 'reply', result: { seconds: { python: 1 } } });
  expect(page.messages[0]).toEqual({ type: 'stage', stage: 'ready', rank: 0 });
  expect(await page.request({ type: 'scene', env: 'x', options: {} })).toMatchObject({
    type: 'error',
    error: { rank: 0, message: 'unknown task', traceback: expect.stringContaining('Traceback') },
  });
});

it('says when MuJoCo cannot be used any more', async () => {
  const page = new Page({ damage: 'std::bad_alloc' });
  await page.boot();
  expect(await page.request({ type: 'scene', env: 'x', options: {} })).toMatchObject({
    type: 'error',
    damage: 'std::bad_alloc',
  });
});

it('says which archives a task needs, and takes them', async () => {
  const page = new Page();
  await page.boot();
  const { result } = (await page.request({ type: 'packages', env: 'panda', options: {} })) as {
    result: unknown;
  };
  expect(result).toEqual(['panda.zip']);
  const packages = { 'panda.zip': new Uint8Array([80, 75]).buffer };
  expect(await page.request({ type: 'install', packages })).toMatchObject({ type: 'reply' });
  expect(page.packages).toEqual(packages);
});

it.each([
  ['scene', 'the worker is not booted yet'],
  ['policy', 'there is no run whose policy could be had'],
  ['show', 'there is no run whose policy could be had'],
  ['change', 'the run has ended'],
  ['nonsense', 'unknown request {"id":1,"type":"nonsense"}'],
] as [Request['type'] | 'nonsense', string][])('refuses %s out of place', async (type, message) => {
  expect(await new Page().request({ type })).toMatchObject({ type: 'error', error: { message } });
});

it('gives NaN to Python under its own name, for JSON has none', async () => {
  const page = new Page();
  await page.boot();
  const { result } = (await page.request({
    type: 'check',
    request: { env: 'a', learning_rate: Number.NaN },
  })) as unknown as { result: { error: string } };
  expect(result.error).toBe('{"env":"a","learning_rate":"NaN"}');
});

it('iterates until the session is complete, then posts the policy and the end', async () => {
  const page = new Page();
  await page.boot();
  page.session.onIterate = () =>
    page.session.iterations > 3 ? null : JSON.stringify({ iteration: page.session.iterations });
  await page.open();
  expect(await page.event('ended')).toEqual({ type: 'ended', reason: 'finished' });
  const types = page.messages.slice(-6).map(({ type }) => type);
  expect(types).toEqual(['metrics', 'policy', 'metrics', 'metrics', 'policy', 'ended']);
  expect(page.session.trains).toBe(false);
});

it('takes requests between iterations: pause, policy, resume, stop', async () => {
  const page = new Page();
  await page.boot();
  await page.open();
  await page.request({ type: 'command', command: 'pause' });
  const { iterations } = page.session;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(page.session.iterations).toBe(iterations);
  expect(await page.request({ type: 'policy', which: 'best' })).toMatchObject({
    result: Uint8Array.of(iterations, '"best"'.length),
  });
  await page.request({ type: 'focus', env: 3 });
  expect(page.link?.frames.focus).toBe(3);
  expect(page.redrawn).toBe(1);
  await page.request({ type: 'command', command: 'redraw' });
  expect(page.redrawn).toBe(2);
  await page.request({ type: 'command', command: 'resume' });
  while (page.session.iterations < iterations + 3) await new Promise((r) => setTimeout(r, 1));
  await page.request({ type: 'command', command: 'stop' });
  expect(await page.event('ended')).toEqual({ type: 'ended', reason: 'stopped' });
  expect(page.lastOfTraining).toBe(true);
  expect(await page.request({ type: 'command', command: 'stop' })).toMatchObject({ result: {} });
});

it.each(['StopRequested', 'KeyboardInterrupt'])('ends as stopped on %s', async (type) => {
  const page = new Page();
  await page.boot();
  page.session.onIterate = () => {
    throw pythonError(type, type);
  };
  await page.open();
  expect(await page.event('ended')).toEqual({ type: 'ended', reason: 'stopped' });
});

it('fails on any other error, releases the other ranks, and can be opened again', async () => {
  const page = new Page();
  await page.boot(1);
  page.session.onIterate = () => {
    throw pythonError('ValueError', 'ValueError: shapes differ');
  };
  const memory = SharedMemory.create(2, 1);
  await page.open(memory.buffer, 1);
  expect(await page.event('failed')).toMatchObject({
    error: { rank: 1, message: 'ValueError: shapes differ' },
  });
  expect(memory.abortedBy).toBe(1);
  expect(Atomics.load(memory.rankWords(1), RankWord.STATE)).toBe(RankState.IDLE);
  page.session.onIterate = () => null;
  expect(await page.open(SharedMemory.create(2, 1).buffer, 1)).toMatchObject({ type: 'reply' });
  expect(await page.event('ended')).toEqual({ type: 'ended', reason: 'finished' });
});

it('leaves a run that another rank has aborted, without an error of its own', async () => {
  const page = new Page();
  await page.boot();
  const memory = SharedMemory.create(2, 1);
  page.session.onIterate = () => {
    // Python wraps what its collective throws.
    try {
      page.link?.gather(new Uint8Array(1), new Uint8Array(2), 1, 'gradient');
    } catch {
      throw pythonError('CollectiveAbortedError', 'websim.errors.CollectiveAbortedError: x');
    }
    return null;
  };
  memory.abort(1);
  await page.open(memory.buffer);
  expect(await page.event('ended')).toEqual({ type: 'ended', reason: 'stopped' });
});

it('asks Python for changes, and says what it refuses', async () => {
  const page = new Page();
  await page.boot();
  await page.open();
  expect(await page.request({ type: 'change', changes: { gamma: 0.9 } })).toMatchObject({
    result: { env: 'Hopper-v5', gamma: 0.9 },
  });
  expect(await page.request({ type: 'change', changes: { seed: 2 } })).toMatchObject({
    type: 'error',
    error: { message: 'seed cannot change' },
  });
  await page.request({ type: 'command', command: 'stop' });
});

it('posts news after the metrics of their iteration', async () => {
  const page = new Page();
  await page.boot();
  const news = { notices: [], checkpoints: [{ global_step: 64, episodic_return: 1 }], best: 64 };
  page.session.messages = [JSON.stringify(news)];
  await page.open();
  expect(await page.event('news')).toEqual({ type: 'news', news });
  const types = page.messages.map(({ type }) => type);
  expect(types.indexOf('news')).toBe(types.indexOf('metrics') + 1);
  await page.request({ type: 'command', command: 'stop' });
});

it('moves what is shown while paused and after the end, and frees it when the next run opens', async () => {
  const page = new Page();
  await page.boot();
  await page.open();
  await page.request({ type: 'show', shown: 'best', file: null });
  expect(page.session.shown).toBe('"best"');
  const moves = async () => {
    const { shownSteps } = page.session;
    while (page.session.shownSteps < shownSteps + 2) await new Promise((r) => setTimeout(r, 1));
  };
  await page.request({ type: 'command', command: 'pause' });
  await moves();
  await page.request({ type: 'command', command: 'resume' });
  const { shownSteps } = page.session;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(page.session.shownSteps).toBe(shownSteps);
  await page.request({ type: 'command', command: 'stop' });
  await page.event('ended');
  await moves();
  expect(page.link).not.toBeNull();
  await page.request({ type: 'focus', env: 5 });
  expect(page.link?.frames.focus).toBe(5);
  expect(page.session.closed).toBe(false);
  await page.open();
  expect(page.session.closed).toBe(true);
  await page.request({ type: 'command', command: 'stop' });
});

it('shows nothing more once the view is live again', async () => {
  const page = new Page();
  await page.boot();
  await page.open();
  await page.request({ type: 'command', command: 'stop' });
  await page.request({ type: 'show', shown: 'best', file: null });
  await page.request({ type: 'show', shown: 'live', file: null });
  const { shownSteps } = page.session;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(page.session.shownSteps).toBe(shownSteps);
});

it('frees all of a run at its end in ranks that show nothing', async () => {
  const page = new Page();
  await page.boot(1);
  page.session.onIterate = () => null;
  await page.open(SharedMemory.create(2, 1).buffer, 1);
  await page.event('ended');
  expect(page.session.closed).toBe(true);
  expect(page.link).toBeNull();
});

function share(iteration: number): SavedShare {
  const data = Uint8Array.of(iteration);
  return { rank: 0, iteration, data, segments: [] } as unknown as SavedShare;
}

it('posts what is to be saved: before an iteration, at a pause and at the end', async () => {
  const page = new Page();
  await page.boot();
  const shares = () =>
    page.messages.flatMap((message) => (message.type === 'share' ? [message.share.iteration] : []));
  page.session.share = share(1);
  await page.open();
  await page.event('share');
  page.session.share = share(2);
  await page.request({ type: 'command', command: 'pause' });
  page.session.share = share(3);
  await page.request({ type: 'command', command: 'stop' });
  await page.event('ended');
  expect(shares()).toEqual([1, 2, 3]);
  expect(page.session.asked).toEqual(['hold', 'stop']);
});

it('saves when it is asked to', async () => {
  const page = new Page();
  await page.boot();
  await page.open();
  await page.request({ type: 'command', command: 'save' });
  expect(page.session.asked).toEqual(['save']);
});

it('meets the other ranks again, without an iteration, while rank 0 holds them', async () => {
  const page = new Page();
  await page.boot();
  page.session.holds = true;
  await page.open();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(page.session.iterations).toBe(0);
  expect(page.messages.some(({ type }) => type === 'metrics')).toBe(false);
  page.session.holds = false;
  await page.event('metrics');
});

it('ends when it is stopped while it waits to be held', async () => {
  const page = new Page();
  await page.boot();
  await page.open();
  page.session.hold = () => {
    throw pythonError('StopRequested', 'websim.errors.StopRequested');
  };
  await page.request({ type: 'command', command: 'pause' });
  expect(await page.event('ended')).toMatchObject({ reason: 'stopped' });
});
