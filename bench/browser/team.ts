// The page's side: workers of one kind, which carry out orders at the same time.

import type { LoadedAssets } from '../../workers/ranks/protocol';
import { AssetDownload } from '../../workers/runtime/assets';
import type { Answer } from './orders';

export class Team<Order> {
  private readonly workers: Promise<Worker>[] = [];
  private static assets: Promise<LoadedAssets> | null = null;

  constructor(
    private readonly create: () => Worker,
    private readonly boot: (assets: LoadedAssets) => Order,
  ) {}

  /** One order a rank; their answers. A rank's worker starts with its first order. */
  all(orders: readonly Order[]): Promise<unknown[]> {
    return Promise.all(
      orders.map(async (order, rank) => {
        this.workers[rank] ??= this.start();
        return this.ask(await this.workers[rank], order);
      }),
    );
  }

  private async start(): Promise<Worker> {
    Team.assets ??= new AssetDownload(new URL('runtime/', document.baseURI), () => {}).all;
    const worker = this.create();
    await this.ask(worker, this.boot(await Team.assets));
    return worker;
  }

  private ask(worker: Worker, order: Order): Promise<unknown> {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ('error' in data) reject(new Error(data.error));
        else resolve(data.value);
      };
      worker.onerror = (event) => reject(new Error(event.message || 'the worker cannot be loaded'));
      worker.postMessage(order);
    });
  }
}
