// The robot: the viewer's canvas, fed by the run's playback, with what is shown of it and how on top.

import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TrainingRun } from '../../../workers/ranks/pool';
import { overlays } from '../../control/overlays';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import type { FirstLook } from '../../player/first_look';
import { chips } from '../../styles/chips';
import { base, controls, panel } from '../../styles/shared';
import { onClick } from '../../viewer/canvas_clicks';
import { ROBOT_ORBIT } from '../../viewer/orbit_controls';
import type { Pace } from '../../viewer/playback';
import type { ReturnRange } from '../../viewer/return_colours';
import { RobotHand } from '../../viewer/robot_hand';
import { RunPicture } from '../../viewer/run_picture';
import type { Arrangement, DrawnFrame, Orbit } from '../../viewer/viewer_protocol';
import { type StageScript, ViewerStage } from '../../viewer/viewer_stage';
import './crowd_bar';
import { robotViewStyles } from './robot_view_styles';
import '../load_progress';
import './robot_bar';
import './touch_bar';

/** Seconds between two updates of written figures. */
const FIGURES_PERIOD = 0.5;
/** A crowd is seen from higher up; one may come as near to a robot as if it were alone. */
const CROWD_ORBIT: Orbit = { ...ROBOT_ORBIT, elevation: 0.5 };
const CROWD_NEAREST = 16;

/**
 * Dispatches 'frame' (CustomEvent<DrawnFrame>) for each picture that was drawn. The attribute `moving` is there as soon as
 * a robot has been drawn in motion.
 */
