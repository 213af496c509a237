// How far the run is, in numbers, and what it has produced.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Metrics } from '../../../workers/schema';
import { StoreController } from '../../control/store_controller';
import type { Phase, TrainingStore } from '../../control/training_store';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatInterval,
  formatValue,
} from '../../format';
import { secondsLeft } from '../../metrics/time_left';
import { base, controls, panel } from '../../styles/shared';
import '../../share/share_menu';
import './downloads';
import './save_status';

@customElement('websim-run-status')
export class RunStatus extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { phase, run, latest } = this.store;
    const total = run?.config.total_steps ?? this.store.settings.total_steps;
    const steps = latest?.global_step ?? 0;
    return html`
      <div class="head">
        <h2>${this.#title(phase)}</h2>
        <span class="number">${run ? `${Math.floor(Math.min(1, steps / total) * 100)} %` : ''}</span>
      </div>
      <progress max="1" value=${Math.min(1, steps / total)} aria-label="Steps done"></progress>
      ${this.#figures(phase, steps, total)}
      ${run ? nothing : this.#introduction()}
      <div class="outcome">
        <websim-share-menu .store=${this.store}></websim-share-menu>
        <websim-downloads .store=${this.store}></websim-downloads>
      </div>
      <websim-save-status .store=${this.store}></websim-save-status>
    `;
  }

  /** Shown before Start too: the first text of a font makes the page wait for the system's fonts. */
  #figures(phase: Phase, steps: number, total: number) {
    const { latest, run } = this.store;
    return html`
      <dl class="number">
        ${figure('Steps', formatCount(steps), `of ${formatCompact(total)}`)}
        ${figure('Time left', timeLeft(phase, run?.history ?? [], total))}
        ${figure('Return', latest ? optional(latest['charts/episodic_return']) : null, 'mean of 100')}
        ${figure('Evaluation', latest ? evaluated(latest) : null, 'return without noise')}
        ${figure('Steps/s', latest ? formatCount(latest['charts/SPS']) : null)}
        ${figure('Episodes', latest ? formatCount(latest['charts/episodes']) : null)}
        ${figure('Elapsed', latest ? formatDuration(latest['time/elapsed']) : null)}
      </dl>
      ${latest && latest['physics/divergences'] > 0 ? divergence(latest['physics/divergences']) : nothing}
      ${run?.pushed ? html`<p class="warning">A robot was pushed by hand while it trained: this run cannot be repeated from its settings and seed.</p>` : nothing}
    `;
  }

  #introduction() {
    const { env, algorithm, num_envs, ranks } = this.store.settings;
    const workers = ranks === 1 ? 'one worker' : `${formatCount(ranks)} workers`;
    return html`<p class="introduction">
      Start lets ${formatCount(num_envs)} copies of ${env} move at random on ${workers}. ${algorithm.toUpperCase()} makes the moves
      that earn reward likelier, again and again; the view follows one copy as it learns.
    </p>`;
  }

  #title(phase: Phase): string {
    const titles: Record<Phase, string> = {
      loading: 'Loading',
      unusable: 'Not available',
      ready: 'Ready',
      starting: 'Starting',
      running: 'Training',
      pausing: 'Pausing',
      paused: 'Paused',
      stopping: 'Stopping',
      ended: 'Failed',
    };
    if (phase === 'ended' && this.store.result) {
      return this.store.result.reason === 'finished' ? 'Finished' : 'Stopped';
    }
    return titles[phase];
  }

  static override styles = [
    base,
    panel,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 10px;
        padding: 14px;
      }
      .head {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
      }
      .head h2 {
        font-size: 0.9375rem;
        color: var(--text);
      }
      .head span {
        color: var(--text-soft);
      }
      dl {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px 10px;
        margin: 4px 0;
      }
      dt {
        font-size: 0.75rem;
        font-weight: 550;
        color: var(--text-soft);
      }
      dd {
        margin: 0;
        font-size: 1.125rem;
        font-weight: 600;
        letter-spacing: -0.01em;
        line-height: 1.3;
      }
      dd small {
        display: block;
        font-size: 0.75rem;
        font-weight: 400;
        letter-spacing: 0;
        color: var(--text-soft);
      }
      .introduction {
        margin: 4px 0;
        color: var(--text-soft);
      }
      .warning {
        margin: 0;
        padding: 8px 10px;
        font-size: 0.8125rem;
        color: var(--text);
        background: var(--warn-wash);
        border-radius: var(--radius-small);
      }
      .outcome {
        display: grid;
        grid-template-columns: 1fr 1fr;
        align-items: start;
        gap: 8px;
        margin-top: auto;
      }
    `,
  ];
}

function figure(name: string, value: string | null, note = '') {
  return html`<div><dt>${name}</dt><dd>${value ?? '–'}${value !== null && note ? html`<small>${note}</small>` : nothing}</dd></div>`;
}

function divergence(times: number) {
  return html`<p class="warning">
    Physics diverged ${times === 1 ? 'once; that environment was' : `${formatCount(times)} times; those environments were`} reset.
  </p>`;
}

function optional(value: number | null): string | null {
  return value === null ? null : formatValue(value);
}

function evaluated(latest: Metrics): string | null {
  const { 'eval/episodic_return': value, 'eval/interval': interval } = latest;
  return value == null || interval == null ? null : formatInterval(value, interval);
}

function timeLeft(phase: Phase, history: readonly Metrics[], total: number): string | null {
  if (phase === 'ended' || phase === 'stopping') return null;
  const seconds = secondsLeft(history, total);
  return seconds === null ? null : formatDuration(seconds);
}
