// The page's end of a player: its worker, and the poses that it sends.

import type { MujocoFiles } from '../../workers/editors/scene_client';
import { MessageFrameReader } from '../../workers/ranks/frames';
import type { SceneDescription } from '../../workers/ranks/protocol';
import type { FromPlayer, PlayedAgent, ToPlayer } from './player_protocol';

export class PlayerClient {
  /** Null until the agent's model is loaded. */
  frames: MessageFrameReader | null = null;
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
    onFailed: (message: string) => void,
    files: MujocoFiles | null = null,
  ) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromPlayer>) => {
      switch (data.type) {
        case 'opened':
          this.frames = new MessageFrameReader(data.scene.poses.length);
          onOpened(data.scene);
          break;
        case 'poses':
          this.frames?.receive(data.firstFrame, data.poses);
          break;
        case 'failed':
          onFailed(data.message);
          break;
      }
    });
    this.#worker.addEventListener('error', ({ message }) => {
      onFailed(
        `The player ended: ${message || 'its worker cannot be loaded'}; load the page again`,
      );
    });
    this.#send({ type: 'open', base, agent, files });
  }

  /** Simulated seconds in a second; 0 holds the robot. */
  setSpeed(speed: number): void {
    this.#send({ type: 'pace', speed });
  }

  restart(): void {
    this.#send({ type: 'restart' });
  }

  close(): void {
    this.#worker.terminate();
  }

  #send(message: ToPlayer): void {
    this.#worker.postMessage(message);
  }
}
