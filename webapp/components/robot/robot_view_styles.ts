// Places of the robot view: the stage, what lies over it, and the bar of controls.

import { css } from 'lit';

export const robotViewStyles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .stage {
    position: relative;
    flex: 1;
    min-height: 0;
    background: linear-gradient(var(--sky-top), var(--sky-bottom) 62%);
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    display: block;
    cursor: grab;
  }
  canvas:active {
    cursor: grabbing;
  }
  canvas:focus-visible {
    outline-offset: -3px;
    border-radius: var(--radius);
  }
  .center {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    margin: 0;
    padding: 16px;
    text-align: center;
    pointer-events: none;
  }
  .center.top {
    place-items: start center;
    padding: 10px;
  }
  websim-load-progress {
    text-align: left;
  }
  .camera {
    position: absolute;
    top: 10px;
    right: 10px;
    display: flex;
    gap: 8px;
    font-size: 0.8125rem;
  }
  @media (max-width: 860px) {
    .bar {
      position: static;
      justify-content: space-between;
      padding: 6px;
      gap: 4px;
      border-top: 1px solid var(--border);
    }
    .camera {
      top: 8px;
      right: 8px;
      gap: 4px;
    }
  }
`;
