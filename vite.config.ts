import { defineConfig, type Plugin } from 'vite';

/**
 * The page's fallback for hosts that cannot set the isolation headers: one script, first in the
 * document, that is also the service worker. Our guard goes before the library's code.
 */
function coiServiceWorker(): Plugin {
  const fileName = 'coi-serviceworker.js';
  return {
    name: 'coi-serviceworker',
    apply: 'build',
    async generateBundle() {
      const library = await this.resolve('coi-serviceworker');
      const guard = await this.resolve(
        './coi-guard.js',
        `${this.environment.config.root}/index.html`,
      );
      if (!library || !guard) this.error('coi-serviceworker: not installed; run `npm ci`');
      const sources = [guard, library].map(({ id }) => this.fs.readFile(id, { encoding: 'utf8' }));
      this.emitFile({ type: 'asset', fileName, source: (await Promise.all(sources)).join('\n') });
    },
    // A player needs no isolation, and in a frame a service worker cannot bring it.
    transformIndexHtml: (_html, { path }) =>
      path === '/index.html'
        ? [{ tag: 'script', attrs: { src: `./${fileName}` }, injectTo: 'head-prepend' }]
        : [],
  };
}

export default defineConfig({
  root: 'webapp',
  // Relative addresses: the same folder works under any path of any host.
  base: './',
  publicDir: '../build/public',
  plugins: [coiServiceWorker()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts and icons stay files: the content security policy has no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index', 'agent', 'embed', 'train'].map((page) => `webapp/${page}.html`),
    },
    // three.js is most of the page's code, and the robot is the first thing to be seen.
    chunkSizeWarningLimit: 1000,
  },
  worker: {
    format: 'es',
    // By name servers tell the workers' policies apart: see webapp/public/_headers.
    rolldownOptions: {
      output: { entryFileNames: 'assets/[name]-[hash].js' },
      // Pyodide's loader imports these in Node only.
      external: /^(node:|ws$)/,
    },
  },
});
