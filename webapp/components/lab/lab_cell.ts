// One cell of a notebook: its text in an editor, or drawn where it is Markdown, and what it has put out.

import { closeCompletion } from '@codemirror/autocomplete';
import { type Extension, Prec } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CellRun } from '../../lab/lab_session';
import type { Cell, CellKind, Output } from '../../lab/notebook';
import { markdownElements } from '../../lab/safe_html';
import { base, controls } from '../../styles/shared';
import type { CodeEditor } from '../code_editor';
import '../code_editor';
import { prose } from './lab_prose';
import './lab_formula';
import './lab_outputs';

export type CellAction =
  | { action: 'run' | 'run-next' | 'edited' | 'up' | 'down' | 'delete' | 'clear' }
  | { action: 'kind' | 'add'; kind: CellKind };

/** Dispatches 'act' (CustomEvent<CellAction>). */
@customElement('websim-lab-cell')
export class LabCell extends LitElement {
  @property({ attribute: false }) cell!: Cell;
  @property({ attribute: false }) run: CellRun | undefined;
  // Of the cell, which stays the same object while these change.
  @property({ attribute: false }) kind: CellKind = 'code';
  @property({ attribute: false }) outputs: readonly Output[] = [];
  @property({ attribute: false }) count: number | null = null;
  /** In the notebook, from 1 on. */
  @property({ type: Number }) number = 1;
  /** Whether its text is the only one. */
  @property({ type: Boolean }) only = false;
  /** Of a Markdown cell. */
  @state() private editing = false;
  @query('websim-code-editor') private editor!: CodeEditor | null;

