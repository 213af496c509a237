// Text for the clipboard, and what is said of it; what a browser lets nobody copy stands there to be copied by hand.

import { css, html, nothing, type ReactiveControllerHost } from 'lit';
import { copyText } from './clipboard';

export class Copying {
  #told = '';
  #text = '';

  constructor(private readonly host: ReactiveControllerHost) {}

  async copy(text: string, told: string): Promise<void> {
    const copied = await copyText(text);
    this.tell(copied ? told : 'Copy this:', copied ? '' : text);
  }

  tell(told: string, text = ''): void {
    this.#told = told;
    this.#text = text;
    this.host.requestUpdate();
  }

  render() {
    return html`
      <p role="status" ?hidden=${!this.#told}>${this.#told}</p>
      ${this.#text ? html`<textarea readonly rows="4" aria-label="To copy" .value=${this.#text} @focus=${select}></textarea>` : nothing}
    `;
  }
}

function select(event: Event): void {
  (event.target as HTMLTextAreaElement).select();
}

export const copying = css`
  [role='status'] {
    margin: 6px 0 0;
    font-size: 0.8125rem;
    color: var(--text-soft);
  }
  textarea {
    width: 100%;
    margin-top: 6px;
    font: 0.75rem/1.5 var(--font-mono);
    color: var(--text);
    background: var(--surface-sunken);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
  }
`;
