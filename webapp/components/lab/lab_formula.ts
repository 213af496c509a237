// A formula, written as the element's text; shown as this text until it can be drawn, or where it has an error.

import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { mathElements } from '../../lab/safe_html';

@customElement('websim-lab-formula')
export class LabFormula extends LitElement {
  @state() private math: DocumentFragment | null = null;

  protected override render() {
    return this.math ?? html`<slot></slot>`;
  }

  protected override firstUpdated(): void {
    void this.#draw();
  }

  async #draw(): Promise<void> {
    const library = await import('../../lab/mathml').catch(() => null);
    const markup = library?.mathml(this.textContent);
    if (markup) this.math = mathElements(markup);
  }

  static override styles = css`
    math[display='block'] {
      margin: 0.8em 0;
    }
    mtd {
      padding: 0.25em 0.4em;
    }
    .tml-right {
      padding-right: 0;
      text-align: right;
    }
    .tml-left {
      padding-left: 0.2em;
      text-align: left;
    }
  `;
}
