// Over a robot: what is drawn over it, and whether a drag pushes it.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { NO_SHARED_MEMORY } from '../../isolation';
import { chips } from '../../styles/chips';
import { base, controls } from '../../styles/shared';
import './overlay_menu';

const PUSH = 'Drag the robot to push it. Without this, hold Ctrl (or ⌘) while you drag.';

/** Dispatches 'push' (CustomEvent<boolean>). */
@customElement('websim-touch-bar')
export class TouchBar extends LitElement {
  /** A drag pushes the robot. */
  @property({ attribute: false }) pushing = false;
  /** Overlays and pushes are to be had. */
  @property({ attribute: false }) possible = true;
  /** As `OverlayMenu.bare`. */
  @property({ attribute: false }) bare = false;

  protected override render() {
    const { possible, bare, pushing } = this;
    return html`
      <websim-overlay-menu .possible=${possible} .bare=${bare}></websim-overlay-menu>
      <button
        class="chip" aria-pressed=${pushing} ?disabled=${!possible} title=${possible ? PUSH : NO_SHARED_MEMORY}
        @click=${() => this.dispatchEvent(new CustomEvent('push', { detail: !pushing }))}
      >Push</button>
    `;
  }

  static override styles = [
    base,
    controls,
    chips,
    css`
      :host {
        position: absolute;
        top: 10px;
        left: 10px;
        display: flex;
        gap: 8px;
        font-size: 0.8125rem;
      }
      @media (max-width: 860px) {
        :host {
          top: 8px;
          left: 8px;
          gap: 4px;
        }
      }
    `,
  ];
}
