// One metric over steps or time: a titled uPlot chart that shows the newest value, or the one under the pointer. Other runs'
// curves are drawn beside it.

import { css, html, LitElement, nothing, unsafeCSS } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import { theme } from '../../control/theme';
import { formatCompact, formatDuration, formatInterval, formatValue } from '../../format';
import { type Curve, mergeCurves, rowAt } from '../../metrics/merged_curves';
import { SMOOTHINGS, type Smoothing, smooth } from '../../metrics/smoothing';
import { saveFile } from '../../save_file';
import { base, panel } from '../../styles/shared';
import { type Axis, chartOptions } from './chart_options';
import { drawPicture } from './chart_picture';

/** Another run's curve. */
export interface NamedCurve extends Curve {
  name: string;
  /** CSS custom property that holds its colour. */
  color: string;
}

@customElement('websim-line-chart')
export class LineChart extends LitElement {
  @property() label = '';
  /** Unit or meaning of the values, beside the title. */
  @property() unit = '';
  /** CSS custom property that holds the line's colour. */
  @property() color = '--accent';
  /** The value axis begins at zero. */
  @property({ type: Boolean, attribute: 'from-zero' }) fromZero = false;
  /** What an empty chart says. */
  @property() placeholder = 'No values yet';
  /** How much of its noise the curve is without. */
  @property() smoothing: Smoothing = 'none';
  @property() axis: Axis = 'steps';
  /** What the curve is called beside others. */
  @property() name = '';
  @state() private reading = '';
  @state() private empty = true;
  /** Values of all curves under the pointer, where there are several. */
  @state() private readings: { color: string; text: string }[] = [];

  #plot: uPlot | null = null;
  #own: Curve = { x: [], y: [] };
  #others: NamedCurve[] = [];
  /** As they are drawn: smoothed. */
  #curves: Curve[] = [];
  #shown: uPlot.AlignedData = [[], [], []];
  #intervals: (number | null)[] = [];
  #hovered: number | null = null;
  /** What the chart was built for. */
  #built = '';
  readonly #resize = new ResizeObserver(() => this.#fit());

