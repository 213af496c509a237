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
  readonly #flat: boolean;

  /** `flat`: what is looked at lies on the floor, wide and low. */
  constructor(flat = false) {
    this.#flat = flat;
    this.camera.up.set(0, 0, 1);
  }

  /** Begins with another robot. */
  frame(bounds: Bounds): void {
    this.#radius = bounds.radius;
    this.target.set(...bounds.center);
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

  /** What is shown has become larger or smaller. */
  reach(radius: number): void {
    this.#radius = radius;
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  #look({ azimuth, elevation, zoom, panX, panY }: Orbit): void {
    const distance = this.#fittingDistance() / zoom;
    const level = distance * Math.cos(elevation);
    const [x, y] = [this.target.x + panX * this.#radius, this.target.y + panY * this.#radius];
    this.camera.position.set(
      x - level * Math.sin(azimuth),
      y - level * Math.cos(azimuth),
      this.target.z + distance * Math.sin(elevation),
    );
    this.camera.lookAt(x, y, this.target.z);
    this.#clip(distance);
  }

  /** A depth buffer has too few bits for all distances at once. */
  #clip(distance: number): void {
    const near = 0.01 * distance;
    if (Math.abs(this.camera.near / near - 1) < 0.3) return;
    this.camera.near = near;
    this.camera.far = 4000 * near;
    this.camera.updateProjectionMatrix();
  }

  /** The whole robot fits with room to move, in whichever direction the view is narrower. */
  #fittingDistance(): number {
    const halfAngle = (this.camera.fov * Math.PI) / 360;
    if (this.#flat) return this.#radius * (1.1 / (Math.tan(halfAngle) * this.camera.aspect) + 0.6);
    const narrow = Math.min(1, this.camera.aspect / 1.2);
    return (1.3 * this.#radius) / Math.tan(halfAngle) / narrow;
  }
}
