// A formula in LaTeX as MathML, which browsers draw by themselves. Loaded with the first formula: the library is large.

import temml from 'temml';

/** Characters of a formula; longer ones are no formulas, or not meant well. */
const MAX_LENGTH = 3000;
/** Cells of its tables: every row is filled up to the longest, so that short texts can make millions. */
const MAX_CELLS = 10_000;
/** Of its spaces, in em and in points: about the width of a cell. */
const MAX_SIZE: [number, number] = [50, 600];
/** Few words that stand for many, which stand for many more. */
const DEFINES = /\\(?:[gex]?def|(?:re)?newcommand|providecommand|let|futurelet)(?![a-zA-Z])/;

/** `source`: between dollar signs, or LaTeX alone. Null where it has an error or is too much to draw. */
export function mathml(source: string): string | null {
  const written = source.trim();
  const sign = /^\$?\$?/.exec(written)![0];
  const tex = written.endsWith(sign)
    ? written.slice(sign.length, written.length - sign.length)
    : written;
  if (tex.length > MAX_LENGTH || DEFINES.test(tex) || cells(tex) > MAX_CELLS) return null;
  try {
    return temml.renderToString(tex, {
      displayMode: sign !== '$',
      throwOnError: true,
      maxSize: MAX_SIZE,
    });
  } catch {
    return null;
  }
}

/** At most so many. */
function cells(tex: string): number {
  const rows = tex.split(/\\\\|\\cr/).length;
  const columns = tex.split('&').length;
  return rows * columns;
}
