// The page's end of the viewer: owns its worker, sends one snapshot at a time, and says how often to draw.

import { WebsimError } from '../../workers/errors';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { QUALITIES, QualityLadder } from './quality';
import type {
  Arrangement,
  CanvasPoint,
  DrawnFrame,
  DrawnOver,
  FromViewer,
  Graphics,
  GripPoint,
  Orbit,
  ToViewer,
  ViewTheme,
} from './viewer_protocol';

/**
 * Share of the time that drawing may take. Without a graphics processor it takes that time from training, and of a crowd
 * on all cores at once.
 */
const SHARE: Record<Graphics, { training: number; crowd: number; otherwise: number }> = {
  hardware: { training: 0.6, crowd: 0.6, otherwise: 0.8 },
  software: { training: 0.08, crowd: 0.05, otherwise: 0.7 },
};
const FASTEST_INTERVAL = 1000 / 60;
/** However dear a frame is, so often one is drawn. */
const SLOWEST_INTERVAL: Record<Graphics, { training: number; crowd: number; otherwise: number }> = {
  hardware: { training: 1000 / 10, crowd: 1000 / 10, otherwise: 1000 / 10 },
  software: { training: 1000 / 4, crowd: 4000, otherwise: 1000 / 10 },
};

/** Milliseconds that a picture may take before the next ones are drawn more plainly. */
const BUDGET: Record<Graphics, { training: number; otherwise: number }> = {
  hardware: { training: 14, otherwise: 14 },
  software: { training: 25, otherwise: 120 },
};

/** Pictures that are judged before plainer ones: with software they are few, and each takes its time from training. */
const DOWN_AFTER: Record<Graphics, number> = { hardware: 20, software: 6 };

/** Why nothing is drawn in an old browser, or one without graphics. */
export const NO_WEBGL = 'This browser offers no WebGL 2';

export class ViewerClient {
  readonly #worker = new Worker(new URL('./viewer.worker.ts', import.meta.url), {
    type: 'module',
    name: 'viewer',
  });
  #busy = false;
  #graphics: Graphics = 'software';
  /** Whether the last frame sent was of a crowd. */
  #crowd = false;
  /** Milliseconds a frame takes, smoothed; 0 before the first. */
  #cost = 0;
  #training = false;
  #quality = new QualityLadder();
  #plain = false;
  #onPicked: (env: number) => void = () => {};
  #onHeld: (hold: GripPoint | null) => void = () => {};

  /** `onDrawn`: the frame is out, another may be sent; `moving` asks for one. `onUnavailable`: nothing can be drawn, and why. */
  constructor(
    canvas: HTMLCanvasElement,
    theme: ViewTheme,
    onDrawn: (moving: boolean, frame: DrawnFrame) => void,
    onUnavailable: (reason: string) => void,
  ) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromViewer>) => {
      switch (data.type) {
        case 'opened':
          this.#graphics = data.graphics;
          this.#startQuality();
          break;
        case 'unavailable':
          onUnavailable(NO_WEBGL);
          break;
        case 'picked':
          this.#onPicked(data.env);
          break;
        case 'held':
          this.#onHeld(data.hold);
          break;
        case 'drawn':
          this.#busy = false;
          this.#cost =
            this.#cost === 0 ? data.milliseconds : 0.8 * this.#cost + 0.2 * data.milliseconds;
          onDrawn(this.#judge(data.milliseconds) || data.moving, data);
          break;
      }
    });
    this.#worker.addEventListener('error', ({ message }) => {
      const reason = `The worker that draws stopped: ${message || 'it cannot be loaded'}`;
      onUnavailable(reason);
      reportError(new WebsimError(`${reason}; load the page again to see what it drew.`));
    });
    const offscreen = canvas.transferControlToOffscreen();
    this.#send({ type: 'open', canvas: offscreen, theme }, [offscreen]);
  }

  /** A frame is being drawn; `draw` has to wait. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Milliseconds from one frame to the next that this machine can afford. */
  interval(training: boolean): number {
    this.#training = training;
    const when = !training ? 'otherwise' : this.#crowd ? 'crowd' : 'training';
    const wanted = this.#cost / SHARE[this.#graphics][when];
    const slowest = SLOWEST_INTERVAL[this.#graphics][when];
    return Math.min(slowest, Math.max(FASTEST_INTERVAL, wanted));
  }

  setTheme(theme: ViewTheme): void {
    this.#send({ type: 'theme', theme });
  }

  /** `plain`: the pictures begin as cheap as they can be where they take time from other work. */
  setScene(scene: SceneDescription, plain = false): void {
    this.#send({ type: 'scene', scene });
    this.#plain = plain;
    this.#startQuality();
  }

  resize(width: number, height: number): void {
    this.#send({ type: 'resize', width, height, pixelRatio: devicePixelRatio });
  }

  /** The shared memory of a run of the scene; each scene begins without. */
  setCrowd(shared: SharedArrayBuffer): void {
    this.#send({ type: 'crowd', shared });
  }

  draw(
    poses: Float32Array,
    orbit: Orbit,
    elapsedSeconds: number,
    over: DrawnOver | null = null,
  ): void {
    this.#begin(false);
    const copy = poses.slice();
    const message = { poses: copy, orbit: { ...orbit }, elapsedSeconds, over };
    this.#send({ type: 'draw', ...message }, [copy.buffer]);
  }

  /** The first `envs` environments, as shared memory has them. */
  drawCrowd(envs: number, arrangement: Arrangement, orbit: Orbit, elapsedSeconds: number): void {
    this.#begin(true);
    this.#send({ type: 'draw-crowd', envs, arrangement, orbit: { ...orbit }, elapsedSeconds });
  }

  /** The environment whose robot of the crowd is there, or -1. */
  pick(point: CanvasPoint): Promise<number> {
    return new Promise((resolve) => {
      this.#onPicked = resolve;
      this.#send({ type: 'pick', point });
    });
  }

  /** The geom that can be moved there, and the point of it; null: none. */
  hold(point: CanvasPoint): Promise<GripPoint | null> {
    return new Promise((resolve) => {
      this.#onHeld = resolve;
      this.#send({ type: 'hold', point });
    });
  }

  close(): void {
    this.#worker.terminate();
  }

  /** True when pictures are drawn otherwise from now on. A crowd is drawn more coarsely instead. */
  #judge(milliseconds: number): boolean {
    if (this.#crowd) return false;
    const budget = BUDGET[this.#graphics][this.#training ? 'training' : 'otherwise'];
    if (!this.#quality.observe(milliseconds, budget)) return false;
    this.#send({ type: 'quality', level: this.#quality.level });
    return true;
  }

  /** Another model may be cheaper than the one before. */
  #startQuality(): void {
    const graphics = this.#graphics;
    const level = this.#plain && graphics === 'software' ? QUALITIES.length - 1 : 0;
    const other = level !== this.#quality.level;
    this.#quality = new QualityLadder(level, DOWN_AFTER[graphics]);
    if (other) this.#send({ type: 'quality', level });
  }

  #begin(crowd: boolean): void {
    this.#busy = true;
    if (crowd !== this.#crowd) this.#cost = 0;
    this.#crowd = crowd;
  }

  #send(message: ToViewer, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
