// Messages between the page and the viewer's worker. Types only: nothing here runs.

import type { SceneDescription } from '../../workers/protocol';

/** From where the person looks at the robot. */
export interface Orbit {
  /** Radians around the vertical axis; 0 looks along +y, so that +x is to the right. */
  azimuth: number;
  /** Radians above the horizon. */
  elevation: number;
  /** 1 shows the whole robot with room to move; 2 is twice as near. */
  zoom: number;
}

/** Colours as CSS hexadecimal. */
export interface ViewTheme {
  groundLight: string;
  groundDark: string;
  groundLine: string;
  /** Opacity of the robot's shadow, 0..1. */
  shadowStrength: number;
}

export type ToViewer =
  | { type: 'open'; canvas: OffscreenCanvas; theme: ViewTheme }
  | { type: 'theme'; theme: ViewTheme }
  | { type: 'scene'; scene: SceneDescription }
  /** CSS pixels, and device pixels in each. */
  | { type: 'resize'; width: number; height: number; pixelRatio: number }
  /** A snapshot: poses [G, 12]; `elapsedSeconds` since the one before, for the camera's smoothing. Answered by `drawn`. */
  | { type: 'draw'; poses: Float32Array; orbit: Orbit; elapsedSeconds: number };

/** Whether WebGL runs on a graphics processor, or on the processor that also trains. */
export type Graphics = 'hardware' | 'software';

export type FromViewer =
  | { type: 'opened'; graphics: Graphics }
  /** `moving`: the camera has not arrived yet, so the same snapshot should be drawn again. */
  | { type: 'drawn'; milliseconds: number; moving: boolean }
  /** WebGL 2 is not to be had. */
  | { type: 'unavailable' };
