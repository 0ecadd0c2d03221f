import { defineConfig } from 'vitest/config';
import { compileCache } from '../../local/compiled.ts';

process.env.NODE_COMPILE_CACHE ??= compileCache;

/** The unit tests of what is mutated: not those of the infrastructure, the local cloud and the printed document. */
export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts'],
    exclude: ['tests/unit/{bench,infra,local,local-iam,openapi}/**'],
    setupFiles: ['tests/mutation/setup.ts'],
    testTimeout: 240_000,
    isolate: false,
  },
});
