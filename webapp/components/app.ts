// The page's frame: header, messages, and the places of controls, robot and charts.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { StoreController } from '../control/store_controller';
import type { Phase, TrainingStore } from '../control/training_store';
import { formatValue } from '../format';
import { base, panel } from '../styles/shared';
import './live_settings';
import './messages';
import './metric_charts';
import './mode_badge';
import './robot_view';
import './run_controls';
import './run_status';
import './saved_run';

@customElement('websim-app')
export class WebsimApp extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { store } = this;
    return html`
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
        <websim-mode-badge .store=${store}></websim-mode-badge>
      </header>
      <websim-messages .store=${store}></websim-messages>
      <websim-saved-run .store=${store}></websim-saved-run>
      <main>
        <div class="side">
          <websim-run-controls class="panel" .store=${store}></websim-run-controls>
          <websim-live-settings class="panel" .store=${store}></websim-live-settings>
          <websim-run-status class="panel" .store=${store}></websim-run-status>
        </div>
        <websim-robot-view class="panel" .store=${store}></websim-robot-view>
        <websim-metric-charts .store=${store}></websim-metric-charts>
      </main>
      <p class="visually-hidden" role="status">${announcement(store) ?? nothing}</p>
    `;
  }

  static override styles = [
    base,
    panel,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 100vh;
      }
      header {
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
      main {
        flex: 1;
        min-height: 0;
        display: grid;
        gap: var(--gap);
        padding: var(--gap) 16px 16px;
        grid-template-columns: 288px minmax(0, 1fr);
        /* What the charts leave of the window, whatever the side column holds: the stage must not change with it. */
        grid-template-rows: max(320px, calc(100vh - 440px)) auto;
        grid-template-areas:
          'side robot'
          'side charts';
      }
      .side {
        grid-area: side;
        display: flex;
        flex-direction: column;
        gap: var(--gap);
      }
      websim-run-status {
        flex: 1;
      }
      websim-robot-view {
        grid-area: robot;
        overflow: hidden;
      }
      websim-metric-charts {
        grid-area: charts;
        align-self: start;
      }
      @media (max-width: 860px) {
        main {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto;
          grid-template-areas: 'robot' 'side' 'charts';
          padding: 10px;
        }
        header {
          flex-wrap: wrap;
          padding: 10px;
        }
        .title p {
          display: none;
        }
        websim-robot-view {
          height: min(80vw, 460px);
          min-height: 300px;
        }
      }
    `,
  ];
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
