// The live charts, with the chosen runs beside the shown one. A drawn frame redraws few of them, so that charts never hold up
// the page.

import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ListedRun, runTitle } from '../../control/run_list';
import type { TrainingStore } from '../../control/training_store';
import { thin } from '../../metrics/merged_curves';
import type { Column, MetricTable } from '../../metrics/metric_table';
import { SMOOTHINGS, type Smoothing } from '../../metrics/smoothing';
import { base, controls, panel } from '../../styles/shared';
import type { Axis } from '../charts/chart_options';
import '../charts/line_chart';
import type { LineChart, NamedCurve } from '../charts/line_chart';
import '../runs/run_legend';

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

/** Charts that a frame redraws: each frame costs training too. */
const CHARTS_A_FRAME = 2;
/** Milliseconds between two drawings of the same chart. */
const REDRAW_PERIOD = 1000;
/** Points of a run that is drawn beside the shown one: as many as a chart has pixels. */
const OTHER_ROWS = 400;
/** Of the shown run in all charts, while others are drawn beside it. */
const OWN_COLOR = '--accent';

@customElement('websim-metric-charts')
export class MetricCharts extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** Whether the list of runs is open. */
  @property({ type: Boolean, attribute: 'runs-open' }) runsOpen = false;
  @state() private smoothing: Smoothing = 'none';
  @state() private axis: Axis = 'steps';
  @state() private overlays: ListedRun[] = [];
  /** What the shown run is called. */
  @state() private ownName = '';

  #drawnTable: MetricTable | null = null;
  #drawnStep = -1;
  #drawnOverlays: ListedRun[] = [];
  #drawnAxis: Axis = 'steps';
  #drawnAt = 0;
  #drawing = false;
  /** By chart: constant until other runs are chosen. */
  #others: NamedCurve[][] = [];

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
        color=${this.overlays.length > 0 ? OWN_COLOR : color}
        name=${this.ownName}
        axis=${this.axis}
        ?from-zero=${fromZero}
        placeholder=${placeholder ?? 'No values yet'}
        smoothing=${this.smoothing}
      ></websim-line-chart>`,
    )}
      <div class="bar">
        <websim-run-legend .store=${this.store} ?open=${this.runsOpen}></websim-run-legend>
        <label title="Environment steps, or time since the start with pauses.">
          Over
          <select @change=${this.#chooseAxis}>
            <option value="steps" ?selected=${this.axis === 'steps'}>steps</option>
            <option value="time" ?selected=${this.axis === 'time'}>time</option>
          </select>
        </label>
        <label title="An exponential moving average; the values as reported stay behind it.">
          Smoothing of the curves
          <select @change=${this.#chooseSmoothing}>
            ${Object.keys(SMOOTHINGS).map((name) => html`<option value=${name} ?selected=${name === this.smoothing}>${name}</option>`)}
          </select>
        </label>
      </div>`;
  }

  readonly #chooseAxis = (event: Event): void => {
    this.axis = (event.target as HTMLSelectElement).value as Axis;
    this.#drawnAt = 0;
    this.#schedule();
  };

  readonly #chooseSmoothing = (event: Event): void => {
    this.smoothing = (event.target as HTMLSelectElement).value as Smoothing;
  };

  readonly #schedule = (): void => {
    const { table, runs } = this.store;
    const { overlays } = runs;
    const shown = runs.runs.find(({ current }) => current);
    this.ownName = shown ? runTitle(shown) : '';
    if (!sameRuns(overlays, this.overlays)) {
      this.overlays = overlays;
      this.#drawnAt = 0;
    }
    if (
      this.#drawing ||
      (table === this.#drawnTable &&
        (table.steps.at(-1) ?? -1) === this.#drawnStep &&
        this.overlays === this.#drawnOverlays &&
        this.axis === this.#drawnAxis)
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
    if (this.overlays !== this.#drawnOverlays || this.axis !== this.#drawnAxis)
      this.#others = this.#otherCurves();
    this.#drawnTable = table;
    this.#drawnStep = table.steps.at(-1) ?? -1;
    this.#drawnOverlays = this.overlays;
    this.#drawnAxis = this.axis;
    this.#drawnAt = performance.now();
    const charts = [...this.renderRoot.querySelectorAll<LineChart>('websim-line-chart')];
    const x = this.axis === 'time' ? table.times : table.steps;
    let next = 0;
    const drawNext = () => {
      for (const end = Math.min(next + CHARTS_A_FRAME, charts.length); next < end; next++) {
        const { column, interval } = CHARTS[next]!;
        charts[next]!.setRows(
          x,
          table.values[column],
          interval && table.values[interval],
          this.#others[next],
        );
      }
      if (next < charts.length) {
        requestAnimationFrame(drawNext);
      } else {
        this.#drawing = false;
        this.#schedule();
      }
    };
    drawNext();
  };

  #otherCurves(): NamedCurve[][] {
    return CHARTS.map(({ column }) =>
      this.overlays.map((run) => {
        const { steps, times, values } = run.curves!.table;
        const curve = { x: this.axis === 'time' ? times : steps, y: values[column] };
        return { ...thin(curve, OTHER_ROWS), name: runTitle(run), color: `--run-${run.slot}` };
      }),
    );
  }

  static override styles = [
    base,
    panel,
    controls,
    css`
      .bar {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
      }
      websim-run-legend {
        flex: 1 1 auto;
        min-width: 0;
      }
      label {
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

/** Whether the same curves are drawn under the same names and colours. */
function sameRuns(some: readonly ListedRun[], others: readonly ListedRun[]): boolean {
  return (
    some.length === others.length &&
    some.every((run, i) => {
      const other = others[i]!;
      return (
        run.curves === other.curves && run.slot === other.slot && runTitle(run) === runTitle(other)
      );
    })
  );
}
