// What a reward gave in a trial: the total and each term over the steps of one robot.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RewardTrial, TrialSeries } from '../../../workers/editors/reward_module';
import { formatValue } from '../../format';
import { base, panel } from '../../styles/shared';
import type { LineChart } from '../charts/line_chart';
import '../charts/line_chart';

const TERM_COLOURS = ['--chart-loss', '--chart-speed', '--chart-length'];

@customElement('websim-reward-result')
export class RewardResult extends LitElement {
  @property({ attribute: false }) trial: RewardTrial | null = null;

  protected override render() {
    const { trial } = this;
    if (!trial) return nothing;
    return html`
      <p>${summary(trial)}</p>
      <div class="charts">
        ${series(trial).map(
          ([name, { mean, low, high }], i) => html`<websim-line-chart
            class="panel ${i === 0 ? 'total' : ''}"
            label=${name}
            unit=${i === 0 ? `mean ${formatValue(mean)}, ${formatValue(low)} to ${formatValue(high)}` : `mean ${formatValue(mean)}`}
            color=${i === 0 ? '--chart-return' : TERM_COLOURS[(i - 1) % TERM_COLOURS.length]!}
          ></websim-line-chart>`,
        )}
      </div>
    `;
  }

  protected override updated(): void {
    const { trial } = this;
    if (!trial) return;
    const steps = Array.from({ length: trial.steps }, (_, step) => step);
    const charts = this.renderRoot.querySelectorAll<LineChart>('websim-line-chart');
    series(trial).forEach(([, { values }], i) => {
      charts[i]!.setRows(steps, values);
    });
  }

  static override styles = [
    base,
    panel,
    css`
      p {
        margin: 0 0 8px;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      .charts {
        display: grid;
        gap: 8px;
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
      websim-line-chart {
        height: 128px;
      }
      .total {
        grid-column: 1 / -1;
        height: 160px;
      }
      @media (max-width: 560px) {
        .charts {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
}

function series({ total, terms }: RewardTrial): [string, TrialSeries][] {
  return [['Reward', total], ...Object.entries(terms)];
}

function summary({ steps, num_envs, random, agent, ends }: RewardTrial): string {
  const moved = random ? 'moved at random' : "moved by the run's policy";
  const who = agent ? `agent ${agent} of the first one` : 'the first one';
  const times = ends.length === 1 ? 'once' : `${ends.length} times`;
  const ended = ends.length > 0 ? `, whose episode ended ${times}` : '';
  return `${steps} steps of ${num_envs} robots that were ${moved}. The curves are of ${who}${ended}; means and ranges are of all.`;
}
