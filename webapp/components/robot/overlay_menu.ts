// The menu of what is drawn over a robot.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { OVERLAYS, type OverlayKind, overlays } from '../../control/overlays';
import { PopupMenu } from '../../control/popup_menu';
import { NO_SHARED_MEMORY } from '../../isolation';
import { chips } from '../../styles/chips';
import { base, controls, menu } from '../../styles/shared';

const BARE =
  'This moment was recorded without overlays: let the picture go on (▶), then stop it again.';

@customElement('websim-overlay-menu')
export class OverlayMenu extends LitElement {
  /** Overlays are to be had. */
  @property({ attribute: false }) possible = true;
  /** The picture stands still at a moment that has none. */
  @property({ attribute: false }) bare = false;

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
        class="chip" aria-haspopup="menu" aria-expanded=${this.#popup.open}
        title="What is drawn over the robot"
        data-on=${possible && overlays.any ? '' : nothing}
        @click=${this.#popup.toggle}
      >Overlays</button>
      ${this.#popup.open ? this.#menu() : nothing}
    `;
  }

  #menu() {
    const { possible, bare } = this;
    return html`<div role="menu" aria-label="Overlays">
      ${possible ? this.#choices() : this.#lack(NO_SHARED_MEMORY)}
      ${possible && bare ? this.#lack(BARE) : nothing}
    </div>`;
  }

  #choices() {
    const kinds = Object.keys(OVERLAYS) as OverlayKind[];
    return kinds.map((kind) => {
      const { title, key } = OVERLAYS[kind];
      return html`<button
        role="menuitemcheckbox" aria-checked=${overlays.shown[kind]} aria-keyshortcuts=${key.toUpperCase()}
        @click=${() => overlays.toggle(kind)}
      ><span class="dot ${kind}"></span>${title}<kbd>${key.toUpperCase()}</kbd></button>`;
    });
  }

  /** An item, because menus have nothing else. */
  #lack(sentence: string) {
    return html`<div role="menuitem" aria-disabled="true">${sentence}</div>`;
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
      [role='menuitem'] {
        width: min(280px, calc(100vw - 32px));
        padding: 0.5rem 0.8rem;
        white-space: normal;
        overflow-wrap: anywhere;
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
