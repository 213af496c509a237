import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TaskSize } from '../../workers/editors/scene_protocol';
import { HandReader, type Pull } from '../../workers/physics/pull';
import { ModelFitError } from '../../workers/ranks/model_fit';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { RankClient } from '../../workers/ranks/rank_client';
import { TrainingRun } from '../../workers/ranks/run';
import { Control, RankState, RankWord, SharedMemory } from '../../workers/ranks/shared_memory';
import { type Metrics, SHOWN_ENV, type TrainConfig } from '../../workers/schema';
import { type FakeWorker, fakeRanks } from './fake_worker';

const config = { env: 'Hopper-v5', env_options: {}, num_envs: 8, ranks: 2 } as TrainConfig;
const scene = { geoms: [{}], poses: new Float32Array(12) } as SceneDescription;
const metrics = { iteration: 1 } as Metrics;

interface Setup {
  run: TrainingRun;
  workers: FakeWorker[];
  clients: RankClient[];
  memory: SharedMemory | null;
}

async function startRun(ranks: number, isolated = true): Promise<Setup> {
  const { workers, clients } = fakeRanks(ranks);
  const memory = isolated ? SharedMemory.create(ranks, 1) : null;
  const run = new TrainingRun(config, scene, clients, memory);
  const opening = run.open();
  for (const worker of workers) worker.answer();
  await opening;
  for (const rank of clients.keys()) setState(memory, rank, RankState.RUNNING);
  return { run, workers, clients, memory };
}

function setState(memory: SharedMemory | null, rank: number, state: number): void {
  if (memory) Atomics.store(memory.rankWords(rank), RankWord.STATE, state);
}

/** Ranks that are alive, for `seconds` of the fake clock. */
async function live(memory: SharedMemory | null, ranks: number[], seconds: number): Promise<void> {
  for (let i = 0; i < 10 * seconds; i++) {
    for (const rank of ranks) {
      if (memory) Atomics.add(memory.rankWords(rank), RankWord.HEARTBEAT, 1);
    }
    await vi.advanceTimersByTimeAsync(100);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a run that goes well', () => {
  it('lets rank 0 begin when it is told to, and not when a pause came first', async () => {
    const { run, workers } = await startRun(2);
    const begun = run.begin();
    expect(workers[0]?.sent.at(-1)).toMatchObject({ type: 'command', command: 'resume' });
    workers[0]?.answer();
    await begun;

    const paused = await startRun(1);
    void paused.run.pause();
    await paused.run.begin();
    expect(paused.workers[0]?.sent.at(-1)).toMatchObject({ type: 'command', command: 'pause' });
  });

  it('collects metrics and the policy, and is done when all ranks are', async () => {
    const { run, workers } = await startRun(2);
    const seen: unknown[] = [];
    run.addEventListener('metrics', (event) => seen.push((event as CustomEvent).detail));
    run.addEventListener('state', () => seen.push(run.state));
    run.addEventListener('ended', () => seen.push('ended event'));
    workers[0]?.say({ type: 'metrics', metrics });
    workers[0]?.say({ type: 'policy', policy: Uint8Array.of(1) });
    workers[0]?.say({ type: 'ended', reason: 'finished' });
    expect(run.state).toBe('running');
    workers[1]?.say({ type: 'ended', reason: 'finished' });
    expect(await run.done).toEqual({
      reason: 'finished',
      history: [metrics],
      policy: Uint8Array.of(1),
    });
    expect(seen).toEqual([metrics, 'ended', 'ended event']);
    expect(await run.policy()).toEqual(Uint8Array.of(1));
  });

  it('holds rank 0 alone while paused, for as long as it takes', async () => {
    const { run, workers, memory } = await startRun(2);
    const pausing = run.pause();
    expect(workers[0]?.sent).toMatchObject([{ type: 'command', command: 'pause' }]);
    expect(run.state).toBe('pausing');
    expect(run.goesOn).toBe(true);
    workers[0]?.answer();
    await pausing;
    setState(memory, 0, RankState.IDLE);
    setState(memory, 1, RankState.WAITING);
    expect(run.state).toBe('paused');
    await live(memory, [1], 30);
    expect(run.state).toBe('paused');
    const resuming = run.resume();
    workers[0]?.answer();
    await resuming;
    expect(run.state).toBe('running');
    expect(workers[1]?.sent).toEqual([]);
  });

  it('has a paused rank 0 draw what is to be seen now', async () => {
    const { run, workers, memory } = await startRun(2);
    run.showOverlays(true);
    expect(memory?.control[Control.OVERLAYS]).toBe(1);
    expect(workers[0]?.sent).toEqual([]);
    const pausing = run.pause();
    workers[0]?.answer();
    await pausing;
    run.showOverlays(false);
    await run.focus(3);
    const redraw = { type: 'command', command: 'redraw' };
    expect(workers[0]?.sent).toMatchObject([redraw, redraw]);
    expect(workers[1]?.sent).toEqual([]);
  });

  it('says which environment it follows, and refuses one that is not there', async () => {
    const { run, memory } = await startRun(2);
    const followed: number[] = [];
    run.addEventListener('focus', () => followed.push(run.focused));
    await run.focus(7);
    expect(Atomics.load(memory?.control ?? new Int32Array(3), 2)).toBe(7);
    await expect(run.focus(8)).rejects.toThrow('expected a whole number from 0 to 7, got 8');
    await expect(run.focus(0.5)).rejects.toThrow('got 0.5');
    expect(followed).toEqual([7]);
  });
});

