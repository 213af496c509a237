// What is being loaded, in named stages with megabytes.

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LoadProgress } from '../../workers/ranks/pool';
import type { LoadStage } from '../../workers/ranks/protocol';
import { formatMegabytes } from '../format';
import { base, controls } from '../styles/shared';

/** Stages in order, each with its usual share of the waiting time on a fast network. */
const STAGES: { stage: LoadStage; name: string; share: number }[] = [
  { stage: 'download', name: 'Download', share: 0.4 },
  { stage: 'python', name: 'Python', share: 0.35 },
  { stage: 'numpy', name: 'numpy', share: 0.2 },
  { stage: 'mujoco', name: 'MuJoCo', share: 0.05 },
];

@customElement('websim-load-progress')
export class LoadProgressView extends LitElement {
  @property({ attribute: false }) progress: LoadProgress | null = null;
  /** One line, for a place in which something else is to be seen. */
  @property({ type: Boolean, reflect: true }) compact = false;

  protected override render() {
    const { progress } = this;
    const current = progress ? STAGES.findIndex(({ stage }) => stage === progress.stage) : 0;
    const done = current < 0 ? STAGES.length : current;
    return html`
      <p class="label">${progress?.label ?? 'Loading'}</p>
      <progress max="1" value=${this.#fraction(done)} aria-label="Loading"></progress>
      <p class="number bytes">
        ${
          progress && progress.totalBytes > 0
            ? `${formatMegabytes(progress.loadedBytes)} of ${formatMegabytes(progress.totalBytes)}`
            : 'Asking for the list of files'
        }
      </p>
      <ol>
        ${STAGES.map(
          (
            { name },
            index,
          ) => html`<li class=${index < done ? 'done' : index === done ? 'current' : ''}>
            <span aria-hidden="true"></span>${name}<span class="visually-hidden">
              ${index < done ? ': done' : index === done ? ': in progress' : ': waiting'}
            </span>
          </li>`,
        )}
      </ol>
    `;
  }

  #fraction(done: number): number {
    const before = STAGES.slice(0, done).reduce((sum, { share }) => sum + share, 0);
    if (done > 0 || !this.progress || this.progress.totalBytes === 0) return before;
    return (STAGES[0]!.share * this.progress.loadedBytes) / this.progress.totalBytes;
  }

  static override styles = [
    base,
    controls,
    css`
      :host {
        width: min(360px, 100%);
        padding: 18px 20px;
        background: var(--surface);
        border: 1px solid var(--border);
        border-radius: var(--radius);
        box-shadow: 0 16px 48px rgb(0 0 0 / 25%);
      }
      :host([compact]) {
        display: flex;
        align-items: center;
        gap: 12px;
        width: min(480px, 100%);
        padding: 6px 12px;
        font-size: 0.8125rem;
        background: color-mix(in srgb, var(--surface) 88%, transparent);
        border-radius: 10px;
        box-shadow: none;
      }
      .label {
        margin: 0 0 10px;
        font-weight: 600;
      }
      :host([compact]) :is(.label, .bytes) {
        margin: 0;
        white-space: nowrap;
      }
      :host([compact]) progress {
        flex: 1;
        min-width: 60px;
      }
      :host([compact]) ol {
        display: none;
      }
      @media (max-width: 860px) {
        :host([compact]) {
          flex-wrap: wrap;
          justify-content: space-between;
          gap: 4px 12px;
        }
        :host([compact]) progress {
          order: 1;
          flex-basis: 100%;
        }
      }
      .bytes {
        margin: 6px 0 12px;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      ol {
        display: flex;
        justify-content: space-between;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      li {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      li > span:first-child {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        border: 1.5px solid currentColor;
      }
      li.current {
        color: var(--accent);
        font-weight: 600;
      }
      li.done > span:first-child {
        color: var(--good);
        background: currentColor;
      }
      li.current > span:first-child {
        animation: pulse 1.1s ease-in-out infinite;
      }
      @keyframes pulse {
        50% {
          background: currentColor;
        }
      }
    `,
  ];
}
