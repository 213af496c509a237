// Clicks on the picture, as opposed to drags that turn it.

import type { CanvasPoint } from './viewer_protocol';

/** Pixels that a pointer may move in a click. */
const CLICK_PIXELS = 5;

export function onClick(canvas: HTMLCanvasElement, act: (point: CanvasPoint) => void): void {
  let down = { x: 0, y: 0 };
  canvas.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
    down = { x, y };
  });
  canvas.addEventListener('click', ({ clientX: x, clientY: y }) => {
    if (Math.hypot(x - down.x, y - down.y) > CLICK_PIXELS) return;
    act(canvasPoint(canvas, { clientX: x, clientY: y }));
  });
}

export function canvasPoint(
  canvas: HTMLCanvasElement,
  { clientX, clientY }: Pick<MouseEvent, 'clientX' | 'clientY'>,
): CanvasPoint {
  const box = canvas.getBoundingClientRect();
  return {
    x: (2 * (clientX - box.left)) / box.width - 1,
    y: 1 - (2 * (clientY - box.top)) / box.height,
  };
}
