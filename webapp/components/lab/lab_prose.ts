// How a notebook's texts look.

import { css } from 'lit';

export const prose = css`
  .prose {
    font-size: 0.9375rem;
    line-height: 1.6;
    overflow-wrap: anywhere;
    /* Formulas are not broken into lines. */
    overflow: auto hidden;
  }
  .prose > :first-child {
    margin-top: 0;
  }
  .prose > :last-child {
    margin-bottom: 0;
  }
  .prose h1,
  .prose h2,
  .prose h3 {
    margin: 1.1em 0 0.4em;
    line-height: 1.25;
    letter-spacing: -0.01em;
    color: var(--text);
  }
  .prose h1 {
    font-size: 1.5rem;
  }
  .prose h2 {
    font-size: 1.1875rem;
  }
  .prose h3 {
    font-size: 1rem;
  }
  .prose p,
  .prose ul,
  .prose ol {
    margin: 0.6em 0;
  }
  .prose a {
    color: var(--accent);
  }
  .prose code {
    padding: 1px 5px;
    font-family: var(--font-mono);
    font-size: 0.8125rem;
    background: var(--surface-sunken);
    border-radius: 4px;
  }
  .prose pre {
    margin: 0.6em 0;
    padding: 10px 12px;
    overflow-x: auto;
    background: var(--surface-sunken);
    border: 1px solid var(--border);
    border-radius: var(--radius-small);
  }
  .prose pre code {
    padding: 0;
    background: none;
  }
  .prose blockquote {
    margin: 0.6em 0;
    padding-left: 12px;
    color: var(--text-soft);
    border-left: 3px solid var(--border-strong);
  }
  .prose table {
    border-collapse: collapse;
    font-size: 0.875rem;
  }
  .prose th,
  .prose td {
    padding: 4px 10px;
    border: 1px solid var(--border);
  }
  .prose img {
    max-width: 100%;
  }
`;