  /**
   * Draws `values` over `steps`, or seconds; the arrays may be appended to afterwards and given again. `intervals`: half the
   * width of the interval that each value is within. `others`: drawn beside it.
   */
  setRows(
    steps: number[],
    values: (number | null)[],
    intervals: (number | null)[] = [],
    others: NamedCurve[] = [],
  ): void {
    this.#own = { x: steps, y: values };
    this.#intervals = intervals;
    this.#others = others;
    this.#draw();
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('smoothing') || changed.has('color') || changed.has('axis')) this.#draw();
  }

  /** The chart as it is seen, as a picture. */
  async picture(): Promise<Blob> {
    const style = getComputedStyle(this);
    const named = this.#others.length > 0 ? [this, ...this.#others] : [];
    const legend = named
      .filter(({ name }) => name)
      .map(({ name, color }) => ({ name, color: style.getPropertyValue(color).trim() }));
    const title = `${this.label} ${this.unit}`.trim();
    return drawPicture(this, this.#plot!.ctx.canvas, title, legend);
  }

  /** Prepares what is drawn: the axis, the curve, behind it the values that it smooths, and other runs' curves. */
  #draw(): void {
    const { x, y } = this.#own;
    const weight = SMOOTHINGS[this.smoothing];
    const smoothed = (values: readonly (number | null)[]) =>
      weight === 0 ? values : smooth(values, weight);
    const own = { x, y: smoothed(y) };
    const raw = { x, y: weight === 0 ? new Array(y.length).fill(null) : y };
    const others = this.#others.map((other) => ({ x: other.x, y: smoothed(other.y) }));
    this.#curves = [own, ...others];
    this.#shown = mergeCurves([own, raw, ...others]);
    if (this.#plot && this.#built !== this.#look) this.#rebuild();
    else this.#plot?.setData(this.#shown);
    this.#read();
  }

  get #look(): string {
    return [this.axis, this.color, ...this.#others.map(({ color }) => color)].join();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    theme.addEventListener('change', this.#rebuild);
    if (this.hasUpdated) this.#build();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#rebuild);
    this.#destroy();
  }

  protected override firstUpdated(): void {
    this.#build();
  }

  protected override render() {
    return html`
      <div class="head">
        <h2>${this.label} <small>${this.unit}</small></h2>
        <output class="number">${this.reading || '–'}</output>
        <button
          title="Save the chart as a picture (PNG)"
          aria-label="Save the chart ${this.label} as a picture"
          ?disabled=${this.empty}
          @click=${this.#save}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2.5v7M5 7l3 3 3-3M3 13h10" /></svg>
        </button>
      </div>
      <div class="plot ${this.empty ? 'empty' : ''}" role="img" aria-label="${this.label} over ${this.axis === 'time' ? 'time' : 'environment steps'}: ${this.reading || this.placeholder}"></div>
      ${
        this.readings.length > 0
          ? html`<ul class="readings number ${this.#pointsRight ? 'left' : ''}" aria-hidden="true">
              ${this.readings.map(({ color, text }) => html`<li .style=${`--color: var(${color})`}>${text}</li>`)}
            </ul>`
          : nothing
      }
      <p class="placeholder" ?hidden=${!this.empty}>${this.placeholder}</p>
    `;
  }

  get #container(): HTMLElement {
    return this.renderRoot.querySelector('.plot')!;
  }

  #build(): void {
    const options = chartOptions(this, {
      color: this.color,
      others: this.#others.map(({ color }) => color),
      axis: this.axis,
      fromZero: this.fromZero,
      onHover: (row) => {
        this.#hovered = row;
        this.#read();
      },
    });
    this.#built = this.#look;
    this.#plot = new uPlot({ ...options, ...this.#size() }, this.#shown, this.#container);
    this.#resize.observe(this.#container);
  }

  #destroy(): void {
    this.#resize.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** Colours are read when a chart is built. */
  readonly #rebuild = (): void => {
    this.#destroy();
    this.#build();
  };

  readonly #save = async (): Promise<void> => {
    const picture = await this.picture();
    const name = this.label.toLowerCase().replaceAll(' ', '-');
    saveFile(`${name}.png`, new Uint8Array(await picture.arrayBuffer()));
  };

  #size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#container;
    return { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
  }

  #fit(): void {
    const size = this.#size();
    if (this.#plot && (size.width !== this.#plot.width || size.height !== this.#plot.height))
      this.#plot.setSize(size);
  }

  /** Whether the pointer is in the right half, which the values must not cover then. */
  get #pointsRight(): boolean {
    const plot = this.#plot;
    return plot !== null && (plot.cursor.left ?? 0) > plot.over.clientWidth / 2;
  }

  #read(): void {
    this.empty = this.#curves.every(({ y }) => y.every((value) => value === null));
    const place = this.#hovered === null ? undefined : this.#shown[0][this.#hovered];
    const [own, ...others] = this.#curves as [Curve, ...Curve[]];
    const row = place === undefined ? own.x.length - 1 : rowAt(own, place);
    const value = row === null ? null : (own.y[row] ?? null);
    this.readings =
      place === undefined || others.length === 0
        ? []
        : others.flatMap((curve, i) => {
            const at = rowAt(curve, place);
            if (at === null) return [];
            return [{ color: this.#others[i]!.color, text: formatValue(curve.y[at]!) }];
          });
    if (row === null || value === null) {
      this.reading = '';
      return;
    }
    const interval = this.#intervals[row] ?? null;
    const text = interval === null ? formatValue(value) : formatInterval(value, interval);
    const write = this.axis === 'time' ? formatDuration : formatCompact;
    this.reading = place === undefined ? text : `${text} at ${write(place)}`;
  }

  static override styles = [
    unsafeCSS(uPlotStyles),
    base,
    panel,
    css`
      :host {
        position: relative;
        display: flex;
        flex-direction: column;
        min-width: 0;
      }
      .head {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: 8px;
        padding: 8px 12px 0;
        white-space: nowrap;
      }
      h2 {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        color: var(--text);
      }
      small {
        font-size: 0.75rem;
        font-weight: 400;
        letter-spacing: 0;
        color: var(--text-soft);
      }
      output {
        font-size: 0.8125rem;
        font-weight: 600;
      }
      .head button {
        flex: none;
        align-self: center;
        width: 24px;
        height: 24px;
        margin: -2px -6px -2px -4px;
        padding: 4px;
        color: var(--text-soft);
        background: none;
        border: 0;
        border-radius: var(--radius-small);
        cursor: pointer;
      }
      .head button:hover:not(:disabled) {
        color: var(--text);
        background: var(--surface-sunken);
      }
      .head button:disabled {
        visibility: hidden;
      }
      .head svg {
        display: block;
        fill: none;
        stroke: currentColor;
        stroke-width: 1.6;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .plot {
        flex: 1;
        min-height: 0;
        overflow: hidden;
      }
      .plot.empty {
        visibility: hidden;
      }
      .readings {
        position: absolute;
        z-index: 1;
        inset: 34px 10px auto auto;
        display: grid;
        gap: 1px;
        margin: 0;
        padding: 4px 8px;
        list-style: none;
        font-size: 0.75rem;
        background: color-mix(in srgb, var(--surface-raised) 88%, transparent);
        border-radius: var(--radius-small);
        pointer-events: none;
      }
      .readings.left {
        inset: 34px auto auto 48px;
      }
      .readings li::before {
        content: '';
        display: inline-block;
        width: 8px;
        height: 8px;
        margin-right: 6px;
        background: var(--color);
        border-radius: 50%;
      }
      .u-cursor-x {
        border-right: 1px solid var(--border-strong) !important;
      }
      .placeholder {
        position: absolute;
        inset: calc(50% + 2px) 12px auto;
        margin: 0;
        text-align: center;
        font-size: 0.75rem;
        color: var(--text-soft);
        pointer-events: none;
      }
    `,
  ];
}
