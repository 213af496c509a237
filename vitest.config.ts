import { defineConfig } from 'vitest/config';

// The logic of workers/ and webapp/ in Node; what needs a browser is in tests/browser.
export default defineConfig({ test: { include: ['tests/{workers,webapp}/**/*.test.ts'] } });
