// What every picture of a robot needs: the viewer on its canvas, the camera's controls, when to draw, size and colours.

import { theme } from '../control/theme';
import { FrameLoop } from './frame_loop';
import { OrbitControls } from './orbit_controls';
import { readViewTheme } from './theme';
import { NO_WEBGL, ViewerClient } from './viewer_client';
import type { DrawnFrame, Orbit } from './viewer_protocol';

/** What a component makes of its stage. */
export interface StageScript {
  /** Moves on to time `seconds`. `changed`: there is something new to draw; `goesOn`: there may be again, unasked. */
  advance(seconds: number): { changed: boolean; goesOn: boolean };
  /** Has the viewer draw; `elapsed` seconds since the drawing before. */
  draw(viewer: ViewerClient, orbit: Orbit, elapsed: number): void;
  /** A picture is out. */
  drawn(frame: DrawnFrame): void;
  /** Nothing can be drawn, and why; the stage is closed. */
  unavailable(reason: string): void;
  /** Whether training goes on, from which drawing takes time. */
  training(): boolean;
}

/** Seconds that the camera may catch up at once. */
const MOST_ELAPSED = 0.5;

export class ViewerStage {
  readonly viewer: ViewerClient;
  readonly controls: OrbitControls;
  readonly #element: HTMLElement;
  readonly #script: StageScript;
  readonly #loop: FrameLoop;
  readonly #resize: ResizeObserver;
  /** Something changed since the last drawing. */
  #stale = true;
  /** Somebody waits for a picture, even if it takes time from training. */
  #urgent = false;
  #lastDraw = 0;

  /** Null, after `unavailable`, where the browser has no canvas for workers. `element`: whose size the canvas has. */
  static open(
    element: HTMLElement,
    canvas: HTMLCanvasElement,
    script: StageScript,
  ): ViewerStage | null {
    if ('transferControlToOffscreen' in canvas) return new ViewerStage(element, canvas, script);
    script.unavailable(NO_WEBGL);
    return null;
  }

  private constructor(element: HTMLElement, canvas: HTMLCanvasElement, script: StageScript) {
    this.#element = element;
    this.#script = script;
    this.viewer = new ViewerClient(canvas, readViewTheme(element), this.#onDrawn, (reason) => {
      this.close();
      script.unavailable(reason);
    });
    this.controls = new OrbitControls(canvas, this.invalidate);
    this.#loop = new FrameLoop(element, this.#draw, () =>
      this.viewer.interval(!this.#urgent && script.training()),
    );
    this.#resize = new ResizeObserver(this.#fit);
    this.#resize.observe(element);
    theme.addEventListener('change', this.#onTheme);
    this.#fit();
  }

  /** There may be something new. */
  wake(): void {
    this.#loop.wake();
  }

  /** What is drawn is another than before. */
  change(): void {
    this.#stale = true;
    this.wake();
  }

  /** It is another because of what a person does, who waits for it. */
  readonly invalidate = (): void => {
    this.#stale = true;
    this.#urgent = true;
    this.#loop.hurry();
  };

  close(): void {
    theme.removeEventListener('change', this.#onTheme);
    this.#resize.disconnect();
    this.#loop.stop();
    this.viewer.close();
  }

  readonly #draw = (seconds: number): boolean => {
    const { changed, goesOn } = this.#script.advance(seconds);
    this.#stale ||= changed;
    // A frame that is being drawn wakes the loop when it is out.
    if (this.#stale && !this.viewer.busy) {
      this.#stale = false;
      this.#urgent = false;
      const elapsed = Math.min(MOST_ELAPSED, seconds - this.#lastDraw);
      this.#lastDraw = seconds;
      this.#script.draw(this.viewer, this.controls.orbit, elapsed);
    }
    return goesOn;
  };

  readonly #onDrawn = (moving: boolean, frame: DrawnFrame): void => {
    this.#script.drawn(frame);
    this.#stale ||= moving;
    if (this.#stale) this.#loop.wake();
  };

  readonly #onTheme = (): void => {
    this.viewer.setTheme(readViewTheme(this.#element));
    this.invalidate();
  };

  readonly #fit = (): void => {
    const { clientWidth, clientHeight } = this.#element;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.viewer.resize(clientWidth, clientHeight);
    this.invalidate();
  };
}
