// A crowd with the floor under it and a camera of its own.

import { Group, type PerspectiveCamera, Raycaster, Vector2, Vector3 } from 'three';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { Bounds } from './bounds';
import { CrowdRobots } from './crowd_robots';
import { FollowCamera } from './follow_camera';
import { Ground } from './ground';
import type { ReturnRange } from './return_colours';
import type { Arrangement, CanvasPoint, Graphics, Orbit, ViewTheme } from './viewer_protocol';

/** How far the floor is drawn, in radii of the crowd. */
const FLOOR_RADII = 4;
/** Seconds in which the camera takes in most of a crowd that has spread. */
const SPREAD_SECONDS = 0.5;

export class CrowdView {
  readonly group = new Group();
  readonly #scene: SceneDescription;
  readonly #bounds: Bounds;
  readonly #robots: CrowdRobots;
  readonly #camera = new FollowCamera(true);
  readonly #middle = new Vector3();
  #ground: Ground | null = null;
  /** What the ground was made for. */
  #groundFor = '';
  #theme: ViewTheme;
  /** Metres; 0 before the first picture. */
  #radius = 0;

  constructor(
    scene: SceneDescription,
    bounds: Bounds,
    shared: SharedArrayBuffer,
    graphics: Graphics,
    theme: ViewTheme,
  ) {
    this.#scene = scene;
    this.#bounds = bounds;
    this.#theme = theme;
    this.#robots = new CrowdRobots(scene, bounds, shared, graphics);
    this.group.add(this.#robots.mesh);
  }

  get camera(): PerspectiveCamera {
    return this.#camera.camera;
  }

  setTheme(theme: ViewTheme): void {
    this.#theme = theme;
    this.#ground?.setTheme(theme);
  }

  resize(width: number, height: number): void {
    this.#camera.resize(width, height);
  }

  /** True while the camera moves. */
  update(
    envs: number,
    arrangement: Arrangement,
    orbit: Orbit,
    elapsedSeconds: number,
  ): { moving: boolean; returns: ReturnRange | null } {
    const returns = this.#robots.apply(envs, arrangement);
    const radius = this.#robots.extent(this.#middle);
    this.#layFloor(arrangement, radius);
    if (this.#radius === 0 || arrangement === 'cells') {
      if (this.#radius !== radius)
        this.#camera.frame({ ...this.#bounds, center: this.#middle.toArray(), radius });
      this.#radius = radius;
    } else {
      this.#radius += (radius - this.#radius) * (1 - Math.exp(-elapsedSeconds / SPREAD_SECONDS));
      this.#camera.reach(this.#radius);
    }
    const moving = this.#camera.follow(this.#middle, orbit, elapsedSeconds);
    this.#ground?.follow(this.#camera.target);
    return { moving, returns };
  }

  pick({ x, y }: CanvasPoint): number {
    const caster = new Raycaster();
    this.camera.updateMatrixWorld();
    caster.setFromCamera(new Vector2(x, y), this.camera);
    return this.#robots.pick(caster.ray);
  }

  dispose(): void {
    this.#robots.dispose();
    this.#ground?.dispose();
  }

  /** In cells each robot has a tile; on the one floor tiles measure distance, as under a single robot. */
  #layFloor(arrangement: Arrangement, radius: number): void {
    const { spacing, columns, rows } = this.#robots.grid;
    const inCells = arrangement === 'cells';
    // A floor that is to grow with the crowd is laid anew each time that the crowd has become twice as wide.
    const width = inCells ? radius : 2 ** Math.ceil(Math.log2(radius));
    const key = inCells ? `${columns} ${rows}` : `${width}`;
    if (key === this.#groundFor) return;
    this.#groundFor = key;
    if (this.#ground) {
      this.group.remove(this.#ground.group);
      this.#ground.dispose();
    }
    const reach = { radius: FLOOR_RADII * width };
    const size = inCells ? { ...reach, tile: spacing } : reach;
    this.#ground = new Ground(this.#scene, this.#bounds, size);
    this.#ground.setTheme(this.#theme);
    this.group.add(this.#ground.group);
  }
}
