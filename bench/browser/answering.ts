// The worker's side: each order is carried out and answered before the next one comes.

import type { Answer } from './orders';

export function answerOrders<Order>(carryOut: (order: Order) => Promise<unknown>): void {
  globalThis.addEventListener('message', async ({ data }: MessageEvent<Order>) => {
    const answer: Answer = await carryOut(data).then(
      (value) => ({ value }),
      (error: unknown) => ({ error: String(error) }),
    );
    globalThis.postMessage(answer);
  });
}