describe('changes and what is shown', () => {
  it('has the config that rank 0 confirms, and follows an environment that is still there', async () => {
    const { run, workers, memory } = await startRun(2);
    await run.focus(7);
    let announced = 0;
    run.addEventListener('config', () => announced++);
    const changing = run.change({ num_envs: 4 });
    expect(workers[0]?.sent).toMatchObject([{ type: 'change', changes: { num_envs: 4 } }]);
    workers[0]?.answer({ ...config, num_envs: 4 });
    expect((await changing).num_envs).toBe(4);
    expect(run.config.num_envs).toBe(4);
    expect(announced).toBe(1);
    expect(memory?.control[Control.FOCUS]).toBe(3);
    expect(workers[1]?.sent).toEqual([]);
  });

  it('keeps its config when a change is refused, and takes none after the end', async () => {
    const { run, workers } = await startRun(1);
    const changing = run.change({ gamma: 2 });
    const error = {
      rank: 0,
      message: 'gamma: expected a number from 0 to 1, got 2',
      traceback: '',
    };
    const id = workers[0]?.sent[0]?.id;
    workers[0]?.dispatch('message', { data: { type: 'error', id, error } });
    await expect(changing).rejects.toThrow('gamma: expected a number from 0 to 1, got 2');
    expect(run.config).toBe(config);
    workers[0]?.say({ type: 'ended', reason: 'finished' });
    await expect(run.change({ gamma: 0.9 })).rejects.toThrow('The run has ended');
  });

  it('takes another model only when it has as many numbers and drawn parts', async () => {
    const { run, workers } = await startRun(1);
    const models: Record<string, { size: TaskSize; geoms: number }> = {
      own: { size: { observations: 4, actions: 1 }, geoms: 1 },
      longer: { size: { observations: 4, actions: 1 }, geoms: 1 },
      jointed: { size: { observations: 6, actions: 1 }, geoms: 4 },
    };
    const asked: string[] = [];
    workers[0]!.onRequest = (request) => {
      asked.push(request.type);
      if (request.type === 'change') return { ...config, env_options: request.changes };
      if (request.type !== 'scene' && request.type !== 'task-size') return null;
      const { size, geoms } = models[String(request.options.model ?? 'own')]!;
      return request.type === 'scene' ? { ...scene, geoms: Array(geoms).fill({}) } : size;
    };
    const refused = run.change({ model: 'jointed' });
    await expect(refused).rejects.toBeInstanceOf(ModelFitError);
    await expect(refused).rejects.toThrow(
      'The run cannot go on with this model: 4 → 6 observations, 1 → 4 drawn parts; start another run',
    );
    expect(asked).not.toContain('change');
    expect(run.config).toBe(config);
    expect((await run.change({ model: 'longer' })).env_options).toEqual({ model: 'longer' });
  });

  it('passes a hand on to the followed robot while it moves, and records that it was pushed', async () => {
    const { run, workers, memory } = await startRun(2);
    const hand = new HandReader(memory!);
    const pull: Pull = { geom: 1, point: [0.5, 0, 0], force: [0, 0, 8] };
    await run.focus(1);
    expect(hand.env).toBe(-1);
    run.pull(pull);
    expect([hand.env, hand.pull, run.pushed]).toEqual([1, pull, true]);
    run.pull({ ...pull, force: [1, 2, 3] });
    expect(hand.pull.force).toEqual([1, 2, 3]);
    expect(workers[0]?.sent.filter(({ type }) => type === 'change')).toMatchObject([
      { changes: { pushed: true } },
    ]);
    run.pull(null);
    expect(hand.env).toBe(-1);

    run.pull(pull);
    const pausing = run.pause();
    expect(hand.env).toBe(-1);
    workers[0]?.answer();
    await pausing;
    run.pull(pull);
    expect(hand.env).toBe(-1);
  });

  it('knows the checkpoints, and follows the shown environment until the view is live', async () => {
    const { run, workers, memory } = await startRun(2);
    const news = {
      notices: ['a'],
      checkpoints: [{ global_step: 64, episodic_return: 1 }],
      best: 64,
      reward: 'def reward',
      pushed: false,
      config: { ...run.config, env_options: { frame_skip: 3 } },
    };
    workers[0]?.say({ type: 'news', news });
    const known = { checkpoints: news.checkpoints, best: 64, reward: 'def reward', pushed: false };
    expect(run).toMatchObject(known);
    expect(run.config).toEqual(news.config);
    const showing = run.show({ checkpoint: 64 });
    expect(workers[0]?.sent).toMatchObject([
      { type: 'show', shown: { checkpoint: 64 }, file: null },
    ]);
    workers[0]?.answer();
    await showing;
    expect(memory?.control[Control.FOCUS]).toBe(SHOWN_ENV);
    await run.focus(3);
    expect(memory?.control[Control.FOCUS]).toBe(SHOWN_ENV);
    const live = run.show('live');
    workers[0]?.answer();
    await live;
    expect(memory?.control[Control.FOCUS]).toBe(3);
    const file = run.show(Uint8Array.of(1, 2));
    expect(workers[0]?.sent).toMatchObject([{ shown: 'file', file: Uint8Array.of(1, 2) }]);
    workers[0]?.answer();
    await file;
    expect(run.shown).toBe('file');
  });

  it('can be shown and asked for its best policy after the end, until the next run starts', async () => {
    const { run, workers } = await startRun(1);
    workers[0]?.say({ type: 'ended', reason: 'finished' });
    const showing = run.show('best');
    workers[0]?.answer();
    await showing;
    const policy = run.policy('best');
    expect(workers[0]?.sent).toMatchObject([{ type: 'policy', which: 'best' }]);
    workers[0]?.answer(Uint8Array.of(7));
    expect(await policy).toEqual(Uint8Array.of(7));
    run.retire();
    await expect(run.show('best')).rejects.toThrow('Another run has started');
    await expect(run.policy('best')).rejects.toThrow('Another run has started');
  });
});

