// The measuring page: as many workers as there are jobs, driven by bench/physics.py through `window.physics`.

import { loadAssets } from '../../workers/assets';
import type { Answer, Job, Order } from './job';

const workers: Worker[] = [];
const assets = loadAssets(new URL('runtime/', document.baseURI), () => {});

function ask(worker: Worker, order: Order): Promise<number[] | number | null> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('error' in data) reject(new Error(data.error));
      else resolve(data.value);
    };
    worker.onerror = (event) => reject(new Error(event.message || 'the worker cannot be loaded'));
    worker.postMessage(order);
  });
}

async function workerOf(rank: number): Promise<Worker> {
  const known = workers[rank];
  if (known) return known;
  const worker = new Worker(new URL('./physics.worker.ts', import.meta.url), { type: 'module' });
  workers[rank] = worker;
  await ask(worker, { type: 'boot', assets: await assets });
  return worker;
}

declare global {
  interface Window {
    physics: typeof physics;
  }
}

const physics = {
  /** One job a rank; resolves to each rank's observations after the first control step. */
  async open(jobs: Job[]): Promise<unknown[]> {
    const open = async (job: Job, rank: number) => ask(await workerOf(rank), { type: 'open', job });
    return Promise.all(jobs.map(open));
  },

  /** The first `ranks` workers at once: control steps of all of them together, and the time until the last was done. */
  async run(ranks: number, seconds: number): Promise<{ controlSteps: number; seconds: number }> {
    const start = performance.now();
    const runs = workers.slice(0, ranks).map((worker) => ask(worker, { type: 'run', seconds }));
    const taken = (await Promise.all(runs)) as number[];
    const elapsed = (performance.now() - start) / 1000;
    return { controlSteps: taken.reduce((sum, steps) => sum + steps, 0), seconds: elapsed };
  },
};

window.physics = physics;
