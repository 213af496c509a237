// The chosen runs side by side, to read and to take along.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ListedRun, runTitle } from '../../control/run_list';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import {
  type ComparedRun,
  compare,
  comparisonCsv,
  comparisonMarkdown,
} from '../../metrics/comparison';
import { curvesCsv } from '../../metrics/curves_csv';
import { saveFile } from '../../save_file';
import { Copying, copying } from '../../share/copying';
import { base, controls, panel } from '../../styles/shared';

@customElement('websim-run-comparison')
export class RunComparison extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  readonly #copying = new Copying(this);

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const runs = this.#runs;
    if (runs.length < 2) {
      return html`<p class="hint">Choose runs to draw them in the charts and to compare them here.</p>`;
    }
    const compared = runs.map(comparedRun);
    return html`
      <div class="head">
        <h2>Comparison</h2>
        <button @click=${() => this.#copy(comparisonMarkdown, 'Copied as Markdown.')}>Copy as Markdown</button>
        <button @click=${() => this.#copy(comparisonCsv, 'Copied as CSV.')}>Copy as CSV</button>
        <button @click=${this.#saveCurves}>Curves (CSV)</button>
      </div>
      <div class="copied">${this.#copying.render()}</div>
      <div class="scroll" tabindex="0" role="region" aria-label="Comparison of runs">
        <table class="number">
          <thead>
            <tr>
              <td></td>
              ${runs.map((run) => html`<th scope="col" .style=${`--color: var(${colorOf(run)})`}>${runTitle(run)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${compare(compared).map(
              ({ label, cells }) => html`<tr>
                <th scope="row">${label}</th>
                ${cells.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  /** The shown run, then the chosen ones. */
  get #runs(): ListedRun[] {
    const { runs, overlays } = this.store.runs;
    return [...runs.filter(({ current }) => current), ...overlays];
  }

  async #copy(write: (runs: ComparedRun[]) => string, told: string): Promise<void> {
    await this.#copying.copy(write(this.#runs.map(comparedRun)), told);
  }

  readonly #saveCurves = (): void => {
    const runs = this.#runs.map((run) => ({ title: runTitle(run), table: run.curves!.table }));
    saveFile('curves.csv', curvesCsv(runs));
  };

  static override styles = [
    base,
    panel,
    controls,
    copying,
    css`
      :host {
        border-top: 1px solid var(--border);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 10px 14px;
      }
      h2 {
        flex: 1;
        color: var(--text);
      }
      button {
        padding: 0.25rem 0.7rem;
        font-size: 0.8125rem;
      }
      .hint {
        margin: 0;
        padding: 10px 14px;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      .copied {
        padding: 0 14px;
      }
      .scroll {
        overflow-x: auto;
        padding: 0 14px 12px;
      }
      table {
        border-collapse: collapse;
        font-size: 0.8125rem;
      }
      th,
      td {
        padding: 4px 18px 4px 0;
        text-align: right;
        white-space: nowrap;
        border-bottom: 1px solid var(--border);
      }
      th[scope='row'] {
        font-weight: 400;
        text-align: left;
        color: var(--text-soft);
      }
      th[scope='col'] {
        max-width: 220px;
        font-weight: 600;
        white-space: normal;
        vertical-align: bottom;
      }
      th[scope='col']::before {
        content: '';
        display: block;
        width: 22px;
        height: 3px;
        margin: 0 0 4px auto;
        background: var(--color);
        border-radius: 2px;
      }
    `,
  ];
}

function comparedRun(run: ListedRun): ComparedRun {
  return { title: runTitle(run), config: run.config, figures: run.curves!.figures };
}

function colorOf({ current, slot }: ListedRun): string {
  return current ? '--accent' : `--run-${slot}`;
}
