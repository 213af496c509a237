// The form: which robot, how many, and Start / Pause / Stop.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ALGORITHMS, TASKS } from '../../../workers/schema';
import { OWN_MODEL, taskTitle } from '../../control/own_model';
import {
  NUMBER_FIELDS,
  type NumberField,
  parseNumber,
  type RunSettings,
} from '../../control/settings';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { base, controls, panel } from '../../styles/shared';

const LABELS: Record<NumberField, string> = {
  num_envs: 'Environments',
  ranks: 'Ranks',
  total_steps: 'Total steps',
  seed: 'Seed',
};

@customElement('websim-run-controls')
export class RunControls extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { phase, settings, own, run, pool } = this.store;
    const active = run?.goesOn ?? false;
    const busy = active || phase === 'starting' || phase === 'stopping';
    return html`
      <form novalidate @submit=${this.#start}>
        <fieldset ?disabled=${busy}>
          <legend class="visually-hidden">Training run</legend>
          <label class="task">
            <span>Task</span>
            <select name="env" @change=${this.#chooseTask}>
              ${own ? html`<option value=${OWN_MODEL} ?selected=${settings.env === OWN_MODEL}>${taskTitle(OWN_MODEL, own)}</option>` : nothing}
              ${TASKS.map((task) => html`<option value=${task} ?selected=${task === settings.env}>${task}</option>`)}
            </select>
          </label>
          <label class="algorithm" title="How the robots learn.">
            <span>Algorithm</span>
            <select name="algorithm" @change=${this.#chooseAlgorithm}>
              ${ALGORITHMS.map(
                (name) =>
                  html`<option value=${name} ?selected=${name === settings.algorithm}>${name.toUpperCase()}</option>`,
              )}
            </select>
          </label>
          ${this.#numberField('num_envs', LABELS.num_envs, { min: 1, title: 'Robots that are simulated side by side.' })}
          ${this.#numberField('ranks', `${LABELS.ranks} (max ${pool.maxRanks})`, {
            min: 1,
            max: pool.maxRanks,
            title: 'Workers that share the environments; each uses one processor core.',
          })}
          ${this.#numberField('total_steps', LABELS.total_steps, {
            min: 1,
            step: 100_000,
            title: 'Training ends after this many environment steps, summed over all environments.',
          })}
          ${this.#numberField('seed', LABELS.seed, { min: 0, title: 'The same seed, ranks and settings give the same run.' })}
        </fieldset>
        <div class="buttons">
          <button class="primary" type="submit" ?disabled=${busy || phase === 'unusable'}>
            ${phase === 'starting' ? 'Starting…' : 'Start'}
          </button>
          <button type="button" ?disabled=${!active || phase === 'pausing'} @click=${this.#togglePause}>
            ${phase === 'paused' ? 'Resume' : phase === 'pausing' ? 'Pausing…' : 'Pause'}
          </button>
          <button type="button" ?disabled=${!active} @click=${() => this.store.attempt(() => run!.stop())}>
            ${phase === 'stopping' ? 'Stopping…' : 'Stop'}
          </button>
        </div>
      </form>
    `;
  }

  #numberField(
    name: NumberField,
    label: string,
    { min, max, step = 1, title }: { min: number; max?: number; step?: number; title: string },
  ) {
    return html`<label title=${title}>
      <span>${label}</span>
      <input
        type="number"
        inputmode="numeric"
        name=${name}
        min=${min}
        max=${max ?? ''}
        step=${step}
        .value=${String(this.store.settings[name])}
        @change=${this.#chooseNumbers}
      />
    </label>`;
  }

  get #form(): HTMLFormElement {
    return this.renderRoot.querySelector('form')!;
  }

  readonly #chooseTask = (event: Event): void => {
    this.store.choose({ env: (event.target as HTMLSelectElement).value });
  };

  readonly #chooseAlgorithm = (event: Event): void => {
    this.store.choose({ algorithm: (event.target as HTMLSelectElement).value });
  };

  /** A field that does not hold a number keeps its text until Start says what is wrong with it. */
  readonly #chooseNumbers = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (input.value !== '') this.store.choose({ [input.name]: Number(input.value) });
  };

  readonly #start = (event: Event): void => {
    event.preventDefault();
    void this.store.attempt(async () => {
      const data = new FormData(this.#form);
      const request: RunSettings = { ...this.store.settings };
      for (const name of NUMBER_FIELDS) {
        const text = String(data.get(name));
        request[name] = parseNumber(name, text, `The field "${LABELS[name]}"`);
      }
      await this.store.train({ ...request });
    });
  };

  readonly #togglePause = (): void => {
    const { run } = this.store;
    if (run) void this.store.attempt(() => (run.state === 'paused' ? run.resume() : run.pause()));
  };

  static override styles = [
    base,
    panel,
    controls,
    css`
      form {
        padding: 14px;
      }
      fieldset {
        display: grid;
        grid-template-columns: repeat(6, 1fr);
        gap: 10px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      label {
        grid-column: span 3;
      }
      .task {
        grid-column: span 4;
      }
      .algorithm {
        grid-column: span 2;
      }
      label span {
        display: block;
        margin-bottom: 3px;
        font-size: 0.75rem;
        font-weight: 550;
        color: var(--text-soft);
      }
      .buttons {
        display: grid;
        grid-template-columns: 1.4fr 1fr 1fr;
        gap: 8px;
        margin-top: 14px;
      }
      .buttons button {
        padding-inline: 0;
      }
    `,
  ];
}
