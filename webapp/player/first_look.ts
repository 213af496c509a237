// A robot in motion while Python loads: a trained agent, played by MuJoCo alone, with the files that the page downloads anyway.

import type { FrameReader, TrainingPool } from '../../workers/ranks/pool';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { readFragment } from '../share/link';
import { PlayerClient } from './player_client';

/** The trained agent of tests/data as `node tests/browser/write_link.mjs` writes it. */
const AGENT = new URL('./half_cheetah.txt', import.meta.url);

export class FirstLook {
  task = '';
  /** Null until the robot can be drawn. */
  scene: SceneDescription | null = null;
  #player: PlayerClient | null = null;
  #closed = false;

  /** `onOpened`: there is a scene. What cannot be loaded is told by the page, which needs the same files. */
  constructor(pool: TrainingPool, onOpened: () => void) {
    this.#open(pool, onOpened).catch(() => this.close());
  }

  get frames(): FrameReader | null {
    return this.#player?.frames ?? null;
  }

  close(): void {
    this.#closed = true;
    this.#player?.close();
  }

  async #open(pool: TrainingPool, onOpened: () => void): Promise<void> {
    const [response, files] = await Promise.all([fetch(AGENT), pool.mujocoFiles()]);
    const agent = readFragment(await response.text());
    if (this.#closed) return;
    this.task = agent.task;
    this.#player = new PlayerClient(
      new URL('runtime/', document.baseURI).href,
      agent,
      (scene) => {
        this.scene = scene;
        onOpened();
      },
      () => this.close(),
      files,
    );
  }
}
