// The page's end of the editor of rewards: what a task offers, from rank 0, and trials in a worker of their own, which
// a text that never ends cannot take from training.

import { WebsimError } from '../errors';
import type { TaskOptions } from '../ranks/protocol';
import type { RankClient } from '../ranks/rank_client';
import type { RewardSheet, RewardTrial } from './reward_module';

/** Answered between two iterations, and the largest batches take a minute. */
const SHEET_S = 300;
/** A trial is a second's work; after this long it is interrupted, and then ended. */
const TRIAL_MS = 20_000;
const INTERRUPT_MS = 1500;
/** Never reached: the worker is ended before. */
const REQUEST_S = 60;

/** What the lab needs of a `TrainingPool`. */
export interface LabPool {
  firstRank(env: string, options: TaskOptions): Promise<RankClient>;
  scratchRank(): Promise<RankClient>;
  provide(client: RankClient, env: string, options: TaskOptions): Promise<void>;
}

export interface TrialRequest {
  env: string;
  options: TaskOptions;
  text: string;
  /** A policy file's bytes; none: random actions. */
  policy: Uint8Array;
}

export class RewardLab {
  #scratch: Promise<RankClient> | null = null;
  #timers: ReturnType<typeof setTimeout>[] = [];
  /** Ends the trial that goes on. */
  #stop: (() => void) | null = null;

  constructor(
    private readonly pool: LabPool,
    private readonly deadlineMs = TRIAL_MS,
    private readonly interruptMs = INTERRUPT_MS,
  ) {}

  async sheet(env: string, options: TaskOptions): Promise<RewardSheet> {
    const client = await this.pool.firstRank(env, options);
    return client.request('reward-sheet', { env, options }, SHEET_S);
  }

  /** Rejects with one sentence, which names the line, when the text fails, never ends, or is stopped. One at a time. */
  async try(request: TrialRequest): Promise<RewardTrial> {
    const client = await this.#client();
    await this.pool.provide(client, request.env, request.options);
    let fault = '';
    const end = (why: string) => {
      if (fault) return;
      fault = why;
      client.interrupt();
      const kill = () => client.terminate('did not let itself be interrupted');
      if (client.interruptBuffer) this.#timers.push(setTimeout(kill, this.interruptMs));
      else kill();
    };
    const seconds = this.deadlineMs / 1000;
    const late = `the trial took longer than ${seconds} s; look for a loop that never ends`;
    this.#timers.push(setTimeout(() => end(late), this.deadlineMs));
    this.#stop = () => end('the trial was stopped');
    try {
      return await client.request('reward-trial', request, REQUEST_S);
    } catch (error) {
      if (!fault) throw error;
      const line = /^reward, line \d+/.exec((error as Error).message)?.[0] ?? 'reward';
      throw new WebsimError(`${line}: ${fault}`);
    } finally {
      for (const timer of this.#timers.splice(0)) clearTimeout(timer);
      this.#stop = null;
    }
  }

  /** Ends the trial that goes on. */
  stop(): void {
    this.#stop?.();
  }

  async #client(): Promise<RankClient> {
    const known = await this.#scratch;
    if (known && !known.death) return known;
    const scratch = this.pool.scratchRank();
    this.#scratch = scratch;
    // The next attempt starts over.
    scratch.catch(() => {
      this.#scratch = null;
    });
    return scratch;
  }
}
