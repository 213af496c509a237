// One button that goes through the themes: as the system, light, dark.

import { css, html, LitElement, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { THEME_CHOICES, type ThemeChoice, theme } from '../control/theme';
import { base } from '../styles/shared';

const NAMES: Record<ThemeChoice, string> = {
  system: 'as the system',
  light: 'light',
  dark: 'dark',
};

const ICONS: Record<ThemeChoice, ReturnType<typeof svg>> = {
  system: svg`<circle cx="10" cy="10" r="6.5" /><path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />`,
  light: svg`<circle cx="10" cy="10" r="3.4" /><path
    d="M10 2v2M10 16v2M2 10h2M16 10h2M4.4 4.4l1.4 1.4M14.2 14.2l1.4 1.4M4.4 15.6l1.4-1.4M14.2 5.8l1.4-1.4" />`,
  dark: svg`<path d="M16 12.2A6.6 6.6 0 0 1 7.8 4a6.6 6.6 0 1 0 8.2 8.2z" />`,
};

@customElement('websim-theme-switch')
export class ThemeSwitch extends LitElement {
  readonly #onTheme = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    theme.addEventListener('change', this.#onTheme);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#onTheme);
  }

  protected override render() {
    const name = `Theme: ${NAMES[theme.choice]}`;
    return html`<button aria-label=${name} title=${name} @click=${this.#next}>
      <svg viewBox="0 0 20 20" aria-hidden="true">${ICONS[theme.choice]}</svg>
    </button>`;
  }

  readonly #next = (): void => {
    const at = THEME_CHOICES.indexOf(theme.choice);
    theme.choice = THEME_CHOICES[(at + 1) % THEME_CHOICES.length]!;
  };

  static override styles = [
    base,
    css`
      :host {
        flex: none;
      }
      button {
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        padding: 0;
        color: var(--text-soft);
        background: none;
        border: 0;
        border-radius: var(--radius-small);
        cursor: pointer;
      }
      button:hover {
        color: var(--text);
        background: var(--surface-raised);
      }
      svg {
        width: 20px;
        height: 20px;
        fill: none;
        stroke: currentColor;
        stroke-width: 1.6;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
    `,
  ];
}
