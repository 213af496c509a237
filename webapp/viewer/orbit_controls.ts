// Turning, moving and zooming the view: dragging (with Shift or the right button it moves), wheel, two fingers, arrow keys
// (with Shift they move) and + / -.

import type { Orbit } from './viewer_protocol';

export const ROBOT_ORBIT: Orbit = {
  azimuth: -0.29,
  elevation: 0.24,
  zoom: 1,
  panX: 0,
  panY: 0,
  follows: true,
};
const RADIANS_PER_PIXEL = 0.006;
const KEY_RADIANS = 0.1;
const KEY_ZOOM = 1.12;
const ELEVATION = { lowest: 0.015, highest: 1.5 };
const ZOOM = { smallest: 0.25, largest: 4 };
/** Radii of what is shown: that a key moves, that a drag over the height of the canvas moves, and the farthest. */
const PAN = { key: 0.1, height: 2.6, farthest: 4 };

/** Right and up. */
const PAN_KEYS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export class OrbitControls {
  readonly orbit: Orbit;
  /** While set, pointers do something else than moving the view. */
  held = false;
  #home: Orbit;
  #largestZoom = ZOOM.largest;
  readonly #element: HTMLElement;
  readonly #onChange: () => void;
  readonly #pointers = new Map<number, { x: number; y: number }>();

  /** `onChange` is called whenever `orbit` changed. */
  constructor(element: HTMLElement, onChange: () => void) {
    this.#element = element;
    this.#onChange = onChange;
    this.#home = ROBOT_ORBIT;
    this.orbit = { ...ROBOT_ORBIT };
    // One finger that moves up or down scrolls the page; sideways it turns the view.
    element.style.touchAction = 'pan-y';
    element.addEventListener('pointerdown', this.#onDown);
    element.addEventListener('pointermove', this.#onMove);
    for (const end of ['pointerup', 'pointercancel'] as const)
      element.addEventListener(end, this.#onUp);
    element.addEventListener('wheel', this.#onWheel, { passive: false });
    element.addEventListener('keydown', this.#onKey);
    // The right button moves the view.
    element.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  reset(): void {
    Object.assign(this.orbit, this.#home);
    this.#onChange();
  }

  /** Looks from `home` from now on. `nearest`: how many times nearer than usual one may come. */
  start(home: Orbit, nearest = 1): void {
    this.#home = home;
    this.#largestZoom = nearest * ZOOM.largest;
    this.reset();
  }

  /** Whether the camera goes along with the robot. */
  follow(follows: boolean): void {
    this.orbit.follows = follows;
    this.#onChange();
  }

  #turn(azimuth: number, elevation: number): void {
    this.orbit.azimuth += azimuth;
    this.orbit.elevation = clamp(
      this.orbit.elevation + elevation,
      ELEVATION.lowest,
      ELEVATION.highest,
    );
    this.#onChange();
  }

  #zoom(factor: number): void {
    this.orbit.zoom = clamp(this.orbit.zoom * factor, ZOOM.smallest, this.#largestZoom);
    this.#onChange();
  }

  /** `right` and `up` on the screen, in radii at zoom 1. */
  #pan(right: number, up: number): void {
    const { azimuth, zoom } = this.orbit;
    const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
    const limit = (x: number) => clamp(x, -PAN.farthest, PAN.farthest);
    this.orbit.panX = limit(this.orbit.panX + (right * cos + up * sin) / zoom);
    this.orbit.panY = limit(this.orbit.panY + (up * cos - right * sin) / zoom);
    this.#onChange();
  }

  readonly #onDown = (event: PointerEvent): void => {
    this.#element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };

  readonly #onMove = (event: PointerEvent): void => {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    const before = this.#spread();
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.held) return;
    const perPixel = PAN.height / this.#element.clientHeight;
    if (before > 0) {
      this.#zoom(this.#spread() / before);
      // Of two fingers each moves the view by half.
      this.#pan((-dx * perPixel) / 2, (dy * perPixel) / 2);
    } else if (event.shiftKey || event.buttons === 2) this.#pan(-dx * perPixel, dy * perPixel);
    else this.#turn(-dx * RADIANS_PER_PIXEL, dy * RADIANS_PER_PIXEL);
  };

  readonly #onUp = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
  };

  /** Pixels between two fingers; 0 when there are not two. */
  #spread(): number {
    const [a, b] = [...this.#pointers.values()];
    return a && b ? Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) : 0;
  }

  readonly #onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.#zoom(Math.exp(-event.deltaY * 0.0012));
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const pan = event.shiftKey ? PAN_KEYS[event.key] : undefined;
    if (pan) {
      this.#pan(PAN.key * pan[0], PAN.key * pan[1]);
      event.preventDefault();
      return;
    }
    switch (event.key) {
      case 'ArrowLeft':
        this.#turn(-KEY_RADIANS, 0);
        break;
      case 'ArrowRight':
        this.#turn(KEY_RADIANS, 0);
        break;
      case 'ArrowUp':
        this.#turn(0, KEY_RADIANS);
        break;
      case 'ArrowDown':
        this.#turn(0, -KEY_RADIANS);
        break;
      case '+':
      case '=':
        this.#zoom(KEY_ZOOM);
        break;
      case '-':
        this.#zoom(1 / KEY_ZOOM);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
