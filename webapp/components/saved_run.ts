// The offer to go on with a run that was saved, and the place where runs from files are dropped.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SavedRun } from '../../workers/saves_protocol';
import { taskTitle } from '../control/own_model';
import { StoreController } from '../control/store_controller';
import type { TrainingStore } from '../control/training_store';
import { formatCount, formatDuration } from '../format';
import { base, controls } from '../styles/shared';

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
    const { offer } = keeper;
    const free = phase === 'ready' || phase === 'ended' || phase === 'loading';
    if (!offer || !free) return nothing;
    return html`<section class="offer" aria-label="Saved run">
      <p>
        Go on with <strong>${taskTitle(offer.config.env, offer.config.env_options)}</strong> at
        <span class="number">${formatCount(offer.globalStep)}</span> steps
        <span class="soft number">(${age(offer)})</span>
        ${offer.code ? html`<br /><span class="soft">It brings a reward as Python text, which going on runs.</span>` : nothing}
      </p>
      <div class="actions">
        <button class="primary" @click=${() => this.store.attempt(() => this.store.goOn(offer.id))}>Go on</button>
        <button @click=${() => this.store.attempt(() => keeper.discard(offer.id))}>Discard</button>
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

  static override styles = [
    base,
    controls,
    css`
      .offer {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin: var(--gap) 16px 0;
        padding: 10px 14px;
        background: var(--accent-wash);
        border: 1px solid color-mix(in srgb, var(--accent) 45%, transparent);
        border-radius: var(--radius);
      }
      p {
        flex: 1 1 320px;
        min-width: 0;
        margin: 0;
        overflow-wrap: anywhere;
      }
      strong {
        font-weight: 600;
      }
      .soft {
        color: var(--text-soft);
      }
      .actions {
        display: flex;
        gap: 8px;
      }
      .actions button {
        padding: 0.3rem 0.75rem;
        font-size: 0.8125rem;
      }
    `,
  ];
}

function age({ savedAt }: SavedRun): string {
  return `saved ${formatDuration(Date.now() / 1000 - savedAt)} ago`;
}
