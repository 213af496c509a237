// One run of the list: what it is, how far it came, and what can be done with it.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ListedRun, type ListedState, runTask, runTitle } from '../../control/run_list';
import type { TrainingStore } from '../../control/training_store';
import { formatCompact, formatDuration, formatMegabytes, formatValue } from '../../format';
import { differencesFromDefaults } from '../../metrics/setting_differences';
import { saveFile } from '../../save_file';
import { base, controls } from '../../styles/shared';

const STATES: Record<ListedState, string> = {
  running: 'Training',
  paused: 'Paused',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
  saved: 'Saved',
  elsewhere: 'In another tab',
};

@customElement('websim-run-row')
export class RunRow extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @property({ attribute: false }) run!: ListedRun;
  /** Whether name and notes are being written. */
  @state() private writing = false;

  protected override render() {
    const { run } = this;
    const title = runTitle(run);
    const { notes } = run.label;
    return html`
      <div class="run" role="group" aria-label=${title}>
        ${this.#choice(title)}
        <div class="what">
          <h3>${run.label.name || runTask(run.config)} <span class="state ${run.state}">${STATES[run.state]}</span></h3>
          <p class="soft">${this.#description()}</p>
          ${notes && !this.writing ? html`<p class="notes">${notes}</p>` : nothing}
        </div>
        <dl class="number">${this.#figures()}</dl>
        <div class="actions">${this.#actions(title)}</div>
        ${this.writing ? this.#form() : nothing}
      </div>
    `;
  }

  #choice(title: string) {
    const { run, store } = this;
    if (run.current) return html`<span class="own" title="The run that the page shows"></span>`;
    return html`<input
      type="checkbox"
      aria-label="Draw ${title} in the charts"
      .style=${`--color: var(${run.slot === null ? '--border-strong' : `--run-${run.slot}`})`}
      .checked=${run.slot !== null}
      ?disabled=${run.slot === null && store.runs.full}
      @change=${(event: Event) => store.runs.choose(run.id, (event.target as HTMLInputElement).checked)}
    />`;
  }

  #description(): string {
    const { config, label, ownReward } = this.run;
    const parts = [config.algorithm.toUpperCase(), `seed ${config.seed}`];
    if (label.name) parts.unshift(runTask(config));
    for (const { name, value } of differencesFromDefaults(config)) parts.push(`${name} ${value}`);
    if (ownReward) parts.push('own reward');
    return parts.join(' · ');
  }

  #figures() {
    const { steps, curves, saved } = this.run;
    const figures = curves?.figures;
    const last = figures?.lastReturn ?? null;
    const best = figures?.best?.episodicReturn ?? null;
    return [
      figure('Steps', formatCompact(steps)),
      figure('Return', last === null ? null : formatValue(last)),
      figure('Best', best === null ? null : formatValue(best)),
      figure('Time', figures ? formatDuration(figures.elapsed) : null),
      figure('Save', saved ? formatMegabytes(saved.bytes) : 'none'),
    ];
  }

  #actions(title: string) {
    const { run, store } = this;
    const goesOn = run.state === 'running' || run.state === 'paused';
    const free = run.saved && !goesOn && run.state !== 'elsewhere';
    const busy = (store.run?.goesOn ?? false) || ['starting', 'stopping'].includes(store.phase);
    const ended = run.steps >= run.config.total_steps;
    const caution = run.saved?.code
      ? 'It brings a reward as Python text, which going on runs.'
      : '';
    return html`
      <button
        ?disabled=${!free || busy}
        title=${caution}
        aria-label="${ended ? 'Open' : 'Go on with'} ${title}"
        @click=${() => store.attempt(() => store.goOn(run.id))}
      >${ended ? 'Open' : 'Go on'}</button>
      <button ?disabled=${!run.saved} aria-label="Save ${title} as a file" @click=${() => store.attempt(this.#export)}>File</button>
      <button aria-expanded=${this.writing} aria-label="Notes about ${title}" @click=${this.#write}>Notes</button>
      <button
        ?disabled=${goesOn || run.state === 'elsewhere'}
        aria-label="Delete ${title}"
        @click=${() => store.attempt(() => store.runs.remove(run.id))}
      >Delete</button>
    `;
  }

  #form() {
    const { name, notes } = this.run.label;
    return html`<div class="form">
      <label>
        <span>Name</span>
        <input name="name" maxlength="80" placeholder=${runTask(this.run.config)} .value=${name} @input=${this.#label} />
      </label>
      <label>
        <span>Notes</span>
        <textarea name="notes" rows="3" maxlength="20000" .value=${notes} @input=${this.#label}></textarea>
      </label>
    </div>`;
  }

  readonly #write = (): void => {
    this.writing = !this.writing;
  };

  readonly #label = (): void => {
    const read = (field: string) =>
      this.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>(field)!.value;
    const label = { name: read('[name=name]'), notes: read('[name=notes]') };
    void this.store.attempt(() => this.store.runs.label(this.run.id, label));
  };

  readonly #export = async (): Promise<void> => {
    const { id, config, saved } = this.run;
    const name = `${config.env.toLowerCase()}-seed${config.seed}-${saved!.globalStep}`;
    saveFile(`${name}.websim-run`, await this.store.keeper.export(id));
  };

  static override styles = [
    base,
    controls,
    css`
      .run {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr) auto auto;
        align-items: center;
        gap: 6px 14px;
        padding: 10px 14px;
      }
      input[type='checkbox'] {
        appearance: none;
        display: grid;
        place-items: center;
        width: 20px;
        height: 20px;
        margin: 0;
        padding: 0;
        background: none;
        border: 2px solid var(--color);
        border-radius: 6px;
        cursor: pointer;
      }
      input[type='checkbox']:checked::before {
        content: '';
        width: 10px;
        height: 10px;
        background: var(--color);
        border-radius: 2px;
      }
      .own {
        width: 20px;
        height: 20px;
        background: var(--accent);
        border: 5px solid var(--surface);
        border-radius: 50%;
      }
      h3 {
        margin: 0;
        font-size: 0.875rem;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .state {
        margin-left: 4px;
        padding: 1px 7px;
        font-size: 0.75rem;
        font-weight: 500;
        color: var(--text-soft);
        background: var(--surface-sunken);
        border-radius: 999px;
        white-space: nowrap;
      }
      .state.running {
        color: var(--good);
        background: var(--good-wash);
      }
      .state.failed {
        color: var(--bad);
        background: var(--bad-wash);
      }
      p {
        margin: 0;
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }
      .soft {
        color: var(--text-soft);
      }
      .notes {
        margin-top: 4px;
        white-space: pre-line;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(5, minmax(58px, auto));
        gap: 0 12px;
        margin: 0;
        text-align: right;
      }
      dt {
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      dd {
        margin: 0;
        font-size: 0.8125rem;
        font-weight: 600;
        white-space: nowrap;
      }
      .actions {
        display: flex;
        gap: 4px;
      }
      .actions button {
        padding: 0.25rem 0.55rem;
        font-size: 0.8125rem;
        white-space: nowrap;
      }
      .form {
        grid-column: 2 / -1;
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 2fr);
        gap: 10px;
      }
      label span {
        display: block;
        margin-bottom: 3px;
        font-size: 0.75rem;
        font-weight: 550;
        color: var(--text-soft);
      }
      textarea {
        width: 100%;
        padding: 0.45rem 0.6rem;
        font: inherit;
        color: var(--text);
        background: var(--surface-sunken);
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
        resize: vertical;
      }
      @media (max-width: 1180px) {
        .run {
          grid-template-columns: 20px minmax(0, 1fr);
          align-items: start;
        }
        dl,
        .actions,
        .form {
          grid-column: 2;
        }
        dl {
          justify-content: start;
          text-align: left;
        }
      }
      @media (max-width: 560px) {
        dl {
          grid-template-columns: repeat(3, minmax(0, 1fr));
          gap: 6px 12px;
        }
        .actions {
          flex-wrap: wrap;
        }
        .actions button {
          padding: 0.35rem 0.7rem;
        }
        .form {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
}

function figure(name: string, value: string | null) {
  return html`<div><dt>${name}</dt><dd>${value ?? '–'}</dd></div>`;
}
