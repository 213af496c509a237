// Sliders of a model: its actuators, which act while it plays, and its joints, which are put where they are moved to.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type {
  LoadedModel,
  SceneOrder,
  SceneState,
  Slider,
} from '../../../workers/editors/scene_protocol';
import { formatValue } from '../../format';
import { base, panel } from '../../styles/shared';

/** Steps of a slider from one end to the other. */
const STEPS = 200;

/** Dispatches 'order' (CustomEvent<SceneOrder>). */
@customElement('websim-scene-sliders')
export class SceneSliders extends LitElement {
  @property({ attribute: false }) model: LoadedModel | null = null;
  /** Where everything is now. */
  @property({ attribute: false }) state: SceneState | null = null;

  protected override render() {
    const { model, state } = this;
    if (!model || !state) return nothing;
    return html`
      ${this.#group('Actuators', model.actuators, state.controls, (actuator, value) => ({ type: 'control', actuator, value }))}
      ${this.#group('Joints', model.joints, state.joints, (joint, value) => ({ type: 'joint', joint, value }))}
    `;
  }

  #group(
    title: string,
    sliders: readonly (Slider & { turns?: boolean })[],
    values: Float64Array,
    order: (index: number, value: number) => SceneOrder,
  ) {
    if (sliders.length === 0) return nothing;
    return html`<fieldset>
      <legend>${title}</legend>
      ${sliders.map(({ name, low, high, turns }, i) => {
        const value = values[i] ?? 0;
        const unit = turns === undefined ? '' : turns ? ' rad' : ' m';
        return html`<label>
          <span>${name}</span>
          <input
            type="range"
            min=${low}
            max=${high}
            step=${(high - low) / STEPS}
            .value=${String(value)}
            @input=${(event: Event) => this.#move(order(i, (event.target as HTMLInputElement).valueAsNumber))}
          />
          <output class="number">${formatValue(Number(value.toFixed(3)))}${unit}</output>
        </label>`;
      })}
    </fieldset>`;
  }

  #move(detail: SceneOrder): void {
    this.dispatchEvent(new CustomEvent<SceneOrder>('order', { detail }));
  }

  static override styles = [
    base,
    panel,
    css`
      :host {
        padding: 4px 14px 12px;
      }
      fieldset {
        display: grid;
        gap: 2px 20px;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr));
        margin: 8px 0 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: 4px;
        padding: 0;
        font-size: 0.75rem;
        font-weight: 600;
        color: var(--text-soft);
      }
      label {
        display: grid;
        grid-template-columns: 6.5em minmax(60px, 1fr) 5.6em;
        gap: 8px;
        align-items: center;
        min-height: 28px;
        font-size: 0.75rem;
      }
      span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      input {
        min-width: 0;
        accent-color: var(--accent-strong);
      }
      output {
        text-align: right;
        color: var(--text-soft);
      }
    `,
  ];
}
