// The robot: the viewer's canvas, fed by the run's playback, with the choice of environment on top.

import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TrainingRun } from '../../workers/pool';
import type { SceneDescription } from '../../workers/protocol';
import { StoreController } from '../control/store_controller';
import { theme } from '../control/theme';
import type { TrainingStore } from '../control/training_store';
import { base, controls, panel } from '../styles/shared';
import { robotBounds } from '../viewer/bounds';
import { onClick } from '../viewer/canvas_clicks';
import { FrameLoop } from '../viewer/frame_loop';
import { OrbitControls, ROBOT_ORBIT } from '../viewer/orbit_controls';
import { type Pace, Playback } from '../viewer/playback';
import type { ReturnRange } from '../viewer/return_colours';
import { readViewTheme } from '../viewer/theme';
import { ViewerClient } from '../viewer/viewer_client';
import type { Arrangement, DrawnFrame, Orbit } from '../viewer/viewer_protocol';
import './crowd_bar';
import { chips } from './robot_chips';
import { robotViewStyles } from './robot_view_styles';
import './load_progress';
import './robot_bar';

/** Seconds between two updates of the written speed. */
const SPEED_PERIOD = 0.5;
/** A crowd is seen from higher up; one may come as near to a robot as if it were alone. */
const CROWD_ORBIT: Orbit = { ...ROBOT_ORBIT, elevation: 0.5 };
const CROWD_NEAREST = 16;

