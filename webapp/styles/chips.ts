// Controls that lie over the picture of a robot.

import { css } from 'lit';

/** For elements of other components too, which go by other selectors. */
export const chip = css`
  background: color-mix(in srgb, var(--surface) 88%, transparent);
  border: 1px solid var(--border);
  border-radius: 10px;
`;

export const chips = css`
  .bar {
    position: absolute;
    inset: auto 10px 10px;
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    font-size: 0.8125rem;
    pointer-events: none;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 34px;
    padding: 2px 10px;
    ${chip}
    pointer-events: auto;
  }
  .chip label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--text-soft);
  }
  button.chip {
    font-weight: 500;
  }
  button[aria-pressed='true'] {
    color: var(--accent);
  }
  .chip button {
    padding: 0 8px;
    line-height: 1.5;
    background: none;
    border-color: transparent;
  }
  .chip input,
  .chip select {
    width: auto;
    padding: 2px 6px;
    font-size: 0.8125rem;
  }
  .chip input {
    width: 5.2em;
  }
  @media (max-width: 860px) {
    .chip {
      padding: 2px 6px;
      border-color: transparent;
    }
    .chip input {
      width: 4.2em;
    }
    .word {
      display: none;
    }
  }
`;
