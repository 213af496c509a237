// The menu of what a run can be saved as.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MetricsFormat, PolicyFormat } from '../../workers/protocol';
import { StoreController } from '../control/store_controller';
import type { TrainingStore } from '../control/training_store';
import { saveFile } from '../save_file';
import { base, controls } from '../styles/shared';

const POLICIES: [PolicyFormat, string][] = [
  ['websim', 'Policy (.websim)'],
  ['onnx', 'Policy (ONNX)'],
  ['safetensors', 'Policy (safetensors)'],
];
const METRICS: [MetricsFormat, string][] = [
  ['csv', 'Metrics (CSV)'],
  ['json', 'Metrics (JSON)'],
];

@customElement('websim-downloads')
export class Downloads extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private open = false;

  constructor() {
    super();
    new StoreController(this);
    // From one of the menu's items to another it does not leave the shadow root, and is not heard.
    this.addEventListener('focusout', () => {
      this.open = false;
    });
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.open) return;
      this.open = false;
      this.renderRoot.querySelector('button')?.focus();
    });
  }

  protected override render() {
    return html`
      <button
        aria-haspopup="menu"
        aria-expanded=${this.open}
        ?disabled=${!this.store.latest}
        @click=${this.#toggle}
      >
        Download
      </button>
      ${this.open ? this.#menu() : nothing}
    `;
  }

  #menu() {
    return html`<div role="menu" aria-label="Download">
      ${POLICIES.map(([format, label]) => this.#item(label, () => this.#savePolicy(format)))}
      ${METRICS.map(([format, label]) => this.#item(label, () => this.#saveMetrics(format)))}
    </div>`;
  }

  #item(label: string, save: () => Promise<void>) {
    return html`<button role="menuitem" @click=${() => this.#choose(save)}>${label}</button>`;
  }

  readonly #toggle = (): void => {
    this.open = !this.open;
  };

  #choose(save: () => Promise<void>): void {
    this.open = false;
    void this.store.attempt(save);
  }

  async #savePolicy(format: PolicyFormat): Promise<void> {
    const name = this.#name();
    const policy = await this.store.policy();
    const file = format === 'websim' ? policy : await this.store.exchange.convert(policy, format);
    // Of a task with several policies they come as a zip archive, which begins with "PK".
    saveFile(`${name}.${policy[0] === 0x50 ? 'zip' : format}`, file);
  }

  async #saveMetrics(format: MetricsFormat): Promise<void> {
    const name = this.#name();
    saveFile(
      `${name}.${format}`,
      await this.store.exchange.metricsFile(this.store.run!.history, format),
    );
  }

  #name(): string {
    const { env, seed } = this.store.run!.config;
    return `${env.toLowerCase()}-seed${seed}-${this.store.latest!.global_step}`;
  }

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: relative;
      }
      button {
        width: 100%;
      }
      [role='menu'] {
        position: absolute;
        bottom: 100%;
        right: 0;
        z-index: 1;
        min-width: 100%;
        white-space: nowrap;
        display: grid;
        margin-bottom: 4px;
        padding: 4px;
        background: var(--surface-raised);
        border: 1px solid var(--border-strong);
        border-radius: var(--radius);
      }
      [role='menuitem'] {
        text-align: left;
        border-color: transparent;
      }
    `,
  ];
}
