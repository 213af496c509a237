// What may change while a run goes on: its number of environments and the live settings of its algorithm. A field
// shows the value that the run has confirmed.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { SETTINGS, type Setting, type TrainConfig } from '../../../workers/schema';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { base, controls, panel } from '../../styles/shared';

/** Those that are tried first, of whatever algorithm; the others are behind "More". */
const MAIN = ['learning_rate', 'ent_coef', 'clip_coef', 'gamma', 'policy_lr', 'q_lr', 'utd'];
const MAIN_COUNT = 4;

@customElement('websim-live-settings')
export class LiveSettings extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** What came of the last change, in a sentence. */
  @state() private outcome = '';
  @state() private refused = false;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { run } = this.store;
    this.hidden = !run?.goesOn;
    if (!run?.goesOn) return nothing;
    const { config } = run;
    const [main, more] = liveSettings(config.algorithm);
    return html`
      <fieldset>
        <legend>While training</legend>
        ${main.map((setting) => this.#field(setting, config))}
      </fieldset>
      <details>
        <summary>More settings</summary>
        <fieldset>
          <legend class="visually-hidden">More settings</legend>
          ${more.map((setting) => this.#field(setting, config))}
        </fieldset>
      </details>
      <p role=${this.refused ? 'alert' : 'status'} class=${this.refused ? 'refused' : ''}>${this.outcome}</p>
    `;
  }

  #field({ name, help, low, high }: Setting, config: TrainConfig) {
    const value = config[name];
    if (typeof value === 'boolean') {
      return html`<label class="check" title=${help}>
        <input
          type="checkbox"
          .checked=${value}
          @change=${(event: Event) => this.#change(name, event.target as HTMLInputElement)}
        />
        <span>${labelOf(name)}</span>
      </label>`;
    }
    return html`<label title=${help}>
      <span>${labelOf(name)}</span>
      <input
        type="number"
        inputmode="decimal"
        step="any"
        min=${low ?? ''}
        max=${high ?? ''}
        .value=${String(value)}
        @change=${(event: Event) => this.#change(name, event.target as HTMLInputElement)}
      />
    </label>`;
  }

  /** Where the run does not take it, the field goes back to what the run has. */
  async #change(name: keyof TrainConfig, input: HTMLInputElement): Promise<void> {
    const isSwitch = input.type === 'checkbox';
    try {
      await this.store.change({ [name]: isSwitch ? input.checked : input.valueAsNumber });
      this.refused = false;
      this.outcome = `${labelOf(name)} is ${this.#confirmed(name)} from the next iteration on.`;
    } catch (error) {
      this.refused = true;
      this.outcome = error instanceof Error ? error.message : String(error);
    }
    if (isSwitch) input.checked = this.#confirmed(name) === true;
    else input.value = String(this.#confirmed(name));
  }

  #confirmed(name: keyof TrainConfig): unknown {
    return this.store.run?.config[name];
  }

  static override styles = [
    base,
    panel,
    controls,
    css`
      :host {
        padding: 12px 14px;
      }
      :host([hidden]) {
        display: none;
      }
      fieldset {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: 6px;
        padding: 0;
        font-size: 0.8125rem;
        font-weight: 600;
      }
      label > span {
        display: block;
        margin-bottom: 2px;
        font-size: 0.6875rem;
        font-weight: 550;
        color: var(--text-soft);
      }
      label input[type='number'] {
        padding: 0.3rem 0.4rem;
      }
      label {
        display: flex;
        flex-direction: column;
        justify-content: end;
      }
      .check {
        flex-direction: row;
        justify-content: start;
        align-items: center;
        gap: 6px;
      }
      .check input {
        width: auto;
      }
      summary {
        margin-top: 8px;
        font-size: 0.8125rem;
        color: var(--text-soft);
        cursor: pointer;
      }
      details fieldset {
        grid-template-columns: 1fr 1fr;
        margin-top: 8px;
      }
      p {
        margin: 6px 0 0;
        min-height: 1.3em;
        font-size: 0.75rem;
        line-height: 1.3;
        color: var(--text-soft);
      }
      .refused {
        padding: 4px 8px;
        color: var(--text);
        background: var(--warn-wash);
        border-radius: var(--radius-small);
      }
    `,
  ];
}

/** The live settings of an algorithm, the number of environments first: those that are shown at once, and the others. */
function liveSettings(algorithm: string): [main: Setting[], more: Setting[]] {
  const all = SETTINGS.filter(({ live, defaults }) => live && algorithm in defaults);
  const named = MAIN.flatMap((name) => all.filter((setting) => setting.name === name));
  const first = new Set([
    ...all.filter(({ name }) => name === 'num_envs'),
    ...named.slice(0, MAIN_COUNT),
  ]);
  return [[...first], all.filter((setting) => !first.has(setting))];
}

/** learning_rate -> "Learning rate" */
function labelOf(name: keyof TrainConfig): string {
  if (name === 'num_envs') return 'Environments';
  const words = name.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
