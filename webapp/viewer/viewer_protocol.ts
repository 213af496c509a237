// Messages between the page and the viewer's worker. Types only: nothing here runs.

import type { Triple } from '../../workers/physics/pull';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { ReturnRange } from './return_colours';

/** From where the person looks at the robot. */
export interface Orbit {
  /** Radians around the vertical axis; 0 looks along +y, so that +x is to the right. */
  azimuth: number;
  /** Radians above the horizon. */
  elevation: number;
  /** 1 shows the whole robot with room to move; 2 is twice as near. */
  zoom: number;
  /** Away from the robot along world x and y, in radii of what is shown. */
  panX: number;
  panY: number;
  /** Whether the camera goes along with a robot. */
  follows: boolean;
}

/** Robots of a crowd: each in a cell of its own, or where they are on the one floor. */
export type Arrangement = 'cells' | 'floor';

/** A point of the canvas, -1..1 from left to right and from bottom to top. */
export interface CanvasPoint {
  x: number;
  y: number;
}

/** What is drawn over a robot. */
export interface OverlayKinds {
  contacts: boolean;
  /** Of contacts. */
  forces: boolean;
  joints: boolean;
  centreOfMass: boolean;
}

/** A point of a geom, in the geom's frame. */
export interface GripPoint {
  geom: number;
  point: Triple;
}

/** What a hand holds, and where on the canvas it is. */
export interface Grip extends GripPoint {
  hand: CanvasPoint;
}

/** The same in the world: from the point that is held to the hand. */
export interface GripReach {
  from: Triple;
  to: Triple;
}

/** What belongs to a snapshot of one robot beside its poses. */
export interface DrawnOver {
  /** As workers/physics/overlay.ts reads it. */
  overlay: Float32Array | null;
  shown: OverlayKinds;
  grip: Grip | null;
}

/** Colours as CSS hexadecimal. */
export interface ViewTheme {
  groundLight: string;
  groundDark: string;
  groundLine: string;
  /** Opacity of the robot's shadow, 0..1. */
  shadowStrength: number;
  overlays: { contact: string; force: string; joint: string; centreOfMass: string; pull: string };
}

export type ToViewer =
  | { type: 'open'; canvas: OffscreenCanvas; theme: ViewTheme }
  | { type: 'theme'; theme: ViewTheme }
  | { type: 'scene'; scene: SceneDescription }
  /** CSS pixels, and device pixels in each. */
  | { type: 'resize'; width: number; height: number; pixelRatio: number }
  /** A snapshot: poses [G, 12]; `elapsedSeconds` since the one before, for the camera's smoothing. Answered by `drawn`. */
  | {
      type: 'draw';
      poses: Float32Array;
      orbit: Orbit;
      elapsedSeconds: number;
      over: DrawnOver | null;
    }
  /** The run's shared memory, with the poses of all environments of the scene before. */
  | { type: 'crowd'; shared: SharedArrayBuffer }
  /** The first `envs` environments as they are now. Answered by `drawn`. */
  | {
      type: 'draw-crowd';
      envs: number;
      arrangement: Arrangement;
      orbit: Orbit;
      elapsedSeconds: number;
    }
  /** Index into `QUALITIES` of quality.ts. */
  | { type: 'quality'; level: number }
  /** Which robot of the crowd that was drawn last is there? Answered by `picked`. */
  | { type: 'pick'; point: CanvasPoint }
  /** Which geom of the robot that was drawn last is there? Answered by `held`. */
  | { type: 'hold'; point: CanvasPoint };

/** Whether WebGL runs on a graphics processor, or on the processor that also trains. */
export type Graphics = 'hardware' | 'software';

export interface DrawnFrame {
  /** Until the picture was there. */
  milliseconds: number;
  /** Of them in JavaScript, without waiting for WebGL. */
  script: number;
  /** The camera has not arrived yet, so the same should be drawn again. */
  moving: boolean;
  /** What the colours of a crowd mean; null of one robot, or when no return is known. */
  returns: ReturnRange | null;
  /** Contacts of one robot that were drawn. */
  contacts: number;
  /** Where a hand was that holds the robot; null: none does. */
  reach: GripReach | null;
}

export type FromViewer =
  | { type: 'opened'; graphics: Graphics }
  | ({ type: 'drawn' } & DrawnFrame)
  /** -1: none. */
  | { type: 'picked'; env: number }
  | { type: 'held'; hold: GripPoint | null }
  /** WebGL 2 is not to be had. */
  | { type: 'unavailable' };
