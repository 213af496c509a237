// Colours of the 3-D view, read from the page's CSS custom properties.

import { Color } from 'three';

export interface ViewTheme {
  groundLight: Color;
  groundDark: Color;
  groundLine: Color;
  /** Opacity of the robot's shadow, 0..1. */
  shadowStrength: number;
}

export function readViewTheme(element: Element): ViewTheme {
  const style = getComputedStyle(element);
  const color = (name: string) => new Color(style.getPropertyValue(name).trim());
  return {
    groundLight: color('--ground-light'),
    groundDark: color('--ground-dark'),
    groundLine: color('--ground-line'),
    shadowStrength: Number(style.getPropertyValue('--shadow-strength')),
  };
}
