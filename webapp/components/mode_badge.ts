// Says how many ranks this page can use; where it is only one, why and how to get more.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TrainingStore } from '../control/training_store';
import { describeIsolation } from '../isolation';
import { base } from '../styles/shared';

@customElement('websim-mode-badge')
export class ModeBadge extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  protected override render() {
    const { isolated, maxRanks } = this.store.pool;
    if (isolated) {
      const ranks = `${maxRanks} ${maxRanks === 1 ? 'rank' : 'ranks'}`;
      return html`<span class="badge good" title="This page may use ${ranks}: workers that learn together through shared memory.">
        <span class="dot" aria-hidden="true"></span>Up to ${ranks}
      </span>`;
    }
    const { reason, remedy } = describeIsolation(isolated);
    return html`
      <details>
        <summary class="badge warn"><span class="dot" aria-hidden="true"></span>One rank: why?</summary>
        <div class="explanation">
          <p><strong>Training works here, on one processor core.</strong> ${reason}</p>
          <p>For the fast mode: ${remedy}</p>
          <pre>
Cross-Origin-Opener-Policy: same-origin
Cross-Origin-Embedder-Policy: require-corp</pre
          >
        </div>
      </details>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        flex: none;
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        padding: 4px 11px;
        border-radius: 99px;
        font-size: 0.8125rem;
        font-weight: 550;
        white-space: nowrap;
      }
      .good {
        color: var(--good);
        background: var(--good-wash);
      }
      .warn {
        color: var(--warn);
        background: var(--warn-wash);
        cursor: pointer;
        list-style: none;
      }
      .warn::-webkit-details-marker {
        display: none;
      }
      .dot {
        width: 7px;
        height: 7px;
        border-radius: 50%;
        background: currentColor;
      }
      details {
        position: relative;
      }
      .explanation {
        position: absolute;
        z-index: 10;
        right: 0;
        top: calc(100% + 8px);
        width: min(380px, calc(100vw - 32px));
        padding: 12px 14px;
        font-size: 0.8125rem;
        background: var(--surface-raised);
        border: 1px solid var(--border-strong);
        border-radius: var(--radius);
        box-shadow: 0 12px 32px rgb(0 0 0 / 30%);
      }
      /* On a phone below the header, which it is as wide as. */
      @media (max-width: 860px) {
        details {
          position: static;
        }
        .explanation {
          right: 16px;
          top: 100%;
        }
      }
      .explanation p {
        margin: 0 0 8px;
      }
      pre {
        margin: 0;
        padding: 8px 10px;
        overflow-x: auto;
        font: 0.75rem/1.5 var(--font-mono);
        background: var(--surface-sunken);
        border-radius: var(--radius-small);
      }
    `,
  ];
}
