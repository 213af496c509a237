// Which policy the robot view shows: training as it goes, or a policy of the run or of a file that acts without noise.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { CheckpointInfo, PolicyChoice, ShownChoice } from '../../../workers/ranks/protocol';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { formatCompact, formatValue } from '../../format';
import { base, controls } from '../../styles/shared';

@customElement('websim-shown-policy')
export class ShownPolicy extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { run } = this.store;
    if (!run) return nothing;
    const choices: [ShownChoice, string][] = [
      ['live', 'training'],
      ['latest', 'newest policy'],
    ];
    if (run.best !== null) choices.push(['best', `best, after ${formatCompact(run.best)} steps`]);
    for (const checkpoint of run.checkpoints) {
      choices.push([{ checkpoint: checkpoint.global_step }, describe(checkpoint)]);
    }
    choices.push(['file', 'from a file…']);
    const shown = keyOf(run.shown);
    return html`
      <label>
        <span class="word">Shows</span>
        <select aria-label="Shown policy" .value=${live(shown)} @change=${this.#choose}>
          ${choices.map(
            ([choice, text]) =>
              html`<option value=${keyOf(choice)} ?selected=${keyOf(choice) === shown}>${text}</option>`,
          )}
        </select>
      </label>
      <input type="file" accept=".websim" hidden aria-label="Policy file" @change=${this.#open} />
    `;
  }

  readonly #choose = (event: Event): void => {
    const key = (event.target as HTMLSelectElement).value;
    if (key === 'file') {
      this.renderRoot.querySelector<HTMLInputElement>('input')!.click();
      // Until a file is chosen, what was shown stays.
      this.requestUpdate();
      return;
    }
    const step = Number(key);
    const choice = Number.isNaN(step) ? (key as 'live' | PolicyChoice) : { checkpoint: step };
    void this.#show(choice);
  };

  readonly #open = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = '';
    if (file) await this.#show(new Uint8Array(await file.arrayBuffer()));
  };

  async #show(what: Parameters<TrainingStore['show']>[0]): Promise<void> {
    await this.store.attempt(() => this.store.show(what));
    this.requestUpdate();
  }

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: contents;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        color: var(--text-soft);
      }
      select {
        width: auto;
        max-width: 15em;
        padding: 2px 6px;
        font-size: 0.8125rem;
      }
      @media (max-width: 1100px) {
        .word {
          display: none;
        }
        select {
          max-width: 9em;
        }
      }
    `,
  ];
}

function keyOf(choice: ShownChoice): string {
  return typeof choice === 'object' ? String(choice.checkpoint) : choice;
}

function describe({ global_step, episodic_return }: CheckpointInfo): string {
  const steps = `after ${formatCompact(global_step)} steps`;
  return episodic_return === null ? steps : `${steps}, return ${formatValue(episodic_return)}`;
}
