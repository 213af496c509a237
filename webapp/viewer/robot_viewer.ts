// Draws one snapshot of the robot: what is on the canvas depends on the snapshot, the theme and where the person looks from.

import { Group, PCFShadowMap, type PerspectiveCamera, Scene, Vector3, WebGLRenderer } from 'three';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { type Bounds, robotBounds } from './bounds';
import { CrowdView } from './crowd_view';
import { FollowCamera } from './follow_camera';
import { probeGraphics } from './graphics';
import { GripDrawing, takeHold } from './grip';
import { Ground } from './ground';
import { Lights } from './lights';
import { OverlayDrawing } from './overlay_drawing';
import { QUALITIES, type Quality } from './quality';
import { RobotMeshes } from './robot_meshes';
import type {
  Arrangement,
  CanvasPoint,
  DrawnFrame,
  DrawnOver,
  GripPoint,
  Orbit,
  ViewTheme,
} from './viewer_protocol';

/** Device pixels a CSS pixel: more are not seen, or not affordable. */
const PIXEL_RATIO_LIMIT = { hardware: 2, software: 1 };
/** Most pixels of a picture: on a large canvas it is coarser. */
const MAX_PIXELS = { hardware: Infinity, software: 300_000 };
/** Edge of the shadow's picture. */
const SHADOW_PIXELS = { hardware: 1024, software: 512 };

const NOTHING: DrawnFrame = {
  milliseconds: 0,
  script: 0,
  moving: false,
  returns: null,
  contacts: 0,
  reach: null,
};

interface Robot {
  description: SceneDescription;
  bounds: Bounds;
  /** Meshes, ground and what is drawn over them. */
  group: Group;
  meshes: RobotMeshes;
  ground: Ground;
  overlay: OverlayDrawing;
  grip: GripDrawing;
  /** All environments of the run; null before one is opened. */
  crowd: CrowdView | null;
}

export class RobotViewer {
  readonly graphics = probeGraphics();
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #lights = new Lights(SHADOW_PIXELS[this.graphics]);
  readonly #camera = new FollowCamera();
  readonly #point = new Vector3();
  readonly #pixel = new Uint8Array(4);
  #robot: Robot | null = null;
  #theme: ViewTheme;
  /** CSS pixels. */
  #size = { width: 1, height: 1, pixelRatio: 1 };
  #quality: Quality = QUALITIES[0]!;

