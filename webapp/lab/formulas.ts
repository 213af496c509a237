// Where a Markdown text has formulas: between dollar signs, by Pandoc's rules, so that prices stay prices.

import type { MarkedExtension, TokenizerAndRendererExtension, Tokens } from 'marked';

/** A blank line ends it, as it ends every paragraph. */
const DISPLAY = String.raw`\$\$(?!\s*\$)(?:\\.|[^\\$\n]|\$(?!\$)|\n(?![ \t]*\n))+\$\$`;
/** No space inside the dollar signs, and no digit behind them. */
const INLINE = String.raw`\$(?![\s$])(?:\\.|[^\\$])+(?<!\s)\$(?!\d)`;
const OWN_LINES = new RegExp(String.raw`^ {0,3}${DISPLAY}[ \t]*(?:\n+|$)`);
const HERE = new RegExp(`^(?:${DISPLAY}|${INLINE})`);
const ANYWHERE = new RegExp(`${DISPLAY}|${INLINE}`, 'g');

/** Lines of their own, which Markdown would else read as lists and headings. */
const lines: TokenizerAndRendererExtension = {
  name: 'formulaLines',
  level: 'block',
  // Further than its own end a paragraph need not be searched.
  start: (text) => text.split(/\n[ \t]*\n/, 1)[0]!.search(/\n {0,3}\$\$/),
  tokenizer: (text) => token('formulaLines', OWN_LINES.exec(text)),
  renderer: (formula) => `<p>${element(formula)}</p>\n`,
};

const within: TokenizerAndRendererExtension = {
  name: 'formula',
  level: 'inline',
  start: (text) => text.indexOf('$'),
  tokenizer: (text) => token('formula', HERE.exec(text)),
  renderer: element,
};

/** Writes each as an element that draws itself, with its text as it was written. */
export const formulas: MarkedExtension = {
  extensions: [lines, within],
  // Asterisks and underscores of a formula end no emphasis.
  hooks: { emStrongMask: (text) => text.replace(ANYWHERE, (found) => 'x'.repeat(found.length)) },
};

function token(type: string, found: RegExpExecArray | null): Tokens.Generic | undefined {
  return found ? { type, raw: found[0], text: found[0].trim() } : undefined;
}

function element({ text }: Tokens.Generic): string {
  const escaped = String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<websim-lab-formula>${escaped}</websim-lab-formula>`;
}
