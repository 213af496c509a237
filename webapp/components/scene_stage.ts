// An edited model as it moves: a canvas of the viewer, and the camera's controls.

import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SceneDescription } from '../../workers/protocol';
import { theme } from '../control/theme';
import { base } from '../styles/shared';
import { FrameLoop } from '../viewer/frame_loop';
import { OrbitControls } from '../viewer/orbit_controls';
import { readViewTheme } from '../viewer/theme';
import { ViewerClient } from '../viewer/viewer_client';

@customElement('websim-scene-stage')
export class SceneStage extends LitElement {
  @property({ attribute: false }) scene: SceneDescription | null = null;
  /** Whether training goes on, from which drawing takes time. */
  @property({ attribute: false }) training: () => boolean = () => false;
  @state() private available = true;

  #viewer: ViewerClient | null = null;
  #controls: OrbitControls | null = null;
  #loop: FrameLoop | null = null;
  #poses: Float32Array | null = null;
  #stale = true;
  #lastDraw = 0;
  readonly #resize = new ResizeObserver(() => this.#fit());

  /** Shows the geoms at poses [G, 12]. */
  move(poses: Float32Array): void {
    this.#poses = poses;
    this.#invalidate();
  }

  resetView(): void {
    this.#controls?.reset();
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
    const viewer = new ViewerClient(canvas, readViewTheme(this), this.#onDrawn, () => {
      this.available = false;
      this.#loop?.stop();
    });
    this.#viewer = viewer;
    this.#controls = new OrbitControls(canvas, this.#invalidate);
    this.#loop = new FrameLoop(this, this.#draw, () => viewer.interval(this.training()));
    this.#resize.observe(this);
    theme.addEventListener('change', this.#onTheme);
    this.#fit();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('scene') || !this.scene || !this.#viewer) return;
    this.#viewer.setScene(this.scene);
    this.move(this.scene.poses);
  }

  protected override render() {
    return html`
      <canvas
        tabindex="0"
        role="img"
        aria-label="The model. Drag or use the arrow keys to turn the view, plus and minus to zoom."
        ?hidden=${!this.available}
      ></canvas>
      <p ?hidden=${this.available}>This browser offers no WebGL 2, so the model cannot be drawn.</p>
    `;
  }

  readonly #draw = (seconds: number): boolean => {
    if (!this.#viewer || !this.#controls || !this.#poses || !this.#stale) return false;
    if (this.#viewer.busy) return true;
    this.#stale = false;
    const elapsed = Math.min(0.5, seconds - this.#lastDraw);
    this.#viewer.draw(this.#poses, this.#controls.orbit, elapsed);
    this.#lastDraw = seconds;
    return false;
  };

  readonly #invalidate = (): void => {
    this.#stale = true;
    this.#loop?.wake();
  };

  readonly #onDrawn = (moving: boolean): void => {
    this.#stale ||= moving;
    if (this.#stale) this.#loop?.wake();
  };

  readonly #onTheme = (): void => {
    this.#viewer?.setTheme(readViewTheme(this));
    this.#invalidate();
  };

  #fit(): void {
    const { clientWidth, clientHeight } = this;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#viewer?.resize(clientWidth, clientHeight);
    this.#invalidate();
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
