// When to draw: not while nobody looks, not while nothing moves, and no oftener than the machine can afford.

/** Of most screens. */
const REFRESH_MS = 1000 / 60;

export class FrameLoop {
  readonly #element: Element;
  readonly #draw: (seconds: number) => boolean;
  readonly #interval: () => number;
  readonly #observer: IntersectionObserver;
  readonly #onVisibility = () => this.wake();
  #onScreen = false;
  #request = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastDraw = 0;

  /**
   * `draw` is called with the time in seconds and says whether it wants to be called again without being woken.
   * `interval` is the milliseconds to leave between two calls.
   */
  constructor(element: Element, draw: (seconds: number) => boolean, interval: () => number) {
    this.#element = element;
    this.#draw = draw;
    this.#interval = interval;
    this.#observer = new IntersectionObserver(([entry]) => {
      this.#onScreen = entry?.isIntersecting ?? false;
      this.wake();
    });
    this.#observer.observe(element);
    element.ownerDocument.addEventListener('visibilitychange', this.#onVisibility);
  }

  /** Something changed: draw soon. */
  wake(): void {
    if (this.#request !== 0 || this.#timer !== undefined || !this.#onScreen) return;
    // A frame that draws nothing costs the page's compositor all the same.
    const wait = this.#lastDraw + this.#interval() - performance.now() - REFRESH_MS;
    if (wait > REFRESH_MS) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#request = requestAnimationFrame(this.#tick);
      }, wait);
    } else {
      this.#request = requestAnimationFrame(this.#tick);
    }
  }

  /** What is waited for is due sooner now. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#observer.disconnect();
    this.#element.ownerDocument.removeEventListener('visibilitychange', this.#onVisibility);
  }

  readonly #tick = (now: number): void => {
    this.#request = 0;
    if (!this.#onScreen) return;
    // Screens refresh in steps: half a refresh of tolerance keeps an interval of 33 ms from becoming 50.
    const due = now - this.#lastDraw >= this.#interval() - REFRESH_MS / 2;
    let again = true;
    if (due) {
      this.#lastDraw = now;
      again = this.#draw(now / 1000);
    }
    if (again) this.wake();
  };
}
