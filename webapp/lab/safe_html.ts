// Markdown and HTML of notebooks as elements: whoever wrote them, nothing in them runs, loads or leaves its place.

import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { formulas } from './formulas';

const purify = DOMPurify(window);
const markdown = new Marked({ gfm: true }, formulas);

const MATH_TAGS = [
  ...['math', 'mrow', 'mi', 'mn', 'mo', 'mtext', 'mspace', 'mstyle', 'mpadded', 'mphantom'],
  ...['mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover'],
  ...['mmultiscripts', 'mprescripts', 'none', 'mtable', 'mtr', 'mtd'],
];
const MATH_ATTRIBUTES = [
  // Of Temml's classes those count that the formula's element knows: how cells are aligned.
  ...['display', 'displaystyle', 'scriptlevel', 'mathvariant', 'linethickness', 'class'],
  ...['accent', 'fence', 'form', 'largeop', 'movablelimits', 'separator', 'stretchy', 'symmetric'],
  ...['minsize', 'maxsize', 'lspace', 'rspace', 'width', 'height', 'depth'],
];

// Pictures come with the notebook, and links open beside the page.
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'IMG' && !/^data:image\//.test(node.getAttribute('src') ?? '')) {
    node.replaceWith(node.getAttribute('alt') ?? '');
  }
  if (node.tagName === 'A') {
    if (!/^(https?|mailto):/.test(node.getAttribute('href') ?? '')) node.removeAttribute('href');
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
});

/** `attachments`: pictures of the cell, by name and MIME type. */
export function markdownElements(
  text: string,
  attachments: Record<string, Record<string, string>> = {},
): DocumentFragment {
  const named = text.replace(/\(attachment:([^)\s]+)\)/g, (whole, name: string) => {
    const [kind, data] = Object.entries(attachments[decodeURI(name)] ?? {})[0] ?? [];
    return kind && data ? `(data:${kind};base64,${data})` : whole;
  });
  return htmlElements(markdown.parse(named, { async: false }));
}

export function htmlElements(text: string): DocumentFragment {
  return purify.sanitize(unreported(text), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    ADD_TAGS: ['websim-lab-formula'],
    ALLOW_DATA_ATTR: false,
    FORBID_ATTR: ['style', 'class', 'id', 'srcset', 'background'],
    // Forms and players have no place in a text.
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'select', 'textarea', 'audio', 'video'],
  });
}

/** LaTeX outputs are a formula as a whole. */
export function latexElement(text: string): HTMLElement {
  const formula = document.createElement('websim-lab-formula');
  formula.textContent = text;
  return formula;
}

/** A drawn formula: of MathML what sets its signs, nothing that links, and nothing that moves them out of their line. */
export function mathElements(markup: string): DocumentFragment {
  return purify.sanitize(unreported(markup), {
    RETURN_DOM_FRAGMENT: true,
    ALLOWED_TAGS: MATH_TAGS,
    ALLOWED_ATTR: MATH_ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
}

/** The browser reports styles and handlers already while it reads them, as against the content security policy. */
function unreported(text: string): string {
  return text
    .replace(/<style\b.*?<\/style\s*>/gis, '')
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on[a-z]+)(?=\s*=)/gi, ' data-$1'));
}
