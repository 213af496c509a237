// What a reward may read: the task's signals, the actions and `unhealthy`, with shape, unit and meaning.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RewardSheet, SignalNote } from '../../../workers/editors/reward_module';
import { formatValue } from '../../format';
import { base, panel } from '../../styles/shared';

@customElement('websim-reward-inputs')
export class RewardInputs extends LitElement {
  @property({ attribute: false }) sheet: RewardSheet | null = null;

  protected override render() {
    const { sheet } = this;
    if (!sheet) return nothing;
    const { agents } = sheet;
    const shape = agents.length > 0 ? `[B, ${agents.length}]` : '[B]';
    return html`
      <h2>What it reads</h2>
      <dl>
        ${sheet.signals.map((note) => row({ ...note, name: `signals["${note.name}"]` }))}
        ${row(actionsNote(sheet))}
        ${row({ name: 'unhealthy', shape: '[B]', unit: '', meaning: "Whether each robot is outside of the task's bounds" })}
      </dl>
      <p>
        B robots at once. It returns terms by name, each ${shape}${agents.length > 0 ? html`, a column for each of ${agents.join(', ')}` : nothing};
        their sum is the reward, and those whose names do not begin with “_” are shown in <code>info</code>.
      </p>
    `;
  }

  static override styles = [
    base,
    panel,
    css`
      :host {
        padding: 12px 14px;
      }
      dl {
        display: grid;
        gap: 7px;
        margin: 8px 0 10px;
      }
      dt {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 12px;
        font: 500 0.75rem / 1.4 var(--font-mono);
        overflow-wrap: anywhere;
      }
      dt span {
        color: var(--text-soft);
      }
      dd,
      p {
        margin: 0;
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      code {
        font-family: var(--font-mono);
      }
    `,
  ];
}

function row({ name, shape, unit, meaning }: SignalNote) {
  return html`<div>
    <dt>${name} <span>${shape} ${unit}</span></dt>
    <dd>${meaning}</dd>
  </div>`;
}

function actionsNote({ actions, low, high }: RewardSheet): SignalNote {
  const range =
    low === null || high === null ? '' : `, ${formatValue(low)} to ${formatValue(high)}`;
  return {
    name: 'actions',
    shape: `[B, ${actions}]`,
    unit: '',
    meaning: `What the robots were told to do in this step${range}`,
  };
}
