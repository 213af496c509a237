// Elements of an MJCF text, read as MuJoCo's own parser reads them (py_src/websim/models/elements.py says how). A worker has
// no other parser of XML, and a browser's reads less of what MuJoCo takes.

import { WebsimError } from '../../workers/errors';

export interface Element {
  tag: string;
  attributes: ReadonlyMap<string, string>;
}

export interface Visitor {
  /** `depth` counts from 0. */
  open(element: Element, depth: number): void;
  close(): void;
}

const NAME = String.raw`([A-Za-z_:\x80-\u{10ffff}][-A-Za-z0-9_.:\x80-\u{10ffff}]*)`;
const OPEN = new RegExp(String.raw`<\s*${NAME}`, 'uy');
const CLOSE = /<\s*\/[^>]*>/y;
const ATTRIBUTE = new RegExp(String.raw`\s*${NAME}\s*=\s*(?:"([^"]*)"|'([^']*)')`, 'uy');
const END = /\s*(\/?)>/y;
const REFERENCE = /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const;

/** Tells the visitor of each element in order. Throws a WebsimError where the text is broken. */
export function visitElements(text: string, visitor: Visitor): void {
  let depth = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const skipped = SKIPPED.find(([opening]) => text.startsWith(opening, at));
    if (skipped) {
      const end = text.indexOf(skipped[1], at + skipped[0].length);
      if (end < 0) throw broken(text, at);
      at = end + skipped[1].length;
      continue;
    }
    const closed = matchAt(CLOSE, text, at);
    if (closed) {
      if (depth === 0) throw broken(text, at);
      depth--;
      visitor.close();
      at = CLOSE.lastIndex;
      continue;
    }
    const opened = matchAt(OPEN, text, at);
    if (!opened) throw broken(text, at);
    const attributes = new Map<string, string>();
    let next = OPEN.lastIndex;
    for (
      let found = matchAt(ATTRIBUTE, text, next);
      found;
      found = matchAt(ATTRIBUTE, text, next)
    ) {
      attributes.set(found[1]!, (found[2] ?? found[3]!).replace(REFERENCE, character));
      next = ATTRIBUTE.lastIndex;
    }
    const end = matchAt(END, text, next);
    if (!end) throw broken(text, at);
    // Before the visitor is told, which may read another text.
    at = END.lastIndex;
    visitor.open({ tag: opened[1]!, attributes }, depth);
    if (end[1]) visitor.close();
    else depth++;
  }
  if (depth > 0) throw broken(text, text.length);
}

function character(
  reference: string,
  hexadecimal: string | undefined,
  decimal: string | undefined,
  named: string | undefined,
): string {
  if (named) return NAMED[named]!;
  const number = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal);
  const surrogate = 0xd800 <= number && number <= 0xdfff;
  return surrogate || number > 0x10ffff ? reference : String.fromCodePoint(number);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function broken(text: string, at: number): WebsimError {
  const line = text.slice(0, at).split('\n').length;
  return new WebsimError(
    `The agent's model cannot be read: its MJCF is broken at line ${line}; ask for the agent again`,
  );
}