@customElement('websim-robot-view')
export class RobotView extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @property({ type: Boolean, reflect: true }) moving = false;
  /** Why no robot can be drawn; empty: one can. */
  @state() private obstacle = '';
  @state() private speed = 0;
  /** The picture stands still at a moment that was recorded without an overlay. */
  @state() private bare = false;
  @state() private returns: ReturnRange | null = null;

  #stage: ViewerStage | null = null;
  #hand: RobotHand | null = null;
  /** What moves until the store has a scene. */
  #firstLook: FirstLook | null = null;
  /** Poses that were others than before. */
  #movedFrames = 0;
  /** Environment of the newest picture that was asked for. */
  #followed = 0;
  readonly #picture = new RunPicture();
  #returnsWritten = 0;

  readonly #script: StageScript = {
    advance: (seconds) => {
      const moves = this.#picture.advance(seconds);
      this.speed = this.#picture.speed;
      this.bare = this.#picture.bare;
      if (moves.changed) this.#movedFrames++;
      return moves;
    },
    draw: (viewer, orbit, elapsed) =>
      this.#picture.draw(viewer, orbit, elapsed, overlays.shown, this.#hand?.grip ?? null),
    drawn: (frame) => this.#onDrawn(frame),
    unavailable: (reason) => {
      this.obstacle = reason;
      this.#stage = null;
    },
    // Loading needs the processor as training does.
    training: () => this.#picture.run?.iterating ?? this.#firstLook !== null,
  };

  constructor() {
    super();
    new StoreController(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    overlays.removeEventListener('change', this.#onOverlays);
    this.#hand?.release();
    this.#stage?.close();
    this.#firstLook?.close();
  }

  protected override firstUpdated(): void {
    const canvas = this.renderRoot.querySelector('canvas')!;
    const stage = ViewerStage.open(this.renderRoot.querySelector('.stage')!, canvas, this.#script);
    this.#stage = stage;
    if (!stage) return;
    this.#hand = new RobotHand(canvas, stage, this.#picture);
    this.#listen(canvas);
    overlays.addEventListener('change', this.#onOverlays);
    this.#follow();
    if (this.#waiting) void this.#lookFirst();
  }

  /** Nothing is asked of the page yet, and it has nothing to show. */
  get #waiting(): boolean {
    const { phase, scene } = this.store;
    return !scene && (phase === 'loading' || phase === 'ready');
  }

  async #lookFirst(): Promise<void> {
    const { FirstLook } = await import('../../player/first_look');
    if (this.#waiting) this.#firstLook = new FirstLook(this.store.pool, () => this.requestUpdate());
  }

  protected override willUpdate(): void {
    if (!this.#firstLook || this.#waiting) return;
    this.#firstLook.close();
    this.#firstLook = null;
  }

  protected override updated(): void {
    this.#follow();
  }

  protected override render() {
    const { phase, scene, run, progress } = this.store;
    const loading = phase === 'loading' || (phase === 'starting' && progress !== null);
    const first = this.#firstLook?.scene ? this.#firstLook : null;
    return html`
      <div class="stage">
        <canvas
          tabindex="0"
          role="img"
          aria-label="${this.#subject}. Drag or use the arrow keys to turn the view, with Shift to move it, plus and minus to zoom."
          ?hidden=${this.obstacle !== ''}
        ></canvas>
        ${
          this.obstacle
            ? html`<p class="center">${this.obstacle}, so the robot cannot be drawn; training works all the same.</p>`
            : nothing
        }
        ${loading ? html`<div class="center ${first ? 'top' : ''}"><websim-load-progress ?compact=${first !== null} .progress=${progress}></websim-load-progress></div>` : nothing}
      </div>
      ${first && !this.obstacle ? this.#firstBar(first) : nothing}
      ${scene && !this.obstacle ? this.#bars(run) : nothing}
    `;
  }

  get #subject(): string {
    if (this.#firstLook?.scene) return `A trained ${this.#firstLook.task}`;
    if (this.#picture.crowd) return `The robots of ${this.#picture.size} environments`;
    const { run } = this.store;
    return !run || run.shown === 'live'
      ? `The robot of environment ${run?.focused ?? 0}`
      : 'A robot that the chosen policy moves';
  }

  #firstBar({ task }: FirstLook) {
    return html`<div class="bar">
      <span class="chip">${task}, trained earlier<span class="word">and played while Python loads</span></span>
    </div>`;
  }

  #bars(run: TrainingRun | null) {
    return html`
      ${run && !this.#picture.crowd ? this.#touchBar(run) : nothing}
      <div class="camera">
        ${run && !this.#picture.crowd ? this.#followButton() : nothing}
        <button class="chip" @click=${this.#reset}>Reset view</button>
      </div>
      <div class="bar">${this.#bar(run)}</div>
    `;
  }

  #followButton() {
    const follows = this.#stage?.controls.orbit.follows ?? true;
    return html`<button
      class="chip" aria-pressed=${follows} title="Whether the camera goes along with the robot"
      @click=${() => this.#change(() => this.#stage?.controls.follow(!follows))}
    >Follow</button>`;
  }

  #bar(run: TrainingRun | null) {
    if (!run) return html`<span class="chip">${this.store.title} at rest</span>`;
    const { crowd } = this.#picture;
    return crowd ? this.#crowdBar(run, crowd) : this.#runBar(run);
  }

  #crowdBar(run: TrainingRun, arrangement: Arrangement) {
    return html`
      <websim-crowd-bar
        .envs=${run.config.num_envs}
        .shown=${this.#picture.size}
        .arrangement=${arrangement}
        .returns=${this.returns}
        @arrange=${(event: CustomEvent<Arrangement>) => this.#showCrowd(event.detail)}
        @leave=${() => this.#showCrowd(null)}
      ></websim-crowd-bar>
    `;
  }

  #runBar(run: TrainingRun) {
    const picture = this.#picture;
    return html`
      <websim-robot-bar
        .store=${this.store}
        .run=${run}
        .speed=${this.speed}
        .pace=${picture.pace}
        .held=${picture.held}
        @environment=${(event: CustomEvent<number>) => this.#focus(event.detail)}
        @crowd=${() => this.#showCrowd('cells')}
        @pace=${(event: CustomEvent<Pace>) => this.#change(() => (picture.pace = event.detail))}
        @hold=${() => this.#change(() => picture.hold())}
        @step=${() => this.#change(() => picture.step())}
      ></websim-robot-bar>
    `;
  }

  #touchBar(run: TrainingRun) {
    return html`<websim-touch-bar
      .pushing=${this.#hand?.pushing ?? false}
      .possible=${run.touchable}
      .bare=${this.bare}
      @push=${(event: CustomEvent<boolean>) => this.#push(event.detail)}
    ></websim-touch-bar>`;
  }

  readonly #reset = (): void => this.#change(() => this.#stage?.controls.reset());

  /** Takes over the store's model and run when they are others than before. */
  #follow(): void {
    const { run } = this.store;
    const scene = this.store.scene ?? this.#firstLook?.scene;
    const [stage, picture] = [this.#stage, this.#picture];
    if (!stage || !scene) return;
    const otherScene = scene !== picture.scene;
    if (otherScene) {
      stage.viewer.setScene(scene, scene === this.#firstLook?.scene);
      stage.controls.reset();
    }
    if (otherScene || run !== picture.run) {
      this.#hand?.release();
      picture.begin(scene, run, this.#firstLook?.frames ?? null);
      run?.showOverlays(overlays.any);
      if (run?.crowd) stage.viewer.setCrowd(run.crowd.buffer);
      else this.#showCrowd(null);
      stage.change();
    }
    if (run && run.focused !== this.#followed) {
      this.#followed = run.focused;
      this.#hand?.release();
      picture.ask(performance.now() / 1000);
      stage.invalidate();
    }
    stage.wake();
  }

  #showCrowd(arrangement: Arrangement | null): void {
    const [controls, picture] = [this.#stage?.controls, this.#picture];
    if ((arrangement === null) !== (picture.crowd === null)) {
      if (arrangement) controls?.start(CROWD_ORBIT, CROWD_NEAREST);
      else controls?.start(ROBOT_ORBIT);
    }
    this.#change(() => (picture.crowd = arrangement));
  }

  /** A click on a robot of the crowd follows it; Escape leads back. */
  #listen(canvas: HTMLCanvasElement): void {
    onClick(canvas, (point) => {
      if (!this.#picture.crowd) return;
      void this.#stage?.viewer.pick(point).then((env) => this.#single(env));
    });
    canvas.addEventListener('keydown', overlays.onKey);
    canvas.addEventListener('keydown', (event) => {
      const { crowd, run } = this.#picture;
      if (event.key === 'Escape' && !crowd && run?.crowd) this.#showCrowd('cells');
    });
  }

  #single(env: number): void {
    if (env < 0 || !this.#picture.crowd) return;
    this.#showCrowd(null);
    this.#focus(env);
  }

  #push(pushing: boolean): void {
    this.#change(() => {
      if (this.#hand) this.#hand.pushing = pushing;
    });
  }

  readonly #onOverlays = (): void => {
    this.#change(() => {
      this.#picture.run?.showOverlays(overlays.any);
      this.#picture.ask(performance.now() / 1000);
    });
  };

  #onDrawn(frame: DrawnFrame): void {
    const now = performance.now() / 1000;
    if (now - this.#returnsWritten > FIGURES_PERIOD) {
      this.#returnsWritten = now;
      this.returns = frame.returns;
    }
    if (this.#movedFrames > 1) this.moving = true;
    this.#hand?.drawn(frame);
    this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
  }

  /** What a person asks for is drawn, and written, at once. */
  #change(change: () => unknown): void {
    change();
    this.#stage?.invalidate();
    this.requestUpdate();
  }

  #focus(env: number): void {
    const { run } = this.#picture;
    if (!run) return;
    const last = run.config.num_envs - 1;
    const chosen = Math.min(last, Math.max(0, Math.trunc(env) || 0));
    void this.store.attempt(() => run.focus(chosen));
  }

  static override styles = [base, panel, controls, chips, robotViewStyles];
}
