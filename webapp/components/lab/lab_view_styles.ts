// How the Lab's notebook and its bar look.

import { css } from 'lit';

export const labView = css`
  :host {
    padding: var(--gap) 16px 16px;
  }
  .loading {
    padding: 4rem 0;
    text-align: center;
    color: var(--text-soft);
  }
  section {
    max-width: 1040px;
    margin: 0 auto;
    padding-bottom: 24px;
  }
  .bar {
    position: sticky;
    top: 0;
    z-index: 5;
    background: var(--surface);
    border-bottom: 1px solid var(--border);
    border-radius: var(--radius) var(--radius) 0 0;
  }
  .bar :is(button, .file, select) {
    font-size: 0.875rem;
  }
  .kept {
    flex: 0 0 8.5rem;
    font-size: 0.75rem;
    color: var(--text-soft);
  }
  .break {
    flex-basis: 100%;
  }
  .title {
    flex: 1 1 12rem;
    width: auto;
    font-weight: 600;
    background: transparent;
    border-color: transparent;
  }
  .title:hover,
  .title:focus {
    border-color: var(--border-strong);
  }
  websim-lab-status {
    margin-left: auto;
  }
  .told {
    margin: 10px 14px 0;
    font-size: 0.875rem;
    color: var(--text-soft);
    overflow-wrap: anywhere;
  }
  .told.trouble {
    color: var(--bad);
  }
  .told button {
    padding: 2px 8px;
    font-size: 0.8125rem;
  }
  .download {
    display: grid;
    gap: 6px;
    margin: 10px 14px 0;
    font-size: 0.8125rem;
    color: var(--text-soft);
  }
  .cells {
    display: grid;
    gap: 4px;
    padding: 14px 10px 0 6px;
  }
  .more {
    display: flex;
    gap: 8px;
    margin: 10px 18px 0 70px;
  }
  .more button {
    padding: 0.3rem 0.7rem;
    font-size: 0.8125rem;
  }
  @media (max-width: 860px) {
    .more {
      margin-left: 14px;
    }
    :host {
      padding: 10px;
    }
    .bar {
      position: static;
      padding: 10px;
    }
    .cells {
      padding: 10px 4px 0;
    }
  }
`;
