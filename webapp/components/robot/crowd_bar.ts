// Over a crowd: how its robots are arranged, and what their colours mean.

import { css, html, LitElement, nothing, unsafeCSS } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatCount, formatValue } from '../../format';
import { chips } from '../../styles/chips';
import { base, controls } from '../../styles/shared';
import { RETURN_COLOURS, type ReturnRange } from '../../viewer/return_colours';
import type { Arrangement } from '../../viewer/viewer_protocol';

/** Dispatches 'arrange' (CustomEvent<Arrangement>), and 'leave' for the view of one robot. */
@customElement('websim-crowd-bar')
export class CrowdBar extends LitElement {
  /** Environments of the run, and those that are drawn. */
  @property({ attribute: false }) envs = 0;
  @property({ attribute: false }) shown = 0;
  @property({ attribute: false }) arrangement: Arrangement = 'cells';
  @property({ attribute: false }) returns: ReturnRange | null = null;

  protected override render() {
    const { envs, shown, returns } = this;
    const some = shown < envs ? `the first ${formatCount(shown)} of ` : '';
    return html`
      <button class="chip" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>One robot</button>
      <span class="chip">
        <label>
          <span class="word">${some}${formatCount(envs)} robots</span>
          <select aria-label="Arrangement" .value=${this.arrangement} @change=${this.#arrange}>
            <option value="cells">apart</option>
            <option value="floor">on one floor</option>
          </select>
        </label>
      </span>
      ${
        returns
          ? html`<span class="chip" title="Return of each robot's episode so far">
              <span class="word soft">Return</span>
              <span class="number">${formatValue(returns.low)}</span>
              <span class="ramp" role="img" aria-label="from dark violet to yellow"></span>
              <span class="number">${formatValue(returns.high)}</span>
            </span>`
          : nothing
      }
      <span class="chip hint">Click a robot to follow it; Escape comes back</span>
    `;
  }

  readonly #arrange = (event: Event): void => {
    const detail = (event.target as HTMLSelectElement).value as Arrangement;
    this.dispatchEvent(new CustomEvent('arrange', { detail }));
  };

  static override styles = [
    base,
    controls,
    chips,
    css`
      :host {
        display: contents;
      }
      .soft {
        color: var(--text-soft);
      }
      .ramp {
        width: 88px;
        height: 8px;
        border-radius: 4px;
        background: linear-gradient(to right, ${unsafeCSS(RETURN_COLOURS.join(', '))});
      }
      .hint {
        color: var(--text-soft);
      }
      @media (max-width: 1280px) {
        .hint {
          display: none;
        }
      }
      @media (max-width: 860px) {
        .ramp {
          width: 48px;
        }
      }
    `,
  ];
}
