// An edited model as it moves: a canvas of the viewer, and the camera's controls.

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SceneOrder } from '../../../workers/editors/scene_protocol';
import type { SceneDescription } from '../../../workers/ranks/protocol';
import { overlays } from '../../control/overlays';
import { base } from '../../styles/shared';
import { RobotHand } from '../../viewer/robot_hand';
import { ViewerStage } from '../../viewer/viewer_stage';
import '../robot/touch_bar';

/**
 * Dispatches 'order' (CustomEvent<SceneOrder>): what is to be computed for the picture, and what a hand pulls at; and
 * 'frame' (CustomEvent<DrawnFrame>) for each picture that was drawn.
 */
@customElement('websim-scene-stage')
export class SceneStage extends LitElement {
  @property({ attribute: false }) scene: SceneDescription | null = null;
  /** Whether training goes on, from which drawing takes time. */
  @property({ attribute: false }) training: () => boolean = () => false;
  /** Why the model cannot be drawn; empty: it can. */
  @state() private obstacle = '';

  #stage: ViewerStage | null = null;
  #hand: RobotHand | null = null;
  #poses: Float32Array | null = null;
  #overlay: Float32Array | null = null;

  /** Shows the geoms at poses [G, 12], and what belongs over them. */
  move(poses: Float32Array, overlay: Float32Array | null = null): void {
    this.#poses = poses;
    this.#overlay = overlay;
    this.#stage?.change();
  }

  resetView(): void {
    this.#stage?.controls.reset();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    overlays.removeEventListener('change', this.#onOverlays);
    this.#hand?.release();
    this.#stage?.close();
  }

  protected override firstUpdated(): void {
    const canvas = this.renderRoot.querySelector('canvas')!;
    const stage = ViewerStage.open(this, canvas, {
      advance: () => ({ changed: false, goesOn: false }),
      draw: (viewer, orbit, elapsed) => {
        const grip = this.#hand?.grip ?? null;
        const over = { overlay: this.#overlay, shown: overlays.shown, grip };
        if (this.#poses) viewer.draw(this.#poses, orbit, elapsed, over);
      },
      drawn: (frame) => {
        this.#hand?.drawn(frame);
        this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
      },
      unavailable: (reason) => {
        this.obstacle = reason;
        this.#stage = null;
      },
      training: () => this.training(),
    });
    this.#stage = stage;
    if (!stage) return;
    this.#hand = new RobotHand(canvas, stage, {
      may: () => this.scene !== null,
      pull: ({ geom, point }, { to }) =>
        this.#order({ type: 'pull', pull: { geom, point, hand: to } }),
      letGo: () => this.#order({ type: 'pull', pull: null }),
    });
    canvas.addEventListener('keydown', overlays.onKey);
    overlays.addEventListener('change', this.#onOverlays);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('scene') || !this.scene || !this.#stage) return;
    this.#hand?.release();
    this.#stage.viewer.setScene(this.scene);
    this.move(this.scene.poses);
    this.#onOverlays();
  }

  protected override render() {
    return html`
      <canvas
        tabindex="0"
        role="img"
        aria-label="The model. Drag or use the arrow keys to turn the view, plus and minus to zoom."
        ?hidden=${this.obstacle !== ''}
      ></canvas>
      <p ?hidden=${!this.obstacle}>${this.obstacle}, so the model cannot be drawn.</p>
      ${
        !this.obstacle && this.scene
          ? html`<websim-touch-bar .pushing=${this.#hand?.pushing ?? false} @push=${this.#push}></websim-touch-bar>`
          : nothing
      }
    `;
  }

  readonly #push = (event: CustomEvent<boolean>): void => {
    if (this.#hand) this.#hand.pushing = event.detail;
    this.requestUpdate();
  };

  readonly #onOverlays = (): void => {
    this.#order({ type: 'overlays', shown: overlays.any });
    this.#stage?.invalidate();
  };

  #order(order: SceneOrder): void {
    this.dispatchEvent(new CustomEvent('order', { detail: order }));
  }

  static override styles = [
    base,
    css`
      :host {
        position: relative;
        background: linear-gradient(var(--sky-top), var(--sky-bottom) 62%);
      }
      canvas {
        position: absolute;
        inset: 0;
        display: block;
        width: 100%;
        height: 100%;
        cursor: grab;
      }
      canvas:active {
        cursor: grabbing;
      }
      canvas:focus-visible {
        outline-offset: -3px;
      }
      p {
        padding: 16px;
        text-align: center;
      }
    `,
  ];
}
