// Rules that several components' shadow roots adopt.

import { css } from 'lit';

export const base = css`
  :host {
    display: block;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

export const panel = css`
  .panel {
    background: var(--surface);
    border: 1px solid var(--border);
    border-radius: var(--radius);
  }
  h2 {
    margin: 0;
    font-size: 0.75rem;
    font-weight: 600;
    letter-spacing: 0.02em;
    color: var(--text-soft);
  }
`;

export const controls = css`
  button {
    font: inherit;
    font-weight: 550;
    color: var(--text);
    background: var(--surface-raised);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    padding: 0.5rem 0.8rem;
    cursor: pointer;
    transition:
      background-color 120ms,
      border-color 120ms,
      opacity 120ms;
  }
  button:hover:not(:disabled) {
    border-color: var(--accent);
  }
  button:disabled {
    cursor: default;
    opacity: 0.45;
  }
  button.primary {
    color: var(--on-accent);
    background: var(--accent-strong);
    border-color: transparent;
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent-strong) 88%, black);
  }
  input,
  select {
    font: inherit;
    font-variant-numeric: tabular-nums;
    color: var(--text);
    background: var(--surface-sunken);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    padding: 0.45rem 0.6rem;
    width: 100%;
    min-width: 0;
  }
  input:disabled,
  select:disabled {
    color: var(--text-soft);
    opacity: 0.7;
  }
  progress {
    appearance: none;
    display: block;
    width: 100%;
    height: 6px;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    background: var(--border);
  }
  progress::-webkit-progress-bar {
    background: var(--border);
  }
  progress::-webkit-progress-value {
    background: var(--accent-strong);
    border-radius: 3px;
  }
  progress::-moz-progress-bar {
    background: var(--accent-strong);
    border-radius: 3px;
  }
`;

export const menu = css`
  [role='menu'] {
    position: absolute;
    bottom: 100%;
    z-index: 1;
    min-width: 100%;
    white-space: nowrap;
    display: grid;
    margin-bottom: 4px;
    padding: 4px;
    background: var(--surface-raised);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius);
  }
  [role='menuitem'] {
    text-align: left;
    border-color: transparent;
  }
`;

/** A question at the head of the training view. */
export const offer = css`
  .offer {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    margin: var(--gap) 16px 0;
    padding: 10px 14px;
    background: var(--accent-wash);
    border: 1px solid color-mix(in srgb, var(--accent) 45%, transparent);
    border-radius: var(--radius);
  }
  p {
    flex: 1 1 320px;
    min-width: 0;
    margin: 0;
    overflow-wrap: anywhere;
  }
  strong {
    font-weight: 600;
  }
  .soft {
    color: var(--text-soft);
  }
  .actions {
    display: flex;
    gap: 8px;
  }
  .actions button {
    padding: 0.3rem 0.75rem;
    font-size: 0.8125rem;
  }
`;

/** A place that takes files: by a label that looks like a button, or dropped. */
export const filePlace = css`
  .over {
    outline: 2px dashed var(--accent);
    outline-offset: -4px;
  }
  .file {
    padding: 0.35rem 0.7rem;
    font-weight: 550;
    background: var(--surface-raised);
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    cursor: pointer;
  }
  .file:hover,
  .file:focus-within {
    border-color: var(--accent);
  }
`;

/** A title and commands at the head of a panel. */
export const bar = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 10px 14px;
  }
  .bar h2 {
    flex: 1 1 9rem;
  }
  .bar button {
    padding: 0.35rem 0.7rem;
  }
  .bar select {
    width: auto;
    max-width: 12rem;
    padding: 0.35rem 0.5rem;
  }
`;

/** An editor and what was found in its text. */
export const writing = css`
  websim-code-editor {
    flex: 1;
    border-block: 1px solid var(--border);
    background: var(--surface-sunken);
  }
  .loading {
    flex: 1;
    display: grid;
    place-items: center;
    margin: 0;
    color: var(--text-soft);
  }
  .outcome {
    min-height: 2.6em;
    margin: 0;
    padding: 8px 14px;
    font-size: 0.8125rem;
    color: var(--text-soft);
    overflow-wrap: anywhere;
  }
  .outcome.failed {
    color: var(--bad);
  }
  .link {
    padding: 0 4px;
    color: var(--accent);
    background: none;
    border: 0;
  }
`;