  /** Throws where the browser offers no WebGL 2. */
  constructor(canvas: OffscreenCanvas, theme: ViewTheme) {
    const antialias = this.graphics === 'hardware';
    this.#renderer = new WebGLRenderer({
      canvas,
      alpha: true,
      antialias,
      powerPreference: 'low-power',
    });
    this.#renderer.setClearAlpha(0);
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.type = PCFShadowMap;
    this.#theme = theme;
    this.#scene.add(this.#lights.group);
  }

  setScene(description: SceneDescription): void {
    this.#removeRobot();
    const bounds = robotBounds(description);
    const meshes = new RobotMeshes(description);
    const ground = new Ground(description, bounds);
    const overlay = new OverlayDrawing(description, bounds);
    const grip = new GripDrawing(bounds);
    for (const part of [ground, overlay, grip]) part.setTheme(this.#theme);
    const group = new Group();
    group.add(ground.group, meshes.group, overlay.group, grip.group);
    this.#scene.add(group);
    // A hand may be there before the first picture is.
    meshes.apply(description.poses);
    group.updateMatrixWorld(true);
    this.#robot = { description, bounds, group, meshes, ground, overlay, grip, crowd: null };
    this.#lights.fit(bounds.radius);
    this.#camera.frame(bounds);
  }

  /** Another run of the same scene. */
  setCrowd(shared: SharedArrayBuffer): void {
    const robot = this.#robot;
    if (!robot) return;
    this.#removeCrowd(robot);
    const { description, bounds } = robot;
    robot.crowd = new CrowdView(description, bounds, shared, this.graphics, this.#theme);
    robot.crowd.resize(this.#size.width, this.#size.height);
    this.#scene.add(robot.crowd.group);
  }

  setTheme(theme: ViewTheme): void {
    this.#theme = theme;
    const robot = this.#robot;
    if (!robot) return;
    for (const part of [robot.ground, robot.overlay, robot.grip]) part.setTheme(theme);
    robot.crowd?.setTheme(theme);
  }

  /** CSS pixels, and device pixels in each. */
  resize(width: number, height: number, pixelRatio: number): void {
    this.#size = { width, height, pixelRatio };
    this.#fit();
    this.#camera.resize(width, height);
    this.#robot?.crowd?.resize(width, height);
  }

  /** Index into `QUALITIES`. */
  setQuality(level: number): void {
    this.#quality = QUALITIES[level]!;
    this.#lights.shadows = this.#quality.shadows;
    this.#fit();
  }

  /** `poses`: [G, 12] of the scene's geoms; `elapsedSeconds` since the last call, for the camera's smoothing. */
  draw(
    poses: Float32Array,
    orbit: Orbit,
    elapsedSeconds: number,
    over: DrawnOver | null,
  ): DrawnFrame {
    const start = performance.now();
    const robot = this.#robot;
    if (!robot) return NOTHING;
    robot.meshes.apply(poses);
    robot.ground.apply(poses);
    const point = orbit.follows ? this.#trackedPoint(robot, poses) : this.#camera.target;
    const moving = this.#camera.follow(point, orbit, elapsedSeconds);
    robot.ground.follow(this.#camera.target);
    this.#lights.follow(this.#camera.target);
    const { camera } = this.#camera;
    camera.updateMatrixWorld();
    const contacts = over ? robot.overlay.apply(over.overlay, over.shown) : 0;
    const reach = robot.grip.apply(poses, over?.grip ?? null, camera);
    this.#show(robot, false);
    return this.#render(camera, start, { ...NOTHING, moving, contacts, reach });
  }

  drawCrowd(
    envs: number,
    arrangement: Arrangement,
    orbit: Orbit,
    elapsedSeconds: number,
  ): DrawnFrame {
    const start = performance.now();
    const robot = this.#robot;
    if (!robot?.crowd) return NOTHING;
    const seen = robot.crowd.update(envs, arrangement, orbit, elapsedSeconds);
    this.#show(robot, true);
    return this.#render(robot.crowd.camera, start, { ...NOTHING, ...seen });
  }

  /** The environment whose robot of the crowd is there, or -1. */
  pick(point: CanvasPoint): number {
    return this.#robot?.crowd?.pick(point) ?? -1;
  }

  /** The geom of one robot that can be moved there, and the point of it. */
  hold(point: CanvasPoint): GripPoint | null {
    const robot = this.#robot;
    if (!robot) return null;
    const pixel = { x: 2 / this.#size.width, y: 2 / this.#size.height };
    return takeHold(robot.description, robot.meshes, this.#camera.camera, point, pixel);
  }

  #fit(): void {
    const { width, height, pixelRatio } = this.#size;
    const affordable = Math.sqrt(MAX_PIXELS[this.graphics] / (width * height));
    const wanted = Math.min(pixelRatio, PIXEL_RATIO_LIMIT[this.graphics]);
    this.#renderer.setPixelRatio(this.#quality.scale * Math.min(wanted, affordable));
    this.#renderer.setSize(width, height, false);
  }

  #show({ group, crowd }: Robot, isCrowd: boolean): void {
    group.visible = !isCrowd;
    if (crowd) crowd.group.visible = isCrowd;
    // Robots of a crowd are too many, and too small, to cast shadows.
    this.#renderer.shadowMap.autoUpdate = !isCrowd;
  }

  #render(camera: PerspectiveCamera, start: number, seen: DrawnFrame): DrawnFrame {
    this.#renderer.render(this.#scene, camera);
    const script = performance.now() - start;
    this.#waitForFrame();
    return { ...seen, script, milliseconds: performance.now() - start };
  }

  /**
   * Reading a pixel back waits until the frame is drawn, so that the time it took is known. Nothing else happens in this
   * worker, and a frame that is not waited for would only make the next one wait.
   */
  #waitForFrame(): void {
    const gl = this.#renderer.getContext();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, this.#pixel);
  }

  /** Where the middle of the robot is, judged by how far the tracked geom moved from its place at rest. */
  #trackedPoint({ description, bounds }: Robot, poses: Float32Array): Vector3 {
    const at = description.trackedGeom * 12;
    this.#point.set(...bounds.center);
    if (at < 0) return this.#point;
    const rest = description.poses;
    this.#point.x += poses[at]! - rest[at]!;
    this.#point.y += poses[at + 1]! - rest[at + 1]!;
    this.#point.z += poses[at + 2]! - rest[at + 2]!;
    return this.#point;
  }

  #removeCrowd(robot: Robot): void {
    if (!robot.crowd) return;
    this.#scene.remove(robot.crowd.group);
    robot.crowd.dispose();
    robot.crowd = null;
  }

  #removeRobot(): void {
    if (!this.#robot) return;
    const { group, meshes, ground, overlay, grip } = this.#robot;
    this.#removeCrowd(this.#robot);
    this.#scene.remove(group);
    for (const part of [meshes, ground, overlay, grip]) part.dispose();
    this.#robot = null;
  }
}
