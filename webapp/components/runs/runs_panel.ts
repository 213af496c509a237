// The list of runs, and below it the comparison of those that are chosen.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type ListedRun, runTask } from '../../control/run_list';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { base, controls, panel } from '../../styles/shared';
import './run_comparison';
import './run_row';

/** Dispatches 'toggle-runs' when it is to be closed. */
@customElement('websim-runs')
export class RunsPanel extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** Task whose runs are listed; empty: of all. */
  @state() private task = '';

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { runs } = this.store.runs;
    const tasks = [...new Set(runs.map(({ config }) => runTask(config)))].sort();
    const listed = runs.filter(
      ({ config }) => !tasks.includes(this.task) || runTask(config) === this.task,
    );
    return html`
      <div class="head">
        <h2>Runs</h2>
        <label>
          <span class="visually-hidden">Task of the runs</span>
          <select @change=${this.#filter}>
            <option value="">All tasks</option>
            ${tasks.map((task) => html`<option value=${task} ?selected=${task === this.task}>${task}</option>`)}
          </select>
        </label>
        <button @click=${this.#close}>Close</button>
      </div>
      ${this.#undo()}
      ${
        listed.length > 0
          ? html`<ul>${repeat(
              listed,
              ({ id }) => id,
              (run) => this.#item(run),
            )}</ul>`
          : html`<p class="hint">Runs of this session and those that this browser keeps are listed here.</p>`
      }
      <websim-run-comparison .store=${this.store}></websim-run-comparison>
    `;
  }

  /** Runs may be read from their saves only once they are listed. */
  protected override updated(): void {
    void this.store.attempt(() => this.store.runs.readAll());
  }

  #item(run: ListedRun) {
    return html`<li><websim-run-row .store=${this.store} .run=${run}></websim-run-row></li>`;
  }

  #undo() {
    const { removed } = this.store.runs;
    return html`<div role="status">
      ${
        removed
          ? html`<p class="undo">
              <span>${removed.title} was deleted.</span>
              <button @click=${this.#restore}>Undo</button>
            </p>`
          : nothing
      }
    </div>`;
  }

  readonly #restore = (): void => {
    void this.store.attempt(() => this.store.runs.restore());
  };

  readonly #filter = (event: Event): void => {
    this.task = (event.target as HTMLSelectElement).value;
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('toggle-runs'));
  };

  static override styles = [
    base,
    panel,
    controls,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 10px 14px;
      }
      h2 {
        flex: 1;
        font-size: 0.9375rem;
        color: var(--text);
      }
      select {
        width: auto;
        padding: 0.25rem 0.4rem;
        font-size: 0.8125rem;
      }
      button {
        padding: 0.25rem 0.7rem;
        font-size: 0.8125rem;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        border-top: 1px solid var(--border);
      }
      .hint,
      .undo {
        margin: 0;
        padding: 10px 14px;
        font-size: 0.8125rem;
        color: var(--text-soft);
        border-top: 1px solid var(--border);
      }
      .undo {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 10px;
        color: var(--text);
        background: var(--accent-wash);
        overflow-wrap: anywhere;
      }
    `,
  ];
}
