// A camera that looks at the robot from where the person chose and travels along with it.

import { PerspectiveCamera, Vector3 } from 'three';
import type { Bounds } from './bounds';
import type { Orbit } from './viewer_protocol';

/** Seconds in which the camera closes most of its distance to the robot; height follows slower, so that gaits do not shake it. */
const FOLLOW_SECONDS = { ground: 0.06, height: 0.6 };
/** Farther away than this many robot radii the robot was reset, and the camera jumps. */
const JUMP_RADII = 6;

export class FollowCamera {
  readonly camera = new PerspectiveCamera(32, 1, 0.02, 200);
  /** The point that is looked at. */
  readonly target = new Vector3();
  readonly #shift = new Vector3();
  #radius = 1;

  constructor() {
    this.camera.up.set(0, 0, 1);
  }

  /** Begins with another robot. */
  frame(bounds: Bounds): void {
    this.#radius = bounds.radius;
    this.target.set(...bounds.center);
    this.camera.near = 0.05 * bounds.radius;
    this.camera.far = 200 * bounds.radius;
    this.camera.updateProjectionMatrix();
  }

  /** Moves towards `point`; true while it has not arrived. */
  follow(point: Vector3, orbit: Orbit, elapsedSeconds: number): boolean {
    const shift = this.#shift.copy(point).sub(this.target);
    const arrived = shift.length() < 0.002 * this.#radius;
    if (shift.length() < JUMP_RADII * this.#radius) {
      const ground = 1 - Math.exp(-elapsedSeconds / FOLLOW_SECONDS.ground);
      shift.x *= ground;
      shift.y *= ground;
      shift.z *= 1 - Math.exp(-elapsedSeconds / FOLLOW_SECONDS.height);
    }
    this.target.add(shift);
    this.#look(orbit);
    return !arrived;
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  #look({ azimuth, elevation, zoom }: Orbit): void {
    const distance = this.#fittingDistance() / zoom;
    const level = distance * Math.cos(elevation);
    this.camera.position.set(
      this.target.x - level * Math.sin(azimuth),
      this.target.y - level * Math.cos(azimuth),
      this.target.z + distance * Math.sin(elevation),
    );
    this.camera.lookAt(this.target);
  }

  /** The whole robot fits with room to move, in whichever direction the view is narrower. */
  #fittingDistance(): number {
    const halfAngle = (this.camera.fov * Math.PI) / 360;
    const narrow = Math.min(1, this.camera.aspect / 1.2);
    return (1.3 * this.#radius) / Math.tan(halfAngle) / narrow;
  }
}