describe('stop', () => {
  it('sets the stop word at once and is done when the ranks are', async () => {
    const { run, workers, memory } = await startRun(2);
    const stopping = run.stop();
    expect(memory?.stopped).toBe(true);
    expect(run.state).toBe('stopping');
    for (const worker of workers) worker.say({ type: 'ended', reason: 'stopped' });
    await stopping;
    expect(run.state).toBe('ended');
    expect((await run.done).reason).toBe('stopped');
    await vi.advanceTimersByTimeAsync(2000);
    expect(workers.map((worker) => worker.terminated)).toEqual([false, false]);
  });

  it('interrupts the ranks that do not answer in 100 ms, and ends them 1 s later', async () => {
    const { run, workers, clients } = await startRun(2);
    const stopping = run.stop();
    workers[0]?.say({ type: 'ended', reason: 'stopped' });
    const words = clients.map(({ interruptBuffer }) => new Int32Array(interruptBuffer as never));
    await vi.advanceTimersByTimeAsync(99);
    expect(words.map((word) => word[0])).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(2);
    expect(words.map((word) => word[0])).toEqual([0, 2]);
    await vi.advanceTimersByTimeAsync(1000);
    await stopping;
    expect(workers.map((worker) => worker.terminated)).toEqual([false, true]);
    expect((await run.done).reason).toBe('stopped');
  });

  it('waits for the iteration where the page is not isolated, then ends the worker', async () => {
    const { run, workers } = await startRun(1, false);
    const stopping = run.stop();
    expect(workers[0]?.sent).toMatchObject([{ type: 'command', command: 'stop' }]);
    await vi.advanceTimersByTimeAsync(2900);
    expect(workers[0]?.terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await stopping;
    expect(workers[0]?.terminated).toBe(true);
    expect(await run.done).toEqual({ reason: 'stopped', history: [], policy: null });
  });
});

describe('a rank that fails', () => {
  it('ends the run with its error and releases the others', async () => {
    const { run, workers, memory } = await startRun(2);
    const error = { rank: 1, message: 'it broke', traceback: 'File "a.py"' };
    workers[1]?.say({ type: 'failed', error });
    expect(memory?.abortedBy).toBe(1);
    workers[0]?.say({ type: 'ended', reason: 'stopped' });
    await expect(run.done).rejects.toMatchObject({ message: 'it broke', report: /File/ });
    expect(workers.map((worker) => worker.terminated)).toEqual([false, true]);
  });

  it('takes along those that do not leave', async () => {
    const { run, workers } = await startRun(2);
    workers[0]?.dispatch('error', { message: 'out of memory' });
    await vi.advanceTimersByTimeAsync(500);
    await expect(run.done).rejects.toThrow('Rank 0 stopped: out of memory');
    expect(workers[1]?.terminated).toBe(true);
  });

  it.each([0, 1])('is named within 5 s when rank %i no longer answers', async (dead) => {
    const { run, workers, memory } = await startRun(2);
    const alive = 1 - dead;
    await live(memory, [0, 1], 10);
    expect(run.state).toBe('running');
    await live(memory, [alive], 3.3);
    expect(workers[dead]?.terminated).toBe(true);
    expect(memory?.abortedBy).toBe(dead);
    workers[alive]?.say({ type: 'ended', reason: 'stopped' });
    await expect(run.done).rejects.toThrow(`Rank ${dead} stopped answering: no sign of life`);
    expect(workers[alive]?.terminated).toBe(false);
  });

  it('is noticed by its messages where the page is not isolated', async () => {
    const { run, workers } = await startRun(1, false);
    for (let i = 0; i < 20; i++) {
      workers[0]?.say({ type: 'alive' });
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(run.state).toBe('running');
    await vi.advanceTimersByTimeAsync(4500);
    await expect(run.done).rejects.toThrow('Rank 0 stopped answering');
  });

  it('is one that goes on when another has ended', async () => {
    const { run, workers, memory } = await startRun(2);
    workers[0]?.say({ type: 'ended', reason: 'finished' });
    setState(memory, 0, RankState.IDLE);
    await live(memory, [1], 4.5);
    await expect(run.done).rejects.toThrow('Rank 1 did not end although rank 0 has');
  });

  it('cannot open: the start is refused and every rank is free', async () => {
    const { workers, clients } = fakeRanks(2);
    const memory = SharedMemory.create(2, 1);
    const run = new TrainingRun(config, scene, clients, memory);
    const opening = run.open();
    const error = { rank: 1, message: 'no room', traceback: '' };
    const id = workers[1]?.sent[0]?.id;
    workers[0]?.answer();
    workers[1]?.dispatch('message', { data: { type: 'error', id, error } });
    const refused = expect(opening).rejects.toThrow('no room');
    await vi.advanceTimersByTimeAsync(0);
    expect(memory.abortedBy).toBe(1);
    workers[0]?.say({ type: 'ended', reason: 'stopped' });
    await refused;
    expect(run.state).toBe('ended');
    expect(workers.map((worker) => worker.terminated)).toEqual([false, false]);
  });
});
