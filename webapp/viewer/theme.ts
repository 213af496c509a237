// Colours of the 3-D view, read from the page's CSS custom properties.

import type { ViewTheme } from './viewer_protocol';

export function readViewTheme(element: Element): ViewTheme {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    groundLight: read('--ground-light'),
    groundDark: read('--ground-dark'),
    groundLine: read('--ground-line'),
    shadowStrength: Number(read('--shadow-strength')),
    overlays: {
      contact: read('--overlay-contact'),
      force: read('--overlay-force'),
      joint: read('--overlay-joint'),
      centreOfMass: read('--overlay-centre'),
      pull: read('--overlay-pull'),
    },
  };
}
