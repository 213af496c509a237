// An agent at play: the robot, and the controls that are asked for.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SceneDescription } from '../../workers/ranks/protocol';
import '../components/robot/overlay_menu';
import { overlays } from '../control/overlays';
import { taskTitle } from '../control/own_model';
import { formatCount } from '../format';
import { chip, chips } from '../styles/chips';
import { base, controls } from '../styles/shared';
import { robotBounds } from '../viewer/bounds';
import { Playback } from '../viewer/playback';
import { type StageScript, ViewerStage } from '../viewer/viewer_stage';
import { PlayerClient } from './player_client';
import type { PlayedAgent } from './player_protocol';
import type { BroughtTask } from './task_file';

const SPEEDS = [0.25, 0.5, 1, 2, 4];

/**
 * Dispatches `failed` with a sentence where the agent cannot be played, and `frame` (CustomEvent<DrawnFrame>) for each
 * picture that was drawn. The attribute `moving` is there as soon as the robot has been drawn in motion, `playing` while
 * it is not paused.
 */
@customElement('websim-player')
export class PlayerView extends LitElement {
  /** Set once. */
  @property({ attribute: false }) agent!: PlayedAgent;
  /** Folder of assets.json. */
  @property({ attribute: false }) runtime!: string;
  /** Whether Pause, Restart, the speed and the overlays are shown. */
  @property({ type: Boolean }) controls = false;
  @property({ type: Boolean, reflect: true }) playing = true;
  @property({ type: Boolean, reflect: true }) moving = false;
  /** What the agent brings was shown, and may be loaded. */
  @state() private allowed = false;
  @state() private speed = 1;
  /** Why the robot cannot be drawn; empty: it can. */
  @state() private obstacle = '';

