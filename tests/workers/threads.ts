// Runs a module of this folder on threads, so that ranks really wait for each other.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';

/** Self-contained ES module of `entry`, a file of this folder. */
export async function bundle(entry: string): Promise<URL> {
  const file = fileURLToPath(new URL(entry, import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: file, formats: ['es'], fileName: 'thread' },
      rolldownOptions: { external: /^node:/ },
    },
  });
  const [{ output }] = result as unknown as [{ output: [{ code: string }] }];
  return new URL(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

/** A thread of `module`; resolves with the first message that it posts. */
export function runThread<T>(module: URL, workerData: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(module, { workerData });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}
