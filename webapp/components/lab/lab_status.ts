// What the Lab's Python does, with the time; screen readers are told when that changes, and not each second.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LoadStage } from '../../../workers/ranks/protocol';
import { formatDuration } from '../../format';
import type { LabSession } from '../../lab/lab_session';
import { base } from '../../styles/shared';

const STARTING: Record<LoadStage, string> = {
  download: 'Downloading Python',
  python: 'Starting Python',
  numpy: 'Loading numpy',
  mujoco: 'Starting MuJoCo',
  ready: 'Warming up',
};

@customElement('websim-lab-status')
export class LabStatus extends LitElement {
  @property({ attribute: false }) session!: LabSession;

  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #update = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(this.#update, 1000);
    this.session?.addEventListener('change', this.#update);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.session?.removeEventListener('change', this.#update);
  }

  protected override firstUpdated(): void {
    this.session.addEventListener('change', this.#update);
  }

  protected override render() {
    const { session } = this;
    const { python, stage, runningCell } = session;
    const number = runningCell ? session.notebook!.cells.indexOf(runningCell) + 1 : 0;
    const words = {
      off: 'No Python',
      starting: `${STARTING[stage ?? 'download']}…`,
      ready: 'Python is ready',
      busy: `Running cell ${number}`,
    }[python];
    const began = runningCell ? session.run(runningCell)!.began : 0;
    const seconds = python === 'busy' && runningCell ? (performance.now() - began) / 1000 : 0;
    return html`<span class="dot ${python}"></span>
      <span role="status">${words}</span>
      <span class="number" aria-hidden="true">${seconds >= 1 ? formatDuration(seconds) : ''}</span>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      .dot {
        width: 9px;
        height: 9px;
        border-radius: 50%;
        background: var(--border-strong);
      }
      .starting {
        background: var(--warn);
      }
      .ready {
        background: var(--good);
      }
      .busy {
        background: var(--accent);
      }
    `,
  ];
}