/** Dispatches 'frame' (CustomEvent<DrawnFrame>) for each picture that was drawn. */
@customElement('websim-robot-view')
export class RobotView extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private available = true;
  @state() private focused = 0;
  @state() private speed = 0;
  /** How all robots are shown; null: one robot is. */
  @state() private crowd: Arrangement | null = null;
  @state() private returns: ReturnRange | null = null;

  #viewer: ViewerClient | null = null;
  #controls: OrbitControls | null = null;
  #loop: FrameLoop | null = null;
  #scene: SceneDescription | null = null;
  #run: TrainingRun | null = null;
  #playback: Playback | null = null;
  #pace: Pace = 'live';
  /** Something other than the snapshot changed since the last drawing. */
  #stale = true;
  /** Somebody waits for a picture, even if it takes time from training. */
  #urgent = false;
  #lastDraw = 0;
  #speedWritten = 0;
  #returnsWritten = 0;
  readonly #resize = new ResizeObserver(() => this.#fit());

  constructor() {
    super();
    new StoreController(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#onTheme);
    this.#resize.disconnect();
    this.#loop?.stop();
    this.#viewer?.close();
  }

  protected override firstUpdated(): void {
    const canvas = this.renderRoot.querySelector('canvas')!;
    if (!('transferControlToOffscreen' in canvas)) {
      this.available = false;
      return;
    }
    const viewer = new ViewerClient(
      canvas,
      readViewTheme(this),
      this.#onDrawn,
      this.#onUnavailable,
    );
    this.#viewer = viewer;
    this.#controls = new OrbitControls(canvas, this.#invalidate);
    this.#watchClicks(canvas);
    this.#loop = new FrameLoop(this, this.#draw, () =>
      viewer.interval(!this.#urgent && (this.#run?.iterating ?? false)),
    );
    this.#resize.observe(this.#stage);
    theme.addEventListener('change', this.#onTheme);
    this.#fit();
    this.#follow();
  }

  protected override updated(): void {
    this.#follow();
  }

  protected override render() {
    const { phase, scene, run, progress } = this.store;
    const loading = phase === 'loading' || (phase === 'starting' && progress !== null);
    return html`
      <div class="stage">
        <canvas
          tabindex="0"
          role="img"
          aria-label="${this.#subject}. Drag or use the arrow keys to turn the view, with Shift to move it, plus and minus to zoom."
          ?hidden=${!this.available}
        ></canvas>
        ${
          this.available
            ? nothing
            : html`<p class="center">This browser offers no WebGL 2, so the robot cannot be drawn; training works all the same.</p>`
        }
        ${loading ? html`<div class="center"><websim-load-progress .progress=${progress}></websim-load-progress></div>` : nothing}
      </div>
      ${scene && this.available ? html`<div class="bar">${this.#bar(run)}</div>` : nothing}
    `;
  }

  get #subject(): string {
    if (this.crowd) return `The robots of ${this.#crowdSize} environments`;
    const shown = this.store.run?.shown ?? 'live';
    return shown === 'live'
      ? `The robot of environment ${this.focused}`
      : 'A robot that the chosen policy moves';
  }

  get #stage(): HTMLElement {
    return this.renderRoot.querySelector('.stage')!;
  }

  #bar(run: TrainingRun | null) {
    if (!run) return this.#restBar();
    return this.crowd ? this.#crowdBar(run, this.crowd) : this.#runBar(run);
  }

  #crowdBar(run: TrainingRun, arrangement: Arrangement) {
    return html`
      <websim-crowd-bar
        .envs=${run.config.num_envs}
        .shown=${this.#crowdSize}
        .arrangement=${arrangement}
        .returns=${this.returns}
        @arrange=${(event: CustomEvent<Arrangement>) => this.#showCrowd(event.detail)}
        @leave=${() => this.#showCrowd(null)}
      ></websim-crowd-bar>
      ${this.#resetButton()}
    `;
  }

  #restBar() {
    return html`<span class="chip">${this.store.title} at rest</span>${this.#resetButton()}`;
  }

  #runBar(run: TrainingRun) {
    return html`
      <websim-robot-bar
        .store=${this.store}
        .run=${run}
        .focused=${this.focused}
        .speed=${this.speed}
        .pace=${this.#pace}
        .held=${this.#playback?.held ?? false}
        .follows=${this.#controls?.orbit.follows ?? true}
        @environment=${(event: CustomEvent<number>) => this.#focus(event.detail)}
        @crowd=${() => this.#showCrowd('cells')}
        @pace=${(event: CustomEvent<Pace>) => this.#setPace(event.detail)}
        @hold=${this.#hold}
        @step=${this.#step}
        @follow=${(event: CustomEvent<boolean>) => this.#followRobot(event.detail)}
      ></websim-robot-bar>
      ${this.#resetButton()}
    `;
  }

  #resetButton() {
    return html`<button class="chip reset" @click=${this.#resetView}>Reset view</button>`;
  }

  readonly #resetView = (): void => {
    this.#controls?.reset();
    this.requestUpdate();
  };

  /** Takes over the store's model and run when they are others than before. */
  #follow(): void {
    const { scene, run } = this.store;
    if (!this.#viewer || !scene) return;
    const otherScene = scene !== this.#scene;
    if (otherScene) {
      this.#scene = scene;
      this.#viewer.setScene(scene);
      this.#controls?.reset();
    }
    if (otherScene || run !== this.#run) {
      // A run may take another model, and its environment is followed on.
      if (run !== this.#run) this.focused = 0;
      this.#run = run;
      if (run?.crowd) this.#viewer.setCrowd(run.crowd.buffer);
      else this.#showCrowd(null);
      this.#playback = this.#createPlayback(scene, run);
      this.#stale = true;
    }
    // The run follows the last environment when it has fewer.
    if (run) this.focused = Math.min(this.focused, run.config.num_envs - 1);
    this.#loop?.wake();
  }

  /** Without a run there are no frames, and the playback stays at the pose of rest. */
  #createPlayback(scene: SceneDescription, run: TrainingRun | null): Playback {
    const frames = run?.frames ?? { head: 0, capacity: 0, read: () => false };
    const jump = 2 * robotBounds(scene).radius;
    const playback = new Playback(
      frames,
      scene.poses,
      scene.controlPeriod,
      scene.trackedGeom,
      jump,
    );
    playback.pace = this.#pace;
    return playback;
  }

  readonly #draw = (seconds: number): boolean => {
    const playback = this.#playback;
    if (!playback || !this.#viewer || !this.#controls) return false;
    if (this.crowd) return this.#drawCrowd(seconds, this.crowd);
    const producing = this.#producing;
    const moved = playback.advance(seconds, producing);
    this.#stale ||= moved;
    if (this.#stale && !this.#viewer.busy) {
      this.#stale = false;
      this.#urgent = false;
      this.#viewer.draw(
        playback.snapshot,
        this.#controls.orbit,
        Math.min(0.5, seconds - this.#lastDraw),
      );
      this.#lastDraw = seconds;
    }
    if (seconds - this.#speedWritten > SPEED_PERIOD || playback.speed === 0) {
      this.#speedWritten = seconds;
      this.speed = playback.speed;
    }
    return moved || producing;
  };

  #drawCrowd(seconds: number, arrangement: Arrangement): boolean {
    const run = this.#run;
    if (!run?.crowd || !this.#viewer || !this.#controls) return false;
    run.crowd.look();
    if ((this.#stale || run.iterating) && !this.#viewer.busy) {
      this.#stale = false;
      this.#urgent = false;
      const elapsed = Math.min(0.5, seconds - this.#lastDraw);
      this.#viewer.drawCrowd(this.#crowdSize, arrangement, this.#controls.orbit, elapsed);
      this.#lastDraw = seconds;
    }
    return run.iterating;
  }

  get #crowdSize(): number {
    const run = this.#run;
    return run?.crowd ? Math.min(run.config.num_envs, run.crowd.capacity) : 0;
  }

  #showCrowd(arrangement: Arrangement | null): void {
    if ((arrangement === null) !== (this.crowd === null)) {
      if (arrangement) this.#controls?.start(CROWD_ORBIT, CROWD_NEAREST);
      else this.#controls?.start(ROBOT_ORBIT);
    }
    this.crowd = arrangement;
    this.#invalidate();
  }

  /** A click on a robot of the crowd follows it; Escape leads back. */
  #watchClicks(canvas: HTMLCanvasElement): void {
    onClick(canvas, (point) => {
      if (this.crowd) void this.#viewer?.pick(point).then((env) => this.#single(env));
    });
    canvas.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.crowd && this.#run?.crowd) this.#showCrowd('cells');
    });
  }

  #single(env: number): void {
    if (env < 0 || !this.crowd) return;
    this.#showCrowd(null);
    this.#focus(env);
  }

  /** Whether poses come: of training, or of a shown policy, which needs none. */
  get #producing(): boolean {
    return this.#run?.iterating || (this.#run?.shown ?? 'live') !== 'live';
  }

  readonly #invalidate = (): void => {
    this.#stale = true;
    this.#urgent = true;
    this.#loop?.hurry();
  };

  /** The frame is out; what changed meanwhile is drawn next. */
  readonly #onDrawn = (moving: boolean, frame: DrawnFrame): void => {
    const now = performance.now() / 1000;
    if (now - this.#returnsWritten > SPEED_PERIOD) {
      this.#returnsWritten = now;
      this.returns = frame.returns;
    }
    this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
    this.#stale ||= moving;
    if (this.#stale) this.#loop?.wake();
  };

  readonly #onUnavailable = (): void => {
    this.available = false;
    this.#loop?.stop();
    this.#viewer?.close();
    this.#viewer = null;
  };

  readonly #onTheme = (): void => {
    this.#viewer?.setTheme(readViewTheme(this));
    this.#invalidate();
  };

  #setPace(pace: Pace): void {
    this.#pace = pace;
    if (this.#playback) this.#playback.pace = pace;
    this.requestUpdate();
  }

  readonly #hold = (): void => {
    const playback = this.#playback;
    if (playback?.held) playback.release();
    else playback?.hold();
    this.#invalidate();
    this.requestUpdate();
  };

  readonly #step = (): void => {
    this.#playback?.step();
    this.#invalidate();
  };

  #followRobot(follows: boolean): void {
    this.#controls?.follow(follows);
    this.requestUpdate();
  }

  #focus(env: number): void {
    const run = this.#run;
    if (!run) return;
    this.focused = Math.min(run.config.num_envs - 1, Math.max(0, Math.trunc(env) || 0));
    this.requestUpdate();
    void this.store.attempt(() => run.focus(this.focused));
  }

  #fit(): void {
    const { clientWidth, clientHeight } = this.#stage;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#viewer?.resize(clientWidth, clientHeight);
    this.#invalidate();
  }

  static override styles = [base, panel, controls, chips, robotViewStyles];
}
