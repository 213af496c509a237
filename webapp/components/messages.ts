// Errors and notices, above everything else: one sentence each, with the full report a click away.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { StoreController } from '../control/store_controller';
import type { TrainingStore } from '../control/training_store';
import { copyText } from '../share/clipboard';
import { base, controls } from '../styles/shared';

@customElement('websim-messages')
export class Messages extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private copied: 'no' | 'yes' | 'refused' = 'no';

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { problem, notices, phase, offline } = this.store;
    return html`
      <div role="alert">
        ${
          problem &&
          html`<div class="message bad">
            <p>${problem.message}</p>
            <div class="actions">
              ${phase === 'unusable' ? html`<button @click=${() => location.reload()}>Reload page</button>` : nothing}
              <button @click=${this.#copyReport}>${this.#copyLabel()}</button>
              <button @click=${this.#dismiss} aria-label="Dismiss this error">Dismiss</button>
            </div>
            ${this.copied === 'refused' ? html`<textarea readonly rows="6" aria-label="Report">${problem.report}</textarea>` : nothing}
          </div>`
        }
      </div>
      <div role="status">
        ${
          offline.isOutdated
            ? html`<div class="message new">
                <p>A new version is ready: reload the page to change to it.</p>
                <div class="actions"><button @click=${this.#update}>Reload</button></div>
              </div>`
            : nothing
        }
        ${
          notices.length > 0
            ? html`<div class="message note">
                <div>${notices.map((notice) => html`<p>${notice}</p>`)}</div>
                <div class="actions">
                  <button @click=${() => this.store.dismissNotices()} aria-label="Dismiss this notice">Dismiss</button>
                </div>
              </div>`
            : nothing
        }
      </div>
    `;
  }

  #copyLabel(): string {
    return { no: 'Copy report', yes: 'Report copied', refused: 'Select and copy below' }[
      this.copied
    ];
  }

  readonly #copyReport = async (): Promise<void> => {
    const { problem } = this.store;
    if (!problem) return;
    this.copied = (await copyText(problem.report)) ? 'yes' : 'refused';
  };

  readonly #update = (): void => {
    void this.store.attempt(() => this.store.offline.update());
  };

  readonly #dismiss = (): void => {
    this.copied = 'no';
    this.store.dismissProblem();
  };

  static override styles = [
    base,
    controls,
    css`
      .message {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin: var(--gap) 16px 0;
        padding: 10px 14px;
        border: 1px solid;
        border-radius: var(--radius);
      }
      .bad {
        color: var(--bad);
        background: var(--bad-wash);
        border-color: color-mix(in srgb, var(--bad) 45%, transparent);
      }
      .note {
        color: var(--warn);
        background: var(--warn-wash);
        border-color: color-mix(in srgb, var(--warn) 40%, transparent);
      }
      .new {
        color: var(--accent);
        background: var(--accent-wash);
        border-color: color-mix(in srgb, var(--accent) 45%, transparent);
      }
      .message > :first-child {
        flex: 1 1 320px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      p {
        margin: 0;
        color: var(--text);
        white-space: pre-line;
      }
      .actions {
        display: flex;
        gap: 8px;
      }
      .actions button {
        padding: 0.3rem 0.65rem;
        font-size: 0.8125rem;
      }
      textarea {
        flex: 1 0 100%;
        font: 0.75rem/1.5 var(--font-mono);
        color: var(--text);
        background: var(--surface-sunken);
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
      }
    `,
  ];
}
