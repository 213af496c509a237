// One metric over environment steps: a titled uPlot chart that shows the newest value, or the one under the pointer.

import { css, html, LitElement, unsafeCSS } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import { theme } from '../control/theme';
import { formatCompact, formatInterval, formatValue } from '../format';
import { SMOOTHINGS, type Smoothing, smooth } from '../metrics/smoothing';
import { saveFile } from '../save_file';
import { base, panel } from '../styles/shared';
import { chartOptions } from './chart_options';
import { drawPicture } from './chart_picture';

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
  @state() private reading = '';
  @state() private empty = true;

  #plot: uPlot | null = null;
  #rows: [number[], (number | null)[]] = [[], []];
  #shown: [number[], (number | null)[], (number | null)[]] = [[], [], []];
  #intervals: (number | null)[] = [];
  #hovered: number | null = null;
  readonly #resize = new ResizeObserver(() => this.#fit());

  /**
   * Draws `values` over `steps`; the arrays may be appended to afterwards and given again. `intervals`: half the width
   * of the interval that each value is within.
   */
  setRows(steps: number[], values: (number | null)[], intervals: (number | null)[] = []): void {
    this.#rows = [steps, values];
    this.#intervals = intervals;
    this.#draw();
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('smoothing')) this.#draw();
  }

  /** The chart as it is seen, as a picture. */
  async picture(): Promise<Blob> {
    return drawPicture(this, this.#plot!.ctx.canvas, `${this.label} ${this.unit}`.trim());
  }

  /** Prepares what is drawn: steps, the curve, and behind it the values that it smooths. */
  #draw(): void {
    const [steps, values] = this.#rows;
    const weight = SMOOTHINGS[this.smoothing];
    const raw = weight === 0 ? new Array(values.length).fill(null) : values;
    this.#shown = [steps, weight === 0 ? values : smooth(values, weight), raw];
    this.#plot?.setData(this.#shown);
    this.#read();
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
      <div class="plot ${this.empty ? 'empty' : ''}" role="img" aria-label="${this.label} over environment steps: ${this.reading || this.placeholder}"></div>
      <p class="placeholder" ?hidden=${!this.empty}>${this.placeholder}</p>
    `;
  }

  get #container(): HTMLElement {
    return this.renderRoot.querySelector('.plot')!;
  }

  #build(): void {
    const options = chartOptions(this, {
      color: this.color,
      fromZero: this.fromZero,
      onHover: (row) => {
        this.#hovered = row;
        this.#read();
      },
    });
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

  #read(): void {
    const [steps, values] = this.#shown;
    this.empty = values.every((value) => value === null);
    const hovered = this.#hovered !== null && this.#hovered < steps.length;
    const row = hovered ? this.#hovered! : steps.length - 1;
    const value = values[row] ?? null;
    if (value === null) {
      this.reading = '';
      return;
    }
    const interval = this.#intervals[row] ?? null;
    const text = interval === null ? formatValue(value) : formatInterval(value, interval);
    this.reading = hovered ? `${text} at ${formatCompact(steps[row]!)}` : text;
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
