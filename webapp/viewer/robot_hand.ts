// Pulling at the drawn robot: dragging with Ctrl or ⌘, or any drag while pushing is switched on.

import { canvasPoint } from './canvas_clicks';
import type { DrawnFrame, Grip, GripPoint, GripReach } from './viewer_protocol';
import type { ViewerStage } from './viewer_stage';

export interface HandScript {
  /** Whether there is a robot that would move. */
  may(): boolean;
  /** The hand pulls from a point of a geom, which is at `reach.from` in the world, to `reach.to`. */
  pull(grip: GripPoint, reach: GripReach): void;
  /** It leaves what it held. */
  letGo(): void;
}

export class RobotHand {
  /** What is held; null: nothing. */
  grip: Grip | null = null;
  #pushing = false;
  /** The pointer that pulls, or is about to. */
  #pointer: number | null = null;
  readonly #canvas: HTMLCanvasElement;
  readonly #stage: ViewerStage;
  readonly #script: HandScript;

  constructor(canvas: HTMLCanvasElement, stage: ViewerStage, script: HandScript) {
    this.#canvas = canvas;
    this.#stage = stage;
    this.#script = script;
    canvas.addEventListener('pointerdown', this.#onDown);
    canvas.addEventListener('pointermove', this.#onMove);
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      canvas.addEventListener(end, this.#onEnd);
  }

  /** Whether a drag without a key pulls, as fingers need it. */
  get pushing(): boolean {
    return this.#pushing;
  }

  set pushing(pushing: boolean) {
    this.#pushing = pushing;
    this.#canvas.style.touchAction = pushing ? 'none' : 'pan-y';
    this.#canvas.style.cursor = pushing ? 'crosshair' : '';
  }

  release(): void {
    this.#pointer = null;
    this.#stage.controls.held = false;
    if (!this.grip) return;
    this.grip = null;
    this.#script.letGo();
    this.#stage.invalidate();
  }

  /** To be called for each picture: the hand pulls as its person sees it. */
  drawn({ reach }: DrawnFrame): void {
    if (!this.grip) return;
    if (!this.#script.may()) this.release();
    else if (reach) {
      this.#script.pull(this.grip, reach);
      this.#stage.invalidate();
    }
  }

  readonly #onDown = (event: PointerEvent): void => {
    const wanted = this.#pushing || event.ctrlKey || event.metaKey;
    if (this.#pointer !== null || event.button !== 0 || !wanted || !this.#script.may()) return;
    this.#pointer = event.pointerId;
    this.#stage.controls.held = true;
    void this.#take(event);
  };

  /** What is missed turns the view instead. */
  async #take(event: PointerEvent): Promise<void> {
    const hand = canvasPoint(this.#canvas, event);
    const hold = await this.#stage.viewer.hold(hand);
    if (this.#pointer !== event.pointerId) return;
    if (!hold) {
      this.release();
      return;
    }
    this.grip = { ...hold, hand };
    this.#stage.invalidate();
  }

  readonly #onMove = (event: PointerEvent): void => {
    if (event.pointerId !== this.#pointer || !this.grip) return;
    this.grip.hand = canvasPoint(this.#canvas, event);
    this.#stage.invalidate();
  };

  readonly #onEnd = (event: PointerEvent): void => {
    if (event.pointerId === this.#pointer) this.release();
  };
}
