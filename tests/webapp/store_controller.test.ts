import type { ReactiveControllerHost } from 'lit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { drawn, StoreController } from '../../webapp/control/store_controller';
import type { TrainingStore } from '../../webapp/control/training_store';

const store = new EventTarget() as TrainingStore;

/** A component whose update takes milliseconds of the fake clock, or fails. */
class Host {
  readonly store = store;
  updates = 0;
  updateComplete: Promise<boolean> = Promise.resolve(true);
  private connected: () => void = () => {};

  constructor(
    private readonly cost: number,
    private readonly failure: Error | null = null,
  ) {
    new StoreController(this as unknown as ReactiveControllerHost & { store: TrainingStore });
    this.connected();
  }

  addController(controller: StoreController): void {
    this.connected = () => controller.hostConnected();
  }

  requestUpdate(): void {
    this.updates++;
    now += this.cost;
    this.updateComplete = this.failure ? Promise.reject(this.failure) : Promise.resolve(true);
  }
}

let now = 0;
let frames: FrameRequestCallback[] = [];

async function nextFrame(): Promise<void> {
  for (const callback of frames.splice(0)) {
    callback(now);
    // Browsers settle promises after each callback.
    await vi.advanceTimersByTimeAsync(0);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('redraws as many components in a frame as it has time for, each once', async () => {
  const hosts = [new Host(1), new Host(1, new Error('no')), new Host(10), new Host(1), new Host(9)];
  const updates = () => hosts.map((host) => host.updates);
  store.dispatchEvent(new Event('change'));
  store.dispatchEvent(new Event('change'));
  await vi.advanceTimersByTimeAsync(0);
  expect(updates()).toEqual([1, 1, 1, 0, 0]);
  let shown = false;
  void drawn().then(() => {
    shown = true;
  });
  await nextFrame();
  expect(updates()).toEqual([1, 1, 1, 1, 1]);
  // The last frame's layout comes after its callbacks.
  expect(shown).toBe(false);
  await nextFrame();
  expect(shown).toBe(true);
});

it('does not wait for frames of a page that nobody sees', async () => {
  const shown = drawn();
  await vi.advanceTimersByTimeAsync(1000);
  await shown;
});
