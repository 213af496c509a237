// Turning and zooming the view: dragging, wheel, two fingers, arrow keys and + / -.

import type { Orbit } from './viewer_protocol';

const START: Orbit = { azimuth: -0.29, elevation: 0.24, zoom: 1 };
const RADIANS_PER_PIXEL = 0.006;
const KEY_RADIANS = 0.1;
const KEY_ZOOM = 1.12;
const ELEVATION = { lowest: 0.015, highest: 1.5 };
const ZOOM = { smallest: 0.25, largest: 4 };

export class OrbitControls {
  readonly orbit: Orbit = { ...START };
  readonly #element: HTMLElement;
  readonly #onChange: () => void;
  readonly #pointers = new Map<number, { x: number; y: number }>();

  /** `onChange` is called whenever `orbit` changed. */
  constructor(element: HTMLElement, onChange: () => void) {
    this.#element = element;
    this.#onChange = onChange;
    // One finger that moves up or down scrolls the page; sideways it turns the view.
    element.style.touchAction = 'pan-y';
    element.addEventListener('pointerdown', this.#onDown);
    element.addEventListener('pointermove', this.#onMove);
    for (const end of ['pointerup', 'pointercancel'] as const)
      element.addEventListener(end, this.#onUp);
    element.addEventListener('wheel', this.#onWheel, { passive: false });
    element.addEventListener('keydown', this.#onKey);
  }

  reset(): void {
    Object.assign(this.orbit, START);
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
    this.orbit.zoom = clamp(this.orbit.zoom * factor, ZOOM.smallest, ZOOM.largest);
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
    if (before > 0) this.#zoom(this.#spread() / before);
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
