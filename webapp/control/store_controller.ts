// Redraws components when the store changes: as many in a frame as it has time for, the others in the next ones, so that a
// change which concerns the whole page, a start perhaps, does not hold up its thread.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { TrainingStore } from './training_store';

interface StoreHost extends ReactiveControllerHost {
  store: TrainingStore;
}

/** Milliseconds of a frame after which no other component is begun; styles and layout come on top. */
const FRAME_SHARE = 4;

/** A page that nobody sees draws no frames: milliseconds after which one is taken for drawn, and how many are waited for. */
const FRAME_MS = 100;
const MOST_FRAMES = 8;

const waiting = new Set<StoreHost>();
let drawing = false;

export class StoreController implements ReactiveController {
  readonly #host: StoreHost;
  readonly #onChange = () => {
    waiting.add(this.#host);
    if (drawing) return;
    drawing = true;
    queueMicrotask(drawSome);
  };

  /** The host's `store` must be set before it is connected. */
  constructor(host: StoreHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.store.addEventListener('change', this.#onChange);
  }

  hostDisconnected(): void {
    this.#host.store.removeEventListener('change', this.#onChange);
  }
}

async function drawSome(): Promise<void> {
  const end = performance.now() + FRAME_SHARE;
  for (const host of waiting) {
    waiting.delete(host);
    host.requestUpdate();
    // What a component throws is told by the browser, and is not the others' concern.
    await host.updateComplete.catch(() => {});
    if (performance.now() >= end) break;
  }
  drawing = waiting.size > 0;
  if (drawing) requestAnimationFrame(drawSome);
}

/** Resolves when the components show what the store announced before, in the next frame at the earliest. */
export async function drawn(): Promise<void> {
  for (let frames = 0; frames === 0 || (drawing && frames < MOST_FRAMES); frames++) await frame();
  // Styles, layout and paint of the last of them.
  await frame();
}

function frame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
    setTimeout(resolve, FRAME_MS);
  });
}