  #player: PlayerClient | null = null;
  #stage: ViewerStage | null = null;
  #playback: Playback | null = null;
  /** The next picture is of other poses than the last. */
  #moved = false;
  /** Different poses that were sent to be drawn. */
  #movedFrames = 0;
  readonly #seen = new IntersectionObserver(([entry]) => {
    this.#onScreen = entry?.isIntersecting ?? false;
    this.#pace();
  });
  #onScreen = true;

  readonly #script: StageScript = {
    advance: (seconds) => {
      const moved = this.#playback?.advance(seconds, this.playing) ?? false;
      this.#moved ||= moved;
      const awaits = this.#playback?.awaits(seconds) ?? false;
      return {
        changed: moved,
        goesOn: this.#playback !== null && (moved || this.playing || awaits),
      };
    },
    draw: (viewer, orbit, elapsed) => {
      if (!this.#playback) return;
      const overlay = this.#playback.overlay[0] ? this.#playback.overlay : null;
      const over = { overlay, shown: overlays.shown, grip: null };
      viewer.draw(this.#playback.snapshot, orbit, elapsed, over);
      if (this.#moved) this.#movedFrames++;
      this.#moved = false;
    },
    drawn: (frame) => {
      if (this.#movedFrames > 1) this.moving = true;
      this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
    },
    unavailable: (reason) => {
      this.obstacle = reason;
      this.#stage = null;
    },
    training: () => false,
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#pace);
    overlays.removeEventListener('change', this.#onOverlays);
    this.#seen.disconnect();
    this.#stage?.close();
    this.#player?.close();
  }

  /** A new episode. */
  restart(): void {
    this.#player?.restart();
    this.#ask();
  }

  protected override firstUpdated(): void {
    const canvas = this.renderRoot.querySelector('canvas')!;
    this.#stage = ViewerStage.open(this, canvas, this.#script);
    this.#seen.observe(this);
    document.addEventListener('visibilitychange', this.#pace);
    if (this.controls) {
      canvas.addEventListener('keydown', overlays.onKey);
      overlays.addEventListener('change', this.#onOverlays);
    }
    if (!this.agent.brought) this.#load();
  }

  readonly #allow = (): void => {
    this.allowed = true;
    this.#load();
  };

  #load(): void {
    if (!this.#stage) return;
    this.#player = new PlayerClient(
      this.runtime,
      this.agent,
      (scene) => this.#show(scene),
      (message) => this.dispatchEvent(new CustomEvent('failed', { detail: message })),
    );
    if (this.controls) this.#onOverlays();
  }

  protected override render() {
    const { brought } = this.agent;
    return html`
      <canvas
        tabindex="0"
        role="img"
        aria-label="${this.#title}, moved by its policy. Drag or use the arrow keys to turn the view, plus and minus to zoom."
      ></canvas>
      ${this.obstacle ? html`<p>${this.obstacle}, so the robot cannot be drawn.</p>` : nothing}
      ${!this.obstacle && brought && !this.allowed ? this.#question(brought) : nothing}
      ${!this.obstacle && (!brought || this.allowed) && this.controls ? this.#bar() : nothing}
    `;
  }

  get #title(): string {
    const { task, brought } = this.agent;
    return taskTitle(task, brought ? { model: { xml: brought.task.xmls[0]!, files: {} } } : {});
  }

  #question({ bodies, bytes }: BroughtTask) {
    const size = `${formatCount(bodies)} ${bodies === 1 ? 'body' : 'bodies'}, ${formatCount(Math.ceil(bytes / 1000))} kB`;
    return html`<section aria-label="What the agent brings">
      <p>
        It brings a model that is not of this site: <strong>${this.#title}</strong>, ${size}. It is data and no code, and
        MuJoCo loads it in a worker of its own.
      </p>
      <button class="primary" @click=${this.#allow}>Play</button>
    </section>`;
  }

  #bar() {
    return html`<websim-overlay-menu></websim-overlay-menu><div class="bar">
      <button class="chip" @click=${this.#toggle}>${this.playing ? 'Pause' : 'Play'}</button>
      <button class="chip" @click=${this.restart}>Restart</button>
      <span class="chip">
        <select aria-label="Speed" @change=${this.#chooseSpeed}>
          ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === this.speed}>${speed}×</option>`)}
        </select>
      </span>
      <slot></slot>
    </div>`;
  }

  #show(scene: SceneDescription): void {
    this.#stage?.viewer.setScene(scene);
    const jump = 2 * robotBounds(scene).radius;
    this.#playback = new Playback(
      this.#player!.frames!,
      scene.poses,
      scene.controlPeriod,
      scene.trackedGeom,
      jump,
      scene.overlayFloats,
    );
    this.#pace();
    this.#stage?.invalidate();
  }

  readonly #toggle = (): void => {
    this.playing = !this.playing;
    this.#pace();
    this.#stage?.invalidate();
  };

  readonly #chooseSpeed = (event: Event): void => {
    this.speed = Number((event.target as HTMLSelectElement).value);
    this.#pace();
  };

  readonly #onOverlays = (): void => {
    this.#player?.showOverlays(overlays.any);
    this.#ask();
  };

  /** A frame comes even while it is paused. */
  #ask(): void {
    this.#playback?.ask(performance.now() / 1000);
    this.#stage?.invalidate();
  }

  /** A robot that nobody sees does not move. */
  readonly #pace = (): void => {
    const seen = this.#onScreen && !document.hidden;
    this.#player?.setSpeed(this.playing && seen ? this.speed : 0);
  };

  static override styles = [
    base,
    controls,
    chips,
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
      canvas ~ p,
      section {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 12px;
        margin: 0;
        padding: 16px;
        text-align: center;
        overflow: auto;
      }
      section p {
        max-width: 44ch;
        margin: 0;
        overflow-wrap: anywhere;
      }
      websim-overlay-menu {
        position: absolute;
        top: 10px;
        left: 10px;
        font-size: 0.8125rem;
      }
      ::slotted(a) {
        margin-left: auto;
        padding: 6px 12px;
        font-weight: 550;
        color: var(--text);
        text-decoration: none;
        ${chip}
        pointer-events: auto;
      }
    `,
  ];
}
