// The menu of what is drawn over a robot.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { OVERLAYS, type OverlayKind, overlays } from '../../control/overlays';
import { PopupMenu } from '../../control/popup_menu';
import { NO_SHARED_MEMORY } from '../../isolation';
import { chips } from '../../styles/chips';
import { base, controls, menu } from '../../styles/shared';

@customElement('websim-overlay-menu')
export class OverlayMenu extends LitElement {
  /** Overlays are to be had. */
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
    const { possible } = this;
    return html`
      <button
        class="chip" aria-haspopup="menu" aria-expanded=${this.#popup.open} ?disabled=${!possible}
        title=${possible ? 'What is drawn over the robot' : NO_SHARED_MEMORY}
        data-on=${overlays.any ? '' : nothing}
        @click=${this.#popup.toggle}
      >Overlays</button>
      ${this.#popup.open ? this.#menu() : nothing}
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
        position: relative;
        display: inline-flex;
      }
      [role='menu'] {
        top: 100%;
        bottom: auto;
        margin: 4px 0 0;
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
      kbd {
        margin-left: auto;
        padding-left: 16px;
        font: inherit;
        color: var(--text-soft);
      }
    `,
  ];
}
