// Redraws a component when the store changes.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { TrainingStore } from './training_store';

interface StoreHost extends ReactiveControllerHost {
  store: TrainingStore;
}

export class StoreController implements ReactiveController {
  readonly #host: StoreHost;
  readonly #onChange = () => this.#host.requestUpdate();

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
