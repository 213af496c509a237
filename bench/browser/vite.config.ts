// The measuring page, beside the same runtime files as the site. Folders are relative to `root`.

import { defineConfig } from 'vite';

export default defineConfig({
  root: 'bench/browser',
  base: './',
  publicDir: '../../build/public',
  build: { outDir: '../../build/bench', emptyOutDir: true, target: 'es2022' },
  worker: {
    format: 'es',
    // Pyodide's loader imports these in Node only.
    rolldownOptions: { external: /^(node:|ws$)/ },
  },
});
