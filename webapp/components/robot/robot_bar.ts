// Over one robot: which environment it is, and how its motion is played.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TrainingRun } from '../../../workers/ranks/pool';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { NO_SHARED_MEMORY } from '../../isolation';
import { chips } from '../../styles/chips';
import { base, controls } from '../../styles/shared';
import type { Pace } from '../../viewer/playback';
import '../train/shown_policy';

const PACES: Record<Pace, string> = {
  live: 'as it trains',
  real: 'real time',
  half: '½ real time',
  quarter: '¼ real time',
};

/**
 * Dispatches 'environment' (CustomEvent<number>), 'crowd' for the view of all robots, 'pace' (CustomEvent<Pace>), 'hold' to
 * stop the picture and to go on, and 'step' for a control step of a stopped one.
 */
@customElement('websim-robot-bar')
export class RobotBar extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @property({ attribute: false }) run!: TrainingRun;
  /** Simulated seconds a second. */
  @property({ attribute: false }) speed = 0;
  @property({ attribute: false }) pace: Pace = 'live';
  /** The picture stands still. */
  @property({ attribute: false }) held = false;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { run, held } = this;
    const { focused } = run;
    const last = run.config.num_envs - 1;
    return html`
      <span class="chip"><websim-shown-policy .store=${this.store}></websim-shown-policy></span>
      <span class="chip" ?hidden=${run.shown !== 'live'}>
        <button @click=${() => this.#tell('environment', run.focused - 1)} ?disabled=${focused <= 0} aria-label="Previous environment">‹</button>
        <label>
          <span class="word">Environment</span>
          <input aria-label="Environment"
            type="number" inputmode="numeric" min="0" max=${last}
            .value=${String(focused)}
            @change=${this.#choose}
          />
        </label>
        <button @click=${() => this.#tell('environment', run.focused + 1)} ?disabled=${focused >= last} aria-label="Next environment">›</button>
      </span>
      ${
        last > 0
          ? html`<button
              class="chip" ?disabled=${!run.crowd}
              title=${run.crowd ? 'Draw the robots of all environments at once' : NO_SHARED_MEMORY}
              @click=${() => this.#tell('crowd')}
            >All robots</button>`
          : nothing
      }
      <span class="chip">
        <button
          @click=${() => this.#tell('hold')} aria-pressed=${held}
          aria-label="Stop the picture" title=${held ? 'Go on' : 'Stop the picture; training goes on'}
        >${held ? '▶' : '❚❚'}</button>
        <button @click=${() => this.#tell('step')} ?hidden=${!held} aria-label="Next control step" title="Next control step">❚▶</button>
        <select aria-label="Pace" @change=${(event: Event) => this.#tell('pace', (event.target as HTMLSelectElement).value)}>
          ${Object.entries(PACES).map(([pace, title]) => html`<option value=${pace} ?selected=${pace === this.pace}>${title}</option>`)}
        </select>
        <span class="number speed" title="Simulated seconds in a second">${this.#speedText}</span>
      </span>
    `;
  }

  get #speedText(): string {
    const { speed } = this;
    if (this.held) return 'stopped';
    return speed > 0 ? `${speed.toFixed(speed < 0.95 ? 2 : 1)}×` : 'at rest';
  }

  /** What cannot be followed leaves another number than the written one. */
  readonly #choose = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    this.#tell('environment', Number(input.value));
    input.value = String(this.run.focused);
  };

  #tell(what: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  static override styles = [
    base,
    controls,
    chips,
    css`
      :host {
        display: contents;
      }
      .speed {
        min-width: 3.6em;
        text-align: right;
      }
      @media (max-width: 1100px) {
        .word {
          display: none;
        }
      }
      @media (max-width: 860px) {
        .speed {
          min-width: 0;
        }
      }
    `,
  ];
}
