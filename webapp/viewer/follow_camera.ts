// A camera that a person turns around the robot and that travels along with it.

import { PerspectiveCamera, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { Bounds } from './bounds';

/** Seconds in which the camera closes most of the distance to the robot; height follows slower, so that gaits do not shake it. */
const FOLLOW_SECONDS = { ground: 0.12, height: 0.8 };

export class FollowCamera {
  readonly camera = new PerspectiveCamera(32, 1, 0.02, 200);
  readonly #controls: OrbitControls;
  readonly #shift = new Vector3();
  #bounds: Bounds = { center: [0, 0, 0], radius: 1, bottom: 0 };

  /** `onChange` is called when the person turned or zoomed the view. */
  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.camera.up.set(0, 0, 1);
    this.#controls = new OrbitControls(this.camera, canvas);
    this.#controls.enablePan = false;
    this.#controls.maxPolarAngle = 0.495 * Math.PI;
    this.#controls.addEventListener('change', onChange);
    canvas.addEventListener('keydown', this.#onKey);
    // A finger that moves up or down scrolls the page; sideways it turns the view.
    canvas.style.touchAction = 'pan-y';
  }

  get target(): Vector3 {
    return this.#controls.target;
  }

  /** The first view of a robot, and what "Reset view" returns to: from the side, a little ahead and above. */
  frame(bounds: Bounds, target: Vector3): void {
    this.#bounds = bounds;
    this.#controls.target.copy(target);
    const distance = this.#fittingDistance();
    this.camera.position
      .copy(target)
      .add(new Vector3(0.3, -1, 0.26).normalize().multiplyScalar(distance));
    this.#controls.minDistance = 0.3 * distance;
    this.#controls.maxDistance = 4 * distance;
    this.#controls.update();
  }

  /**
   * Moves camera and target together towards `point`; jumps when the robot was reset somewhere else.
   * True while the camera has not arrived.
   */
  follow(point: Vector3, elapsedSeconds: number): boolean {
    const shift = this.#shift.copy(point).sub(this.#controls.target);
    const arrived = shift.length() < 0.002 * this.#bounds.radius;
    if (shift.length() < 8 * this.#bounds.radius) {
      const ground = 1 - Math.exp(-elapsedSeconds / FOLLOW_SECONDS.ground);
      shift.x *= ground;
      shift.y *= ground;
      shift.z *= 1 - Math.exp(-elapsedSeconds / FOLLOW_SECONDS.height);
    }
    this.#controls.target.add(shift);
    this.camera.position.add(shift);
    this.camera.lookAt(this.#controls.target);
    return !arrived;
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  dispose(): void {
    this.#controls.domElement?.removeEventListener('keydown', this.#onKey as EventListener);
    this.#controls.dispose();
  }

  /** The whole robot fits with room to move, in whichever direction the view is narrower. */
  #fittingDistance(): number {
    const halfAngle = (this.camera.fov * Math.PI) / 360;
    const narrow = Math.min(1, this.camera.aspect / 1.2);
    return (1.3 * this.#bounds.radius) / Math.tan(halfAngle) / narrow;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const turn = 0.1;
    const zoom = 0.9;
    if (event.key === 'ArrowLeft') this.#controls.rotateLeft(turn);
    else if (event.key === 'ArrowRight') this.#controls.rotateLeft(-turn);
    else if (event.key === 'ArrowUp') this.#controls.rotateUp(turn);
    else if (event.key === 'ArrowDown') this.#controls.rotateUp(-turn);
    else if (event.key === '+' || event.key === '=') this.#controls.dollyIn(zoom);
    else if (event.key === '-') this.#controls.dollyOut(zoom);
    else return;
    event.preventDefault();
  };
}
