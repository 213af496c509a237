import { defineConfig } from 'vitest/config';

// The logic of workers/ in Node; what needs a browser is in tests/browser.
export default defineConfig({ test: { include: ['tests/workers/**/*.test.ts'] } });
