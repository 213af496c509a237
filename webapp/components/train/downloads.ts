// The menu of what a run can be saved as.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MetricsFormat, PolicyFormat } from '../../../workers/ranks/protocol';
import { PopupMenu } from '../../control/popup_menu';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { saveFile } from '../../save_file';
import { base, controls, menu } from '../../styles/shared';

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

  readonly #popup = new PopupMenu(this);

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    return html`
      <button
        aria-haspopup="menu"
        aria-expanded=${this.#popup.open}
        ?disabled=${!this.store.latest}
        @click=${this.#popup.toggle}
      >
        Download
      </button>
      ${this.#popup.open ? this.#menu() : nothing}
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

  #choose(save: () => Promise<void>): void {
    this.#popup.close();
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
    menu,
    css`
      :host {
        position: relative;
      }
      [role='menu'] {
        right: 0;
      }
      button {
        width: 100%;
      }
    `,
  ];
}
