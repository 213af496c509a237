// A text editor for Python, XML or plain text: CodeMirror in a shadow root, in the page's colours. Escape, then Tab,
// leaves it.

import {
  autocompletion,
  closeBrackets,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { xml } from '@codemirror/lang-xml';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/shared';
import { editorColours } from './code_editor_theme';

export type EditorLanguage = 'python' | 'xml' | 'text';

const LANGUAGES: Record<EditorLanguage, () => Extension> = {
  python,
  xml,
  text: () => EditorView.lineWrapping,
};

/** A sentence about a line, from 1 on. */
export interface LineMark {
  line: number;
  message: string;
}

/**
 * Typing over a selection. The browser's own way gives new text the colour of the old by a style attribute, which the content
 * security policy forbids and reports.
 */
const replaceByTyping = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const { data, inputType } = event;
    if (inputType !== 'insertText' || data === null || empty || view.composing) return false;
    event.preventDefault();
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), {
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});

/** Of several editors only the one that is used shows its line. */
const quiet = EditorView.theme({
  '&:not(.cm-focused) .cm-activeLine': { background: 'transparent' },
});

/** Dispatches 'edited' when the user has changed the text, and 'run' at Ctrl+Enter. */
@customElement('websim-code-editor')
export class CodeEditor extends LitElement {
  @property() language: EditorLanguage = 'python';
  /** For screen readers. */
  @property() label = '';
  /** As high as its text, and without line numbers; else it fills its place. */
  @property({ type: Boolean, reflect: true }) grows = false;
  @property({ attribute: false }) text = '';
  @property({ attribute: false }) marks: readonly LineMark[] = [];
  /** More of CodeMirror, such as completions; read once. */
  @property({ attribute: false }) extensions: Extension = [];

  #view: EditorView | null = null;

  /** Puts the cursor at the beginning of a line, from 1 on. */
  goTo(line: number): void {
    const view = this.#view;
    if (!view) return;
    const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    view.focus();
  }

  override focus(): void {
    this.#view?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view?.destroy();
    this.#view = null;
  }

  protected override render() {
    return html`<div class="place"></div>`;
  }

  protected override firstUpdated(): void {
    this.#view = new EditorView({
      root: this.renderRoot as ShadowRoot,
      parent: this.renderRoot.querySelector('.place')!,
      state: this.#state(),
    });
  }

  protected override updated(changed: PropertyValues<this>): void {
    const view = this.#view;
    if (!view) return;
    if (changed.has('text') && this.text !== view.state.doc.toString())
      view.setState(this.#state());
    if (changed.has('marks')) view.dispatch(setDiagnostics(view.state, this.#diagnostics(view)));
  }

  #state(): EditorState {
    return EditorState.create({
      doc: this.text,
      extensions: [
        this.grows ? quiet : [lineNumbers(), lintGutter(), highlightActiveLineGutter()],
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of(this.language === 'python' ? '    ' : '  '),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        LANGUAGES[this.language](),
        editorColours,
        replaceByTyping,
        EditorView.contentAttributes.of({ 'aria-label': this.label, tabindex: '0' }),
        Prec.high(keymap.of([{ key: 'Mod-Enter', run: this.#run }])),
        keymap.of([
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...searchKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          this.text = update.state.doc.toString();
          this.dispatchEvent(new Event('edited'));
        }),
        this.extensions,
      ],
    });
  }

  readonly #run = (view: EditorView): boolean => {
    closeCompletion(view);
    this.dispatchEvent(new Event('run'));
    return true;
  };

  #diagnostics(view: EditorView) {
    const { doc } = view.state;
    return this.marks.map(({ line, message }) => {
      const { from, to } = doc.line(Math.min(Math.max(1, line), doc.lines));
      return { from, to, message, severity: 'error' as const };
    });
  }

  static override styles = [
    base,
    css`
      :host {
        position: relative;
        min-height: 0;
        min-width: 0;
      }
      .place {
        position: absolute;
        inset: 0;
      }
      :host([grows]) .place {
        position: static;
      }
    `,
  ];
}
