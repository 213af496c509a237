import { defineConfig, type Plugin } from 'vite';
import type { SiteBuild } from './webapp/service_worker/site_cache';

const PUBLIC = 'build/public';
const SERVICE_WORKER = 'service-worker.js';
/** The task that the page plays while it loads, with or without a network. */
const FIRST_LOOK = 'task-HalfCheetah-v5.json';

/** Gives the service worker the list of the site's files; it changes with any of them, so that browsers see a new version. */
function serviceWorkerFiles(): Plugin {
  return {
    name: 'service-worker-files',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      const worker = bundle[SERVICE_WORKER];
      if (worker?.type !== 'chunk') this.error(`${SERVICE_WORKER} is not built`);
      const read = (path: string) => this.fs.readFile(`${PUBLIC}/${path}`, { encoding: 'utf8' });
      const built = Object.keys(bundle).filter((file) => file !== SERVICE_WORKER);
      const copied = (await this.fs.readdir(PUBLIC)).filter((name) => /^[^_]+\./.test(name));
      // The page itself is asked for by its folder: some hosts redirect the other name.
      const page = ['', ...built.filter((file) => file !== 'index.html'), ...copied].sort();
      const manifest = await read('runtime/assets.json');
      const { assets } = JSON.parse(manifest) as {
        assets: Record<string, { file: string; first: boolean }>;
      };
      const kept = Object.entries(assets).filter(
        ([name, { first }]) => first || name === FIRST_LOOK,
      );
      const runtime = ['assets.json', ...kept.map(([, { file }]) => file)].map(
        (f) => `runtime/${f}`,
      );
      const pages = Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.html'));
      const texts = pages.map((html) => (html.type === 'asset' ? String(html.source) : html.code));
      const named = [page, manifest, worker.code, ...texts];
      const contents = await Promise.all(copied.map(read));
      const version = await digest(JSON.stringify([...named, ...contents]));
      const build: SiteBuild = { version, page, runtime };
      worker.code = `self.siteBuild=${JSON.stringify(build)};\n${worker.code}`;
    },
  };
}

/** First digits of a text's SHA-256. */
async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, 12);
}

export default defineConfig({
  root: 'webapp',
  // Relative addresses: the same folder works under any path of any host.
  base: './',
  publicDir: '../build/public',
  plugins: [serviceWorkerFiles()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts and icons stay files: the content security policy has no data: addresses.
    assetsInlineLimit: 0,
    // three.js is most of the page's code, and the robot is the first thing to be seen.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: [
        ...['index', 'agent', 'embed', 'train'].map((page) => `webapp/${page}.html`),
        'webapp/service_worker/service_worker.ts',
      ],
      output: {
        entryFileNames: ({ name }) =>
          name === 'service_worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js',
      },
    },
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
