// Where the run was saved last, and how a run leaves the browser and comes back.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { saveRunFile } from '../../control/run_file';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { formatCount } from '../../format';
import { base, controls } from '../../styles/shared';

@customElement('websim-save-status')
export class SaveStatus extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { saver } = this.store.keeper;
    const { phase, run } = this.store;
    const busy = run?.goesOn || phase === 'starting' || phase === 'stopping';
    return html`
      <p class="number" title="The ten newest runs are kept in this browser.">
        ${saver?.last ? `Saved at ${formatCount(saver.last.globalStep)} steps` : 'Nothing saved yet'}
      </p>
      <div class="buttons">
        <button ?disabled=${!saver?.last} title="The whole run in one file, to go on with elsewhere." @click=${this.#download}>
          Download run
        </button>
        <button ?disabled=${busy} title="Go on with a run that was downloaded; it can also be dropped on the page." @click=${this.#choose}>
          Open run
        </button>
      </div>
      <input type="file" accept=".websim-run" hidden aria-label="Saved run" @change=${this.#open} />
    `;
  }

  readonly #download = (): void => {
    void this.store.attempt(() => saveRunFile(this.store));
  };

  readonly #choose = (): void => {
    this.renderRoot.querySelector('input')?.click();
  };

  readonly #open = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (!file) return;
    void this.store.attempt(async () => {
      await this.store.keeper.import(new Uint8Array(await file.arrayBuffer()));
    });
    // The same file can be chosen again.
    input.value = '';
  };

  static override styles = [
    base,
    controls,
    css`
      p {
        margin: 0 0 6px;
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      .buttons {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
      }
      .buttons button {
        padding-inline: 0;
      }
    `,
  ];
}
