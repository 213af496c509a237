// The button that opens the list of runs, and the names of those that the charts show, in their colours.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { runTitle } from '../../control/run_list';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { base, controls } from '../../styles/shared';

/** Dispatches 'toggle-runs'. */
@customElement('websim-run-legend')
export class RunLegend extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** Whether the list is open. */
  @property({ type: Boolean }) open = false;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { runs, overlays } = this.store.runs;
    const shown = runs.find(({ current }) => current);
    return html`
      <button aria-expanded=${this.open} @click=${this.#toggle}>
        Runs <span class="number">${runs.length}</span>
      </button>
      ${
        overlays.length > 0
          ? html`<ul aria-label="Runs in the charts">
              ${shown ? html`<li .style=${'--color: var(--accent)'}>${runTitle(shown)}</li>` : nothing}
              ${overlays.map((run) => html`<li .style=${`--color: var(--run-${run.slot})`}>${runTitle(run)}</li>`)}
            </ul>`
          : nothing
      }
    `;
  }

  readonly #toggle = (): void => {
    this.dispatchEvent(new CustomEvent('toggle-runs', { bubbles: true, composed: true }));
  };

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
        font-size: 0.75rem;
      }
      button {
        padding: 0.3rem 0.7rem;
        font-size: 0.8125rem;
      }
      button span {
        margin-left: 2px;
        color: var(--text-soft);
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
        min-width: 0;
        margin: 0;
        padding: 0;
        list-style: none;
        overflow-wrap: anywhere;
      }
      li::before {
        content: '';
        display: inline-block;
        width: 14px;
        height: 3px;
        margin-right: 6px;
        vertical-align: middle;
        background: var(--color);
        border-radius: 2px;
      }
    `,
  ];
}
