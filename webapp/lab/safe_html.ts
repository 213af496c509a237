// Markdown and HTML of notebooks as elements: whoever wrote them, nothing in them runs, loads or leaves its place.

import DOMPurify from 'dompurify';
import { marked } from 'marked';

const purify = DOMPurify(window);

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
  return htmlElements(marked.parse(named, { async: false, gfm: true }));
}

export function htmlElements(text: string): DocumentFragment {
  return purify.sanitize(withoutStyles(text), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    ALLOW_DATA_ATTR: false,
    FORBID_ATTR: ['style', 'class', 'id', 'srcset', 'background'],
    // Forms and players have no place in a text.
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'select', 'textarea', 'audio', 'video'],
  });
}

/** The browser reports styles already while it reads them, as against the content security policy. */
function withoutStyles(text: string): string {
  return text
    .replace(/<style\b.*?<\/style\s*>/gis, '')
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle(?=\s*=)/gi, ' data-style'));
}
