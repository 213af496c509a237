// A recipe that the address has brought: what is in it, and the question whether to train it. Nothing of it was used yet.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { modelOf, taskTitle } from '../../control/own_model';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { base, controls, offer } from '../../styles/shared';

@customElement('websim-recipe')
export class RecipeOffer extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { recipe, phase } = this.store;
    if (!recipe) return nothing;
    const { task, options, settings, seed, reward } = recipe;
    const { model: _, ...rest } = { ...options } as Record<string, unknown>;
    const told = { ...settings, seed, ...rest };
    return html`<section class="offer" aria-label="Recipe">
      <div class="content">
        <p>This link is a recipe: train <strong>${taskTitle(task, options)}</strong> with ${Object.keys(told).length} settings.</p>
        <details>
          <summary>Settings</summary>
          <dl>${Object.entries(told).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>
        </details>
        ${reward ? this.#text('It brings a reward as Python text, which training runs', reward) : nothing}
        ${this.#model(options)}
      </div>
      <div class="actions">
        <button class="primary" ?disabled=${phase === 'unusable' || this.store.run?.goesOn} @click=${this.#train}>Train it</button>
        <button @click=${this.#discard}>Discard</button>
      </div>
    </section>`;
  }

  #model(options: Record<string, unknown>) {
    const xml = modelOf(options)?.xml;
    return typeof xml === 'string' ? this.#text('It brings a model of its own', xml) : nothing;
  }

  #text(what: string, text: string) {
    return html`<details><summary>${what}</summary><pre>${text}</pre></details>`;
  }

  readonly #train = (): void => {
    const { store } = this;
    void store.attempt(async () => {
      await store.followRecipe();
      this.#discard();
    });
  };

  /** A reload does not ask again. */
  readonly #discard = (): void => {
    this.store.bring(null);
    history.replaceState(history.state, '', location.pathname + location.search);
  };

  static override styles = [
    base,
    controls,
    offer,
    css`
      .content {
        flex: 1 1 320px;
        min-width: 0;
      }
      .offer {
        align-items: start;
      }
      details {
        margin-top: 6px;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      summary {
        cursor: pointer;
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 2px 12px;
        margin: 6px 0 0;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      pre {
        max-height: 240px;
        margin: 6px 0 0;
        padding: 8px 10px;
        overflow: auto;
        background: var(--surface-sunken);
        border-radius: var(--radius-small);
      }
    `,
  ];
}
