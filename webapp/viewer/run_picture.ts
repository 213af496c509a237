// What of a run is drawn: one robot, moved by the playback of its frames, or the robots of all environments.

import type { FrameReader, TrainingRun } from '../../workers/ranks/pool';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { robotBounds } from './bounds';
import { springForce } from './force_length';
import { type Pace, Playback } from './playback';
import type { HandScript } from './robot_hand';
import type { ViewerClient } from './viewer_client';
import type {
  Arrangement,
  Grip,
  GripPoint,
  GripReach,
  Orbit,
  OverlayKinds,
} from './viewer_protocol';

/** Seconds between two updates of the speed. */
const SPEED_PERIOD = 0.5;
/** Without a run there are no frames, and the robot stays at its pose of rest. */
const NO_FRAMES: FrameReader = { head: 0, capacity: 0, read: () => false };

export class RunPicture implements HandScript {
  scene: SceneDescription | null = null;
  run: TrainingRun | null = null;
  /** How all robots are shown; null: one robot is. */
  crowd: Arrangement | null = null;
  /** Simulated seconds a second, measured now and then. */
  speed = 0;
  #playback: Playback | null = null;
  /** Frames come from a player, and not from a run. */
  #played = false;
  #pace: Pace = 'live';
  #speedMeasured = 0;

  /** Another model or run; `player`: frames where there is no run. */
  begin(scene: SceneDescription, run: TrainingRun | null, player: FrameReader | null): void {
    this.scene = scene;
    this.run = run;
    this.#played = !run && player !== null;
    const playback = new Playback(
      run?.frames ?? player ?? NO_FRAMES,
      scene.poses,
      scene.controlPeriod,
      scene.trackedGeom,
      2 * robotBounds(scene).radius,
      run?.touchable ? scene.overlayFloats : 0,
    );
    playback.pace = this.#pace;
    this.#playback = playback;
  }

  /** Whether poses come: of training, or of a shown policy or a player, which need none. */
  get producing(): boolean {
    if (!this.run) return this.#played;
    return this.run.iterating || this.run.shown !== 'live';
  }

  /** Whether there is one robot that goes on moving, as it is seen, and that a hand can pull at. */
  may(): boolean {
    return this.producing && !this.held && !this.crowd && (this.run?.touchable ?? false);
  }

  /** The force of a hand follows the picture that its person sees. */
  pull({ geom, point }: GripPoint, { from, to }: GripReach): void {
    const force = springForce(from, to, this.scene!.geoms[geom]!.effectiveMass);
    this.run?.pull({ geom, point, force });
  }

  letGo(): void {
    this.run?.pull(null);
  }

  /** Robots of the crowd. */
  get size(): number {
    const { run } = this;
    return run?.crowd ? Math.min(run.config.num_envs, run.crowd.capacity) : 0;
  }

  get pace(): Pace {
    return this.#pace;
  }

  set pace(pace: Pace) {
    this.#pace = pace;
    if (this.#playback) this.#playback.pace = pace;
  }

  /** The picture stands still. */
  get held(): boolean {
    return this.#playback?.held ?? false;
  }

  /** It does so at a moment of which no overlay was recorded: ranks compute none of what is past. */
  get bare(): boolean {
    return this.held && !this.#playback?.overlay[0];
  }

  hold(): void {
    if (this.held) this.#playback?.release();
    else this.#playback?.hold();
  }

  /** The next control step of a held picture. */
  step(): void {
    this.#playback?.step();
  }

  /** At time `seconds` something else was asked to be seen of the robot: even a paused run brings another frame. */
  ask(seconds: number): void {
    this.#playback?.ask(seconds);
  }

  /** As `StageScript.advance`. */
  advance(seconds: number): { changed: boolean; goesOn: boolean } {
    const { run, crowd } = this;
    if (crowd) {
      run?.crowd?.look();
      const goesOn = run?.iterating ?? false;
      return { changed: goesOn, goesOn };
    }
    const playback = this.#playback;
    if (!playback) return { changed: false, goesOn: false };
    const changed = playback.advance(seconds, this.producing);
    if (seconds - this.#speedMeasured > SPEED_PERIOD || playback.speed === 0) {
      this.#speedMeasured = seconds;
      this.speed = playback.speed;
    }
    return { changed, goesOn: changed || this.producing || playback.awaits(seconds) };
  }

  draw(
    viewer: ViewerClient,
    orbit: Orbit,
    elapsed: number,
    shown: OverlayKinds,
    grip: Grip | null,
  ): void {
    const playback = this.#playback;
    if (this.crowd) viewer.drawCrowd(this.size, this.crowd, orbit, elapsed);
    else if (playback) {
      const overlay = playback.overlay[0] ? playback.overlay : null;
      viewer.draw(playback.snapshot, orbit, elapsed, { overlay, shown, grip });
    }
  }
}
