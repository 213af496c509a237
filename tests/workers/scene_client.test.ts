import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SceneClient } from '../../workers/editors/scene_client';
import type { SceneState } from '../../workers/editors/scene_protocol';
import { FakeWorker } from './fake_worker';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TEXT = { xml: '<mujoco/>', files: {} };
const STATE: SceneState = {
  type: 'state',
  time: 0,
  poses: new Float32Array(),
  joints: new Float64Array(),
  controls: new Float64Array(),
  diverged: false,
};

function client() {
  const workers: FakeWorker[] = [];
  const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const scenes = new SceneClient(
    async () => ({ loader: 'mujoco.mjs', mujoco: module, physics: module }),
    () => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
  );
  const failures: string[] = [];
  scenes.addEventListener('failure', (event) =>
    failures.push((event as CustomEvent<string>).detail),
  );
  return { scenes, workers, failures };
}

/** The next request, which is then answered. */
async function answer(worker: () => FakeWorker, type: string, reply: object): Promise<void> {
  await vi.waitFor(() => expect(worker().sent.at(-1)).toMatchObject({ type }));
  const { id } = worker().sent.splice(0).at(-1)!;
  worker().dispatch('message', { data: { id, ...reply } });
}

async function loaded() {
  const made = client();
  const load = made.scenes.load(TEXT);
  await answer(() => made.workers[0]!, 'boot', { type: 'reply', result: null });
  await answer(() => made.workers[0]!, 'load', { type: 'reply', result: { keyframes: [] } });
  expect(await load).toEqual({ keyframes: [] });
  return made;
}

it('boots one worker and tells what is wrong with a model', async () => {
  const { scenes, workers, failures } = await loaded();
  const load = scenes.load(TEXT);
  const refusal = { type: 'error', message: 'XML Error, line 3', damaged: false };
  await answer(() => workers[0]!, 'load', refusal);
  await expect(load).rejects.toThrow('XML Error, line 3');
  expect(workers).toHaveLength(1);
  expect(failures).toEqual([]);
});

it.each(['damaged', 'silent', 'slow'])('ends a %s worker, and takes another', async (how) => {
  const { scenes, workers, failures } = await loaded();
  const [first] = workers;
  if (how === 'silent') {
    scenes.order({ type: 'play', playing: true });
    first!.dispatch('message', { data: STATE });
    vi.advanceTimersByTime(5000);
  } else {
    const load = scenes.load(TEXT);
    load.catch(() => {});
    if (how === 'slow') {
      await vi.waitFor(() => expect(first!.sent.at(-1)).toMatchObject({ type: 'load' }));
      await vi.advanceTimersByTimeAsync(15_000);
      await expect(load).rejects.toThrow("The model's worker took longer than 15 s");
    } else {
      const refusal = { type: 'error', message: 'out of memory', damaged: true };
      await answer(() => first!, 'load', refusal);
      await expect(load).rejects.toThrow('out of memory');
    }
  }
  expect(first!.terminated).toBe(true);
  expect(failures).toHaveLength(1);
  const again = scenes.load(TEXT);
  await answer(() => workers[1]!, 'boot', { type: 'reply', result: null });
  await answer(() => workers[1]!, 'load', { type: 'reply', result: { keyframes: ['home'] } });
  expect(await again).toEqual({ keyframes: ['home'] });
});

it('waits for a model that compiles, although nothing plays meanwhile', async () => {
  const { scenes, workers, failures } = await loaded();
  scenes.order({ type: 'play', playing: true });
  const load = scenes.load(TEXT);
  await vi.waitFor(() => expect(workers[0]!.sent.at(-1)).toMatchObject({ type: 'load' }));
  vi.advanceTimersByTime(10_000);
  expect(failures).toEqual([]);
  await answer(() => workers[0]!, 'load', { type: 'reply', result: { keyframes: [] } });
  await load;
});
