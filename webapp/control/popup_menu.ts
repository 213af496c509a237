// A menu that a button opens: it closes when the focus leaves it, and on Escape, which leads back to the button.

import type { LitElement } from 'lit';

export class PopupMenu {
  open = false;
  readonly #host: LitElement;

  /** The host's first button opens the menu. */
  constructor(host: LitElement) {
    this.#host = host;
    // From one of the menu's items to another it does not leave the shadow root, and is not heard.
    host.addEventListener('focusout', () => this.close());
    host.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.open) return;
      this.close();
      host.renderRoot.querySelector('button')?.focus();
    });
  }

  readonly toggle = (): void => this.#set(!this.open);

  close(): void {
    this.#set(false);
  }

  #set(open: boolean): void {
    this.open = open;
    this.#host.requestUpdate();
  }
}
