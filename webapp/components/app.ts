// The page's frame: header, messages, and the view that is open.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { StoreController } from '../control/store_controller';
import type { Phase, TrainingStore } from '../control/training_store';
import { VIEWS, type View } from '../control/views';
import { formatValue } from '../format';
import { base, panel } from '../styles/shared';
import './messages';
import './mode_badge';
import './theme_switch';
import './train/train_view';

/** Code of a view that is not the first one is loaded when it is opened. */
const LOADERS: Record<View, () => Promise<unknown>> = {
  train: async () => {},
  reward: () => import('./reward/reward_view'),
  scene: () => import('./scene/scene_view'),
  lab: () => import('./lab/lab_view'),
};

@customElement('websim-app')
export class WebsimApp extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** The view that is open; those that were opened before stay as they are. */
  @property() view: View = 'train';
  /** With which lesson the Lab begins. */
  @property() lesson = '';
  @state() private opened = new Set<View>();

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { store } = this;
    return html`
      <a class="skip" href="#view" @click=${this.#skip}>Skip to the view</a>
      <header>
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="#3d6bff" />
          <path
            d="M7 22.5 12.5 13l6 3.5L24.5 9"
            fill="none" stroke="#fff" stroke-width="3.6" stroke-linecap="round" stroke-linejoin="round"
          />
          <circle cx="12.5" cy="13" r="2.9" fill="#ffb547" />
          <circle cx="18.5" cy="16.5" r="2.9" fill="#ffb547" />
          <path d="M6 26h20" stroke="#fff" stroke-opacity=".45" stroke-width="2" stroke-linecap="round" />
        </svg>
        <div class="title">
          <h1>MuJoCo WebSim</h1>
          <p>Robots that learn in this browser tab: physics, Python and training on your own computer.</p>
        </div>
        <nav aria-label="Views">
          ${VIEWS.map(
            ({ view, title }) => html`<a
              href=${addressOf(view)}
              aria-current=${this.view === view ? 'page' : nothing}
              @click=${(event: MouseEvent) => this.#follow(event, view)}
            >${title}</a>`,
          )}
        </nav>
        ${store.offline.kept ? html`<span class="offline" title="This browser keeps all that the page needs to start.">Works offline</span>` : nothing}
        <websim-mode-badge .store=${store}></websim-mode-badge>
        <websim-theme-switch></websim-theme-switch>
      </header>
      <websim-messages .store=${store}></websim-messages>
      <main id="view" tabindex="-1" @open-view=${(event: CustomEvent<View>) => this.#show(event.detail)}>${repeat(
        VIEWS.filter(({ view }) => this.opened.has(view)),
        // One that is opened later may come before those that are open, which stay the elements that they are.
        ({ view }) => view,
        ({ view }) => this.#place(view),
      )}</main>
      <p class="visually-hidden" role="status">${announcement(store) ?? nothing}</p>
    `;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('view')) void this.store.attempt(() => this.#open(this.view));
  }

  async #open(view: View): Promise<void> {
    await LOADERS[view]();
    this.opened = new Set([...this.opened, view]);
  }

  #place(view: View): TemplateResult {
    const { store } = this;
    const hidden = view !== this.view;
    const elements: Record<View, () => TemplateResult> = {
      train: () => html`<websim-train-view .store=${store} ?hidden=${hidden}></websim-train-view>`,
      reward: () =>
        html`<websim-reward-view .store=${store} ?hidden=${hidden}></websim-reward-view>`,
      scene: () => html`<websim-scene-view .store=${store} ?hidden=${hidden}></websim-scene-view>`,
      lab: () =>
        html`<websim-lab-view .store=${store} .lesson=${this.lesson} ?hidden=${hidden}></websim-lab-view>`,
    };
    return elements[view]();
  }

  #follow(event: MouseEvent, view: View): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#show(view);
  }

  #show(view: View): void {
    history.pushState(null, '', addressOf(view));
    this.view = view;
  }

  readonly #skip = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector('main')!.focus();
  };

  static override styles = [
    base,
    panel,
    css`
      :host {
        position: relative;
        display: flex;
        flex-direction: column;
        min-height: 100vh;
      }
      .skip {
        position: absolute;
        z-index: 20;
        left: 16px;
        top: 12px;
        padding: 6px 12px;
        color: var(--on-accent);
        background: var(--accent-strong);
        border-radius: var(--radius-small);
      }
      .skip:not(:focus) {
        clip-path: inset(100%);
      }
      main:focus-visible {
        outline: none;
      }
      header {
        position: relative;
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 10px 16px;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
      }
      .logo {
        flex: none;
        width: 34px;
        height: 34px;
      }
      .title {
        flex: 1;
        min-width: 0;
      }
      h1 {
        margin: 0;
        font-size: 1.0625rem;
        font-weight: 650;
        letter-spacing: -0.01em;
        line-height: 1.25;
      }
      .title p {
        margin: 0;
        font-size: 0.8125rem;
        line-height: 1.35;
        color: var(--text-soft);
      }
      nav {
        display: flex;
        gap: 2px;
      }
      nav a {
        padding: 6px 12px;
        font-size: 0.875rem;
        font-weight: 550;
        color: var(--text-soft);
        text-decoration: none;
        border-radius: var(--radius-small);
      }
      nav a:hover {
        color: var(--text);
      }
      nav a[aria-current] {
        color: var(--text);
        background: var(--surface-sunken);
      }
      .offline {
        font-size: 0.8125rem;
        color: var(--text-soft);
        white-space: nowrap;
      }
      main {
        flex: 1;
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      main > * {
        flex: 1;
      }
      @media (max-width: 860px) {
        header {
          flex-wrap: wrap;
          padding: 10px;
        }
        .title p,
        .offline {
          display: none;
        }
        nav {
          order: 1;
          flex: 1 0 100%;
          overflow-x: auto;
        }
      }
    `,
  ];
}

/** The page's own address with another view; what else it names stays. */
function addressOf(view: View): string {
  const parameters = new URLSearchParams(location.search);
  parameters.set('view', view);
  return `?${parameters}`;
}

/** One sentence for screen readers whenever the phase changes; live figures would talk without end. */
function announcement(store: TrainingStore): string | null {
  const sentences: Record<Phase, string> = {
    loading: 'Loading.',
    unusable: 'Loading failed.',
    ready: 'Ready to train.',
    starting: 'Starting.',
    running: 'Training.',
    pausing: 'Pausing.',
    paused: 'Paused.',
    stopping: 'Stopping.',
    ended: '',
  };
  if (store.phase !== 'ended') return sentences[store.phase];
  const value = store.latest?.['charts/episodic_return'];
  const outcome = store.result?.reason === 'finished' ? 'Training finished' : 'Training ended';
  return value == null ? `${outcome}.` : `${outcome} with a mean return of ${formatValue(value)}.`;
}
