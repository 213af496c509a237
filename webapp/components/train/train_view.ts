// Training: the places of controls, robot and charts.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TrainingStore } from '../../control/training_store';
import { base, panel } from '../../styles/shared';
import './live_settings';
import './metric_charts';
import './recipe_offer';
import '../robot/robot_view';
import './run_controls';
import './run_status';
import '../runs/runs_panel';
import './saved_run';

@customElement('websim-train-view')
export class TrainView extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private runsOpen = false;

  protected override render() {
    const { store } = this;
    return html`
      <websim-recipe .store=${store}></websim-recipe>
      <websim-saved-run .store=${store}></websim-saved-run>
      <div class="places">
        <div class="side">
          <websim-run-controls class="panel" .store=${store}></websim-run-controls>
          <websim-live-settings class="panel" .store=${store}></websim-live-settings>
          <websim-run-status class="panel" .store=${store}></websim-run-status>
        </div>
        <websim-robot-view class="panel" .store=${store}></websim-robot-view>
        <websim-metric-charts .store=${store} ?runs-open=${this.runsOpen} @toggle-runs=${this.#toggleRuns}></websim-metric-charts>
        ${this.runsOpen ? html`<websim-runs class="panel" .store=${store} @toggle-runs=${this.#toggleRuns}></websim-runs>` : nothing}
      </div>
    `;
  }

  readonly #toggleRuns = async (): Promise<void> => {
    this.runsOpen = !this.runsOpen;
    await this.updateComplete;
    const list = this.renderRoot.querySelector('websim-runs');
    list?.scrollIntoView({ block: 'nearest' });
  };

  static override styles = [
    base,
    panel,
    css`
      :host {
        display: flex;
        flex-direction: column;
      }
      .places {
        flex: 1;
        min-height: 0;
        display: grid;
        gap: var(--gap);
        padding: var(--gap) 16px 16px;
        grid-template-columns: 288px minmax(0, 1fr);
        /* What the charts leave of the window, whatever the side column holds: the stage must not change with it. */
        grid-template-rows: max(320px, calc(100vh - 476px)) auto auto;
        grid-template-areas:
          'side robot'
          'side charts'
          'side runs';
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
      websim-runs {
        grid-area: runs;
        min-width: 0;
      }
      @media (max-width: 860px) {
        .places {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto;
          grid-template-areas: 'robot' 'side' 'charts' 'runs';
          padding: 10px;
        }
        websim-robot-view {
          height: min(80vw, 460px);
          min-height: 300px;
        }
      }
    `,
  ];
}
