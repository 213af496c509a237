// The page's end of a player: its worker, and the poses that it sends.

import type { MujocoFiles } from '../../workers/editors/scene_client';
import { MessageFrameReader } from '../../workers/ranks/frames';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { FromPlayer, PlayedAgent, ToPlayer } from './player_protocol';

/** Between two questions whether the worker is alive. */
const PING_MS = 1000;
/** Questions in a row that a worker may leave without an answer. A model that compiles or steps for longer is no robot. */
const MAX_UNANSWERED = 20;

export class PlayerClient {
  /** Null until the agent's model is loaded. */
  frames: MessageFrameReader | null = null;
  /** Questions that were due since the last answer, counted and not timed: a computer may sleep. */
  #unanswered = 0;
  #pings: ReturnType<typeof setInterval> | undefined;
  readonly #worker = new Worker(new URL('./player.worker.ts', import.meta.url), {
    type: 'module',
    name: 'player',
  });

  /**
   * `base`: the folder of assets.json. `onFailed` gets one sentence for the user. `files`: MuJoCo, where the page has it
   * already.
   */
  constructor(
    base: string,
    agent: PlayedAgent,
    onOpened: (scene: SceneDescription) => void,
    private readonly onFailed: (message: string) => void,
    files: MujocoFiles | null = null,
  ) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromPlayer>) => {
      switch (data.type) {
        case 'opened':
          this.frames = new MessageFrameReader(data.scene.poses.length, data.scene.overlayFloats);
          onOpened(data.scene);
          break;
        case 'poses':
          this.frames?.receive(data.firstFrame, data.poses, data.overlays);
          break;
        case 'alive':
          this.#unanswered = 0;
          this.#pings ??= setInterval(() => this.#ping(), PING_MS);
          break;
        case 'failed':
          this.#end(data.message);
          break;
      }
    });
    this.#worker.addEventListener('error', ({ message }) => {
      this.#end(
        `The player ended: ${message || 'its worker cannot be loaded'}; load the page again`,
      );
    });
    this.#send({ type: 'open', base, agent, files });
  }

  /** Simulated seconds in a second; 0 holds the robot. */
  setSpeed(speed: number): void {
    this.#send({ type: 'pace', speed });
  }

  /** Whether frames come with what is drawn over the robot. */
  showOverlays(shown: boolean): void {
    this.#send({ type: 'overlays', shown });
  }

  restart(): void {
    this.#send({ type: 'restart' });
  }

  close(): void {
    clearInterval(this.#pings);
    this.#worker.terminate();
  }

  #ping(): void {
    if (this.#unanswered === 0) this.#send({ type: 'ping' });
    this.#unanswered++;
    if (this.#unanswered <= MAX_UNANSWERED) return;
    this.#end(
      `The player was ended: a step of its model, or its compilation, took more than ${(MAX_UNANSWERED * PING_MS) / 1000} s; ` +
        'the model is too large to be played, or means harm',
    );
  }

  #end(message: string): void {
    this.close();
    this.onFailed(message);
  }

  #send(message: ToPlayer): void {
    this.#worker.postMessage(message);
  }
}
