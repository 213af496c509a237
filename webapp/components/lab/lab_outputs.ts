// What a cell has put out: printed text, values, figures, errors.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Output } from '../../lab/notebook';
import { htmlElements, latexElement, markdownElements } from '../../lab/safe_html';
import { terminalText } from '../../lab/terminal_text';
import { base } from '../../styles/shared';
import './lab_formula';

/** Characters of a text that are drawn; notebooks from elsewhere may have any number. */
const MAX_TEXT = 150_000;
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

type Bundle = Record<string, unknown>;

@customElement('websim-lab-outputs')
export class LabOutputs extends LitElement {
  @property({ attribute: false }) outputs: readonly Output[] = [];
  /** Of the cell, for the pictures' descriptions. */
  @property({ type: Number }) cell = 0;

  protected override render() {
    return this.outputs.map((output) => this.#draw(output));
  }

  #draw(output: Output): TemplateResult | typeof nothing {
    switch (output.output_type) {
      case 'stream':
        return text(output.text, output.name === 'stderr' ? 'stderr' : '');
      case 'error':
        return text(traceback(output), 'error');
      case 'execute_result':
      case 'display_data':
        return this.#value((output.data ?? {}) as Bundle, (output.metadata ?? {}) as Bundle);
      default:
        return text(JSON.stringify(output, null, 1), '');
    }
  }

  #value(data: Bundle, metadata: Bundle): TemplateResult | typeof nothing {
    const picture = PICTURES.find((kind) => typeof data[kind] === 'string');
    if (picture) {
      const source = `data:${picture};base64,${String(data[picture]).replace(/\s/g, '')}`;
      return this.#picture(source, (metadata[picture] ?? {}) as Bundle);
    }
    if (typeof data['image/svg+xml'] === 'string') {
      const source = `data:image/svg+xml,${encodeURIComponent(data['image/svg+xml'])}`;
      return this.#picture(source, {});
    }
    if (typeof data['text/html'] === 'string') {
      return html`<div class="rich">${htmlElements(data['text/html'])}</div>`;
    }
    if (typeof data['text/markdown'] === 'string') {
      return html`<div class="rich">${markdownElements(data['text/markdown'])}</div>`;
    }
    if (typeof data['text/latex'] === 'string') {
      return html`<div class="rich">${latexElement(data['text/latex'])}</div>`;
    }
    const plain = data['text/plain'] ?? Object.values(data)[0] ?? '';
    return text(typeof plain === 'string' ? plain : JSON.stringify(plain, null, 1), '');
  }

  #picture(source: string, { width, height }: Bundle): TemplateResult {
    return html`<img
      src=${source}
      alt="Figure of cell ${this.cell}"
      width=${typeof width === 'number' ? width : nothing}
      height=${typeof height === 'number' ? height : nothing}
    />`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 6px;
        min-width: 0;
      }
      pre {
        margin: 0;
        max-height: 30rem;
        overflow: auto;
        font-family: var(--font-mono);
        font-size: 0.8125rem;
        line-height: 1.5;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .stderr {
        padding: 6px 10px;
        background: var(--warn-wash);
        border-radius: var(--radius-small);
      }
      .error {
        padding: 8px 10px;
        background: var(--bad-wash);
        border-left: 3px solid var(--bad);
        border-radius: var(--radius-small);
      }
      img {
        display: block;
        max-width: 100%;
        height: auto;
        background: #fff;
        border-radius: var(--radius-small);
      }
      .rich {
        overflow-x: auto;
        font-size: 0.875rem;
      }
      table {
        border-collapse: collapse;
      }
      th,
      td {
        padding: 3px 10px;
        text-align: right;
        border-bottom: 1px solid var(--border);
      }
    `,
  ];
}

function text(value: unknown, kind: string): TemplateResult | typeof nothing {
  const whole = terminalText(String(value ?? '')).replace(/\n$/, '');
  if (whole === '') return nothing;
  const shown =
    whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT)}\n[The rest is not drawn.]` : whole;
  // Long texts scroll, which the keyboard must be able to do as well.
  return html`<pre class=${kind} tabindex=${shown.length > 2000 ? 0 : nothing}>${shown}</pre>`;
}

function traceback({ traceback: lines, ename, evalue }: Output): string {
  const known = Array.isArray(lines) && lines.length > 0;
  return known ? lines.join('\n') : `${ename}: ${evalue}`;
}
