// The offer to go on with a run that was saved, and the place where runs from files are dropped.

import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SavedRun } from '../../../workers/saves/saves_protocol';
import { taskTitle } from '../../control/own_model';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { formatCount, formatDuration } from '../../format';
import { base, controls, offer } from '../../styles/shared';

const SUFFIX = '.websim-run';
const SECOND_MS = 1000;

@customElement('websim-saved-run')
export class SavedRunOffer extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  private clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    new StoreController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#drag);
    window.addEventListener('drop', this.#drop);
    this.clock = setInterval(() => {
      if (this.store.keeper.offer) this.requestUpdate();
    }, SECOND_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', this.#drag);
    window.removeEventListener('drop', this.#drop);
    clearInterval(this.clock);
  }

  protected override render() {
    const { phase, keeper } = this.store;
    const { offer: run } = keeper;
    const free = phase === 'ready' || phase === 'ended' || phase === 'loading';
    if (!run || !free) return nothing;
    return html`<section class="offer" aria-label="Saved run">
      <p>
        Go on with <strong>${taskTitle(run.config.env, run.config.env_options)}</strong> at
        <span class="number">${formatCount(run.globalStep)}</span> steps
        <span class="soft number">(${age(run)})</span>
        ${run.code ? html`<br /><span class="soft">It brings a reward as Python text, which going on runs.</span>` : nothing}
      </p>
      <div class="actions">
        <button class="primary" @click=${() => this.store.attempt(() => this.store.goOn(run.id))}>Go on</button>
        <button @click=${() => this.store.attempt(() => keeper.discard(run.id))}>Discard</button>
      </div>
    </section>`;
  }

  readonly #drag = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };

  readonly #drop = (event: DragEvent): void => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    void this.store.attempt(async () => {
      if (!file.name.endsWith(SUFFIX)) {
        throw new Error(
          `${file.name}: expected a saved run (${SUFFIX}); policies are opened by their own button.`,
        );
      }
      await this.store.keeper.import(new Uint8Array(await file.arrayBuffer()));
    });
  };

  static override styles = [base, controls, offer];
}

function age({ savedAt }: SavedRun): string {
  return `saved ${formatDuration(Date.now() / 1000 - savedAt)} ago`;
}