  readonly #keys: Extension = Prec.highest(
    keymap.of([{ key: 'Shift-Enter', run: (view) => this.#runNext(view) }]),
  );

  /** Puts the cursor into its text; a drawn text is focused itself. */
  async enter(): Promise<void> {
    await this.updateComplete;
    if (this.editor) this.editor.focus();
    else this.renderRoot.querySelector<HTMLElement>('.prose')?.focus();
  }

  /** Opens the text of a Markdown cell. */
  async edit(): Promise<void> {
    this.editing = true;
    await this.enter();
  }

  protected override render() {
    const { cell, kind, outputs, run, number } = this;
    const code = kind === 'code';
    const drawn = kind === 'markdown' && !this.editing && cell.source.trim() !== '';
    return html`
      <section class="cell ${kind} ${run?.state ?? ''}" aria-label=${`Cell ${number}, ${NAMES[kind]}`}>
        <div class="gutter">
          ${
            code
              ? html`<button class="play" aria-label="Run cell ${number}" title="Run (Ctrl+Enter); with Shift+Enter go on to the next" @click=${() => this.#act({ action: 'run' })}>
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 2.5v11l9-5.5z" fill="currentColor" /></svg>
                  </button>
                  <span class="count number">${counter(this.count, run)}</span>`
              : nothing
          }
        </div>
        <div class="body">
          ${
            drawn
              ? html`<div class="prose" tabindex="0" role="group" aria-label="Text; Enter edits it" @dblclick=${() => this.edit()} @keydown=${this.#proseKey}>${markdownElements(cell.source, cell.attachments)}</div>`
              : html`<websim-code-editor
                  grows
                  language=${code ? 'python' : 'text'}
                  label="${`Cell ${number}, ${NAMES[kind]}. Escape, then Tab, leaves the editor.`}"
                  .text=${cell.source}
                  .marks=${run?.mark ? [run.mark] : []}
                  .extensions=${this.#keys}
                  @edited=${this.#edited}
                  @run=${() => this.#submit('run')}
                ></websim-code-editor>`
          }
          ${
            outputs.length > 0
              ? html`<websim-lab-outputs .outputs=${outputs} .cell=${number}></websim-lab-outputs>`
              : nothing
          }
          ${run?.seconds == null ? nothing : html`<p class="time number">${duration(run.seconds)}</p>`}
        </div>
        <div class="tools" role="toolbar" aria-label="Cell ${number}">
          ${drawn ? this.#tool('Edit', () => this.edit(), 'Edit') : nothing}
          ${kind === 'markdown' && this.editing ? this.#tool('Done', () => this.#submit('run'), 'Draw the text') : nothing}
          ${this.#tool('↑', () => this.#act({ action: 'up' }), 'Move up')}
          ${this.#tool('↓', () => this.#act({ action: 'down' }), 'Move down')}
          ${
            code
              ? this.#tool('To text', () => this.#act({ action: 'kind', kind: 'markdown' }))
              : this.#tool('To code', () => this.#act({ action: 'kind', kind: 'code' }))
          }
          ${outputs.length > 0 ? this.#tool('Clear', () => this.#act({ action: 'clear' }), 'Clear output') : nothing}
          ${this.#tool('+ Code', () => this.#act({ action: 'add', kind: 'code' }), 'Add a code cell below')}
          ${this.#tool('+ Text', () => this.#act({ action: 'add', kind: 'markdown' }), 'Add a text cell below')}
          ${this.only ? nothing : this.#tool('Delete', () => this.#act({ action: 'delete' }), 'Delete the cell')}
        </div>
      </section>
    `;
  }

  #tool(text: string, action: () => unknown, title = text) {
    return html`<button title=${title} aria-label=${title} @click=${action}>${text}</button>`;
  }

  #act(detail: CellAction): void {
    this.dispatchEvent(new CustomEvent<CellAction>('act', { detail }));
  }

  readonly #edited = (event: Event): void => {
    this.cell.source = (event.target as CodeEditor).text;
    // An empty text has its editor open, and keeps it while it is written.
    if (this.cell.kind === 'markdown') this.editing = true;
    this.#act({ action: 'edited' });
  };

  #submit(action: 'run' | 'run-next'): boolean {
    this.editing = false;
    this.#act({ action });
    return true;
  }

  #runNext(view: EditorView): boolean {
    closeCompletion(view);
    return this.#submit('run-next');
  }

  readonly #proseKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.key !== 'Enter') return;
    event.preventDefault();
    if (event.shiftKey) this.#act({ action: 'run-next' });
    else void this.edit();
  };

  static override styles = [
    base,
    controls,
    prose,
    css`
      .cell {
        position: relative;
        display: grid;
        grid-template-columns: 52px minmax(0, 1fr);
        gap: 8px;
        padding: 6px 10px 6px 6px;
        border-left: 3px solid transparent;
        border-radius: var(--radius-small);
      }
      .cell:focus-within {
        border-left-color: var(--accent);
      }
      .cell.running {
        border-left-color: var(--good);
      }
      .cell.failed {
        border-left-color: var(--bad);
      }
      .gutter {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 2px;
        padding-top: 4px;
      }
      .play {
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        padding: 0;
      }
      .play svg {
        width: 14px;
        height: 14px;
      }
      .count {
        font-family: var(--font-mono);
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      .body {
        display: grid;
        gap: 8px;
        min-width: 0;
        align-content: start;
      }
      .code websim-code-editor,
      .raw websim-code-editor,
      .markdown websim-code-editor {
        border: 1px solid var(--border);
        border-radius: var(--radius-small);
        background: var(--surface-sunken);
        overflow: hidden;
      }
      .cell:focus-within websim-code-editor {
        border-color: var(--border-strong);
      }
      .prose {
        padding: 2px 6px;
        border-radius: var(--radius-small);
      }
      .time {
        margin: 0;
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      .tools {
        position: absolute;
        top: -18px;
        right: 14px;
        z-index: 3;
        display: flex;
        gap: 2px;
        padding: 3px;
        background: var(--surface-raised);
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
        opacity: 0;
        transition: opacity 120ms;
      }
      .cell:hover .tools,
      .cell:focus-within .tools {
        opacity: 1;
      }
      .tools button {
        padding: 2px 8px;
        font-size: 0.75rem;
        border-color: transparent;
      }
      @media (max-width: 860px) {
        .cell {
          grid-template-columns: 36px minmax(0, 1fr);
          gap: 4px;
          padding: 2px 4px 2px 0;
        }
        .markdown .gutter {
          display: none;
        }
        .cell.markdown {
          grid-template-columns: minmax(0, 1fr);
        }
        .tools {
          position: static;
          grid-column: 1 / -1;
          display: none;
          flex-wrap: wrap;
        }
        .cell:focus-within .tools {
          display: flex;
        }
      }
    `,
  ];
}

const NAMES: Record<CellKind, string> = { code: 'code', markdown: 'text', raw: 'raw text' };

function counter(count: number | null, run: CellRun | undefined): string {
  if (run?.state === 'queued' || run?.state === 'running') return '[*]';
  return `[${count ?? ' '}]`;
}

function duration(seconds: number): string {
  if (seconds < 0.1) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
