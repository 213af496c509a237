// TypeScript of workers/ in Node, bundled as the page's build does it.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The module at `entry`, a path from this folder. */
export async function importTypeScript(entry) {
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: {
        entry: fileURLToPath(new URL(entry, import.meta.url)),
        formats: ['es'],
        fileName: 'host',
      },
    },
  });
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}
