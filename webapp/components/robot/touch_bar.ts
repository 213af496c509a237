// Over a robot: what is drawn over it, and whether a drag pushes it.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { OVERLAYS, type OverlayKind, overlays } from '../../control/overlays';
import { PopupMenu } from '../../control/popup_menu';
import { NO_SHARED_MEMORY } from '../../isolation';
import { chips } from '../../styles/chips';
import { base, controls, menu } from '../../styles/shared';

const PUSH = 'Drag the robot to push it. Without this, hold Ctrl (or ⌘) while you drag.';

/** Dispatches 'push' (CustomEvent<boolean>). */
@customElement('websim-touch-bar')
export class TouchBar extends LitElement {
  /** A drag pushes the robot. */
  @property({ attribute: false }) pushing = false;
  /** Overlays and pushes are to be had. */
  @property({ attribute: false }) possible = true;

  readonly #popup = new PopupMenu(this);
  readonly #update = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    overlays.addEventListener('change', this.#update);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    overlays.removeEventListener('change', this.#update);
  }

  protected override render() {
    const { possible, pushing } = this;
    return html`
      <span class="place">
        <button
          class="chip" aria-haspopup="menu" aria-expanded=${this.#popup.open} ?disabled=${!possible}
          title=${possible ? 'What is drawn over the robot' : NO_SHARED_MEMORY}
          data-on=${overlays.any ? '' : nothing}
          @click=${this.#popup.toggle}
        >Overlays</button>
        ${this.#popup.open ? this.#menu() : nothing}
      </span>
      <button
        class="chip" aria-pressed=${pushing} ?disabled=${!possible} title=${possible ? PUSH : NO_SHARED_MEMORY}
        @click=${() => this.dispatchEvent(new CustomEvent('push', { detail: !pushing }))}
      >Push</button>
    `;
  }

  #menu() {
    const kinds = Object.keys(OVERLAYS) as OverlayKind[];
    return html`<div role="menu" aria-label="Overlays">${kinds.map((kind) => {
      const { title, key } = OVERLAYS[kind];
      return html`<button
        role="menuitemcheckbox" aria-checked=${overlays.shown[kind]} aria-keyshortcuts=${key.toUpperCase()}
        @click=${() => overlays.toggle(kind)}
      ><span class="dot ${kind}"></span>${title}<kbd>${key.toUpperCase()}</kbd></button>`;
    })}</div>`;
  }

  static override styles = [
    base,
    controls,
    menu,
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
      [role='menu'] {
        top: 100%;
        bottom: auto;
        margin: 4px 0 0;
      }
      .place {
        position: relative;
        display: inline-flex;
      }
      .chip[data-on] {
        color: var(--accent);
      }
      [role='menuitemcheckbox'] {
        display: flex;
        align-items: center;
        gap: 8px;
        text-align: left;
        font-weight: 500;
        color: var(--text-soft);
        border-color: transparent;
      }
      [aria-checked='true'] {
        color: var(--text);
      }
      .dot {
        width: 10px;
        height: 10px;
        border: 2px solid currentColor;
        border-radius: 50%;
      }
      [aria-checked='true'] .dot {
        background: currentColor;
      }
      .contacts {
        color: var(--overlay-contact);
      }
      .forces {
        color: var(--overlay-force);
      }
      .joints {
        color: var(--overlay-joint);
      }
      .centreOfMass {
        color: var(--overlay-centre);
      }
      @media (max-width: 860px) {
        :host {
          top: 8px;
          left: 8px;
          gap: 4px;
        }
      }
      kbd {
        margin-left: auto;
        padding-left: 16px;
        font: inherit;
        color: var(--text-soft);
      }
    `,
  ];
}
