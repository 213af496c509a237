// An agent at play: the robot, and the controls that are asked for.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SceneDescription } from '../../workers/protocol';
import { theme } from '../control/theme';
import { base, controls } from '../styles/shared';
import { robotBounds } from '../viewer/bounds';
import { FrameLoop } from '../viewer/frame_loop';
import { OrbitControls } from '../viewer/orbit_controls';
import { Playback } from '../viewer/playback';
import { readViewTheme } from '../viewer/theme';
import { ViewerClient } from '../viewer/viewer_client';
import { PlayerClient } from './player_client';
import type { PlayedAgent } from './player_protocol';

const SPEEDS = [0.25, 0.5, 1, 2, 4];

/**
 * Dispatches `failed` with a sentence where the agent cannot be played. The attribute `moving` is there as soon as the
 * robot has been drawn in motion, `playing` while it is not paused.
 */
@customElement('websim-player')
export class PlayerView extends LitElement {
  /** Set once. */
  @property({ attribute: false }) agent!: PlayedAgent;
  /** Folder of assets.json. */
  @property({ attribute: false }) runtime!: string;
  /** Whether Pause, Restart and the speed are shown. */
  @property({ type: Boolean }) controls = false;
  @property({ type: Boolean, reflect: true }) playing = true;
  @property({ type: Boolean, reflect: true }) moving = false;
  @state() private speed = 1;
  @state() private drawable = true;

  #player: PlayerClient | null = null;
  #viewer: ViewerClient | null = null;
  #orbit: OrbitControls | null = null;
  #loop: FrameLoop | null = null;
  #playback: Playback | null = null;
  #stale = true;
  /** Different poses that were sent to be drawn. */
  #movedFrames = 0;
  #lastDraw = 0;
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #seen = new IntersectionObserver(([entry]) => {
    this.#onScreen = entry?.isIntersecting ?? false;
    this.#pace();
  });
  #onScreen = true;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#onTheme);
    document.removeEventListener('visibilitychange', this.#pace);
    this.#resize.disconnect();
    this.#seen.disconnect();
    this.#loop?.stop();
    this.#viewer?.close();
    this.#player?.close();
  }

  /** A new episode. */
  restart(): void {
    this.#player?.restart();
  }

  protected override firstUpdated(): void {
    const canvas = this.renderRoot.querySelector('canvas')!;
    if (!('transferControlToOffscreen' in canvas)) {
      this.#cannotDraw();
      return;
    }
    const viewer = new ViewerClient(
      canvas,
      readViewTheme(this),
      (turning) => {
        this.#stale ||= turning;
        if (this.#stale) this.#loop?.wake();
        if (this.#movedFrames > 1) this.moving = true;
      },
      this.#cannotDraw,
    );
    this.#viewer = viewer;
    this.#player = new PlayerClient(
      this.runtime,
      this.agent,
      (scene) => this.#show(scene),
      (message) => this.dispatchEvent(new CustomEvent('failed', { detail: message })),
    );
    this.#orbit = new OrbitControls(canvas, this.#invalidate);
    this.#loop = new FrameLoop(this, this.#draw, () => viewer.interval(false));
    this.#resize.observe(this);
    this.#seen.observe(this);
    theme.addEventListener('change', this.#onTheme);
    document.addEventListener('visibilitychange', this.#pace);
    this.#fit();
  }

  protected override render() {
    return html`
      <canvas
        tabindex="0"
        role="img"
        aria-label="${this.agent.task}, moved by its policy. Drag or use the arrow keys to turn the view, plus and minus to zoom."
      ></canvas>
      ${this.drawable ? nothing : html`<p>This browser offers no WebGL 2, so the robot cannot be drawn.</p>`}
      ${this.controls && this.drawable ? this.#bar() : nothing}
    `;
  }

  #bar() {
    return html`<div class="bar">
      <button @click=${this.#toggle}>${this.playing ? 'Pause' : 'Play'}</button>
      <button @click=${this.restart}>Restart</button>
      <label>
        <span class="visually-hidden">Speed</span>
        <select aria-label="Speed" @change=${this.#chooseSpeed}>
          ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === this.speed}>${speed}×</option>`)}
        </select>
      </label>
      <slot></slot>
    </div>`;
  }

  #show(scene: SceneDescription): void {
    this.#viewer?.setScene(scene);
    const jump = 2 * robotBounds(scene).radius;
    this.#playback = new Playback(
      this.#player!.frames!,
      scene.poses,
      scene.controlPeriod,
      scene.trackedGeom,
      jump,
    );
    this.#pace();
    this.#invalidate();
  }

  readonly #draw = (seconds: number): boolean => {
    const playback = this.#playback;
    if (!playback || !this.#viewer || !this.#orbit) return false;
    const moved = playback.advance(seconds, this.playing);
    this.#stale ||= moved;
    if (this.#stale && !this.#viewer.busy) {
      this.#stale = false;
      const elapsed = Math.min(0.5, seconds - this.#lastDraw);
      this.#viewer.draw(playback.snapshot, this.#orbit.orbit, elapsed);
      this.#lastDraw = seconds;
      if (moved) this.#movedFrames++;
    }
    return moved || this.playing;
  };

  readonly #toggle = (): void => {
    this.playing = !this.playing;
    this.#pace();
    this.#invalidate();
  };

  readonly #chooseSpeed = (event: Event): void => {
    this.speed = Number((event.target as HTMLSelectElement).value);
    this.#pace();
  };

  /** A robot that nobody sees does not move. */
  readonly #pace = (): void => {
    const seen = this.#onScreen && !document.hidden;
    this.#player?.setSpeed(this.playing && seen ? this.speed : 0);
  };

  readonly #invalidate = (): void => {
    this.#stale = true;
    this.#loop?.wake();
  };

  readonly #onTheme = (): void => {
    this.#viewer?.setTheme(readViewTheme(this));
    this.#invalidate();
  };

  readonly #cannotDraw = (): void => {
    this.drawable = false;
    this.#loop?.stop();
    this.#viewer?.close();
    this.#viewer = null;
  };

  #fit(): void {
    if (this.clientWidth === 0 || this.clientHeight === 0) return;
    this.#viewer?.resize(this.clientWidth, this.clientHeight);
    this.#invalidate();
  }

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: relative;
        overflow: hidden;
        background: linear-gradient(var(--sky-top), var(--sky-bottom) 62%);
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        display: block;
        cursor: grab;
      }
      canvas:active {
        cursor: grabbing;
      }
      canvas:focus-visible {
        outline-offset: -3px;
      }
      p {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        margin: 0;
        padding: 16px;
        text-align: center;
      }
      .bar {
        position: absolute;
        inset: auto 10px 10px;
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        font-size: 0.8125rem;
        pointer-events: none;
      }
      .bar > * {
        pointer-events: auto;
      }
      button,
      select {
        width: auto;
        min-height: 34px;
        padding: 2px 12px;
        background: color-mix(in srgb, var(--surface) 88%, transparent);
        border-color: var(--border);
        border-radius: 10px;
      }
      ::slotted(a) {
        margin-left: auto;
        padding: 6px 12px;
        font-weight: 550;
        color: var(--text);
        text-decoration: none;
        background: color-mix(in srgb, var(--surface) 88%, transparent);
        border: 1px solid var(--border);
        border-radius: 10px;
      }
    `,
  ];
}
