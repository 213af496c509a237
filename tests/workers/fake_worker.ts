// A worker without a thread: the test reads what it was sent, and says what it answers.

import type { RankEvent, Request, RequestResult } from '../../workers/ranks/protocol';
import { RankClient, type WorkerLike } from '../../workers/ranks/rank_client';

export class FakeWorker implements WorkerLike {
  readonly sent: Request[] = [];
  terminated = false;
  /** What is answered at once; null: later, by `answer`. */
  onRequest: (request: Request) => RequestResult[Request['type']] | null = () => null;
  private readonly listeners = new Map<string, (event: Event) => void>();

  postMessage(message: unknown): void {
    const request = message as Request;
    const result = this.onRequest(request);
    if (result === null) this.sent.push(request);
    else this.reply(request.id, result);
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    this.listeners.set(type, listener);
  }

  terminate(): void {
    this.terminated = true;
  }

  dispatch(type: string, event: object): void {
    if (!this.terminated) this.listeners.get(type)?.(event as Event);
  }

  say(event: RankEvent): void {
    this.dispatch('message', { data: event });
  }

  /** Answers all requests that were not answered yet. */
  answer(result: RequestResult[Request['type']] = {}): void {
    for (const { id } of this.sent.splice(0)) this.reply(id, result);
  }

  private reply(id: number, result: RequestResult[Request['type']]): void {
    this.dispatch('message', { data: { type: 'reply', id, result } });
  }
}

export function fakeRanks(count: number): { workers: FakeWorker[]; clients: RankClient[] } {
  const workers = Array.from({ length: count }, () => new FakeWorker());
  const clients = workers.map(
    (worker, rank) => new RankClient(rank, worker, new SharedArrayBuffer(4)),
  );
  return { workers, clients };
}
