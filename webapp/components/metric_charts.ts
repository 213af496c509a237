// The live charts. A drawn frame redraws at most one of them, so that charts never hold up the page.

import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TrainingStore } from '../control/training_store';
import type { Column, MetricTable } from '../metrics/metric_table';
import { SMOOTHINGS, type Smoothing } from '../metrics/smoothing';
import { base, controls, panel } from '../styles/shared';
import './line_chart';
import type { LineChart } from './line_chart';

interface ChartDescription {
  column: Column;
  /** Half the width of the interval that the value is within, read out beside it. */
  interval?: Column;
  label: string;
  unit: string;
  color: string;
  placeholder?: string;
  fromZero?: boolean;
  size: 'normal' | 'small';
}

const AFTER_FIRST_EPISODE = 'Appears when the first episode ends';

const CHARTS: ChartDescription[] = [
  {
    column: 'charts/episodic_return',
    label: 'Return',
    unit: 'mean of the last 100 episodes',
    color: '--chart-return',
    placeholder: AFTER_FIRST_EPISODE,
    size: 'normal',
  },
  {
    column: 'eval/episodic_return',
    interval: 'eval/interval',
    label: 'Evaluation',
    unit: 'return without noise',
    color: '--chart-return',
    placeholder: 'Appears with the first evaluation',
    size: 'normal',
  },
  {
    column: 'charts/episodic_length',
    label: 'Episode length',
    unit: 'steps',
    fromZero: true,
    color: '--chart-length',
    placeholder: AFTER_FIRST_EPISODE,
    size: 'normal',
  },
  {
    column: 'charts/SPS',
    label: 'Speed',
    unit: 'environment steps/s',
    color: '--chart-speed',
    fromZero: true,
    size: 'normal',
  },
  {
    column: 'losses/policy_loss',
    label: 'Policy loss',
    unit: '',
    color: '--chart-loss',
    size: 'small',
  },
  {
    column: 'losses/value_loss',
    label: 'Value loss',
    unit: '',
    color: '--chart-loss',
    size: 'small',
  },
  {
    column: 'losses/entropy',
    label: 'Entropy',
    unit: 'nats',
    color: '--chart-loss',
    size: 'small',
  },
  {
    column: 'losses/approx_kl',
    label: 'Policy change',
    unit: 'KL, nats',
    color: '--chart-loss',
    size: 'small',
  },
];

/** Milliseconds between two drawings of the same chart. */
const REDRAW_PERIOD = 1000;

@customElement('websim-metric-charts')
export class MetricCharts extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private smoothing: Smoothing = 'none';

  #drawnTable: MetricTable | null = null;
  #drawnStep = -1;
  #drawnAt = 0;
  #drawing = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.store.addEventListener('change', this.#schedule);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store.removeEventListener('change', this.#schedule);
  }

  protected override render() {
    return html`${CHARTS.map(
      ({ label, unit, color, placeholder, fromZero, size }) => html`<websim-line-chart
        class="panel ${size}"
        label=${label}
        unit=${unit}
        color=${color}
        ?from-zero=${fromZero}
        placeholder=${placeholder ?? 'No values yet'}
        smoothing=${this.smoothing}
      ></websim-line-chart>`,
    )}
      <label title="An exponential moving average; the values as reported stay behind it.">
        Smoothing of the curves
        <select @change=${this.#chooseSmoothing}>
          ${Object.keys(SMOOTHINGS).map((name) => html`<option value=${name} ?selected=${name === this.smoothing}>${name}</option>`)}
        </select>
      </label>`;
  }

  readonly #chooseSmoothing = (event: Event): void => {
    this.smoothing = (event.target as HTMLSelectElement).value as Smoothing;
  };

  readonly #schedule = (): void => {
    const { table } = this.store;
    if (
      this.#drawing ||
      (table === this.#drawnTable && (table.steps.at(-1) ?? -1) === this.#drawnStep)
    )
      return;
    this.#drawing = true;
    setTimeout(
      () => requestAnimationFrame(this.#drawAll),
      this.#drawnAt + REDRAW_PERIOD - performance.now(),
    );
  };

  readonly #drawAll = (): void => {
    const { table } = this.store;
    this.#drawnTable = table;
    this.#drawnStep = table.steps.at(-1) ?? -1;
    this.#drawnAt = performance.now();
    const charts = [...this.renderRoot.querySelectorAll<LineChart>('websim-line-chart')];
    let next = 0;
    const drawNext = () => {
      const { column, interval } = CHARTS[next]!;
      charts[next]!.setRows(table.steps, table.values[column], interval && table.values[interval]);
      if (++next < charts.length) {
        requestAnimationFrame(drawNext);
      } else {
        this.#drawing = false;
        this.#schedule();
      }
    };
    drawNext();
  };

  static override styles = [
    base,
    panel,
    controls,
    css`
      label {
        grid-column: 1 / -1;
        justify-self: end;
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      select {
        width: auto;
        padding: 0.15rem 0.4rem;
      }
      :host {
        display: grid;
        gap: var(--gap);
        grid-template-columns: repeat(4, minmax(0, 1fr));
      }
      .normal {
        height: 186px;
      }
      .small {
        height: 140px;
      }
      @media (max-width: 860px) {
        :host {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      @media (max-width: 560px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
        .normal {
          height: 150px;
        }
      }
    `,
  ];
}
