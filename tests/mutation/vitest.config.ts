import { defineConfig } from 'vitest/config';
import { compileCache } from '../../local/compiled.ts';

process.env.NODE_COMPILE_CACHE ??= compileCache;

/**
 * Folders of `tests/unit` to look at, as in `MUTATION_TESTS=time,policy`: what is decided while modules load is tried on every test there
 * is, so it takes a twentieth of the time on those that are about it. What survives them is a question to all.
 */
const folders = process.env.MUTATION_TESTS ?? '*';

/** Files of `tests/integration` to ask instead, as in `MUTATION_INTEGRATION=authorizer`: for what only they hold. */
const files = process.env.MUTATION_INTEGRATION;

/** The unit tests of what is mutated: not those of the infrastructure, the local cloud and the printed document. */
export default defineConfig({
  test: {
    include: files
      ? files.split(',').map((file) => `tests/integration/${file}.test.ts`)
      : folders.split(',').map((folder) => `tests/unit/${folder}/**/*.test.ts`),
    exclude: ['tests/unit/{bench,infra,local,local-iam,openapi}/**'],
    setupFiles: ['tests/mutation/setup.ts', ...(files ? ['tests/setup/anew.ts'] : [])],
    globalSetup: files ? ['tests/setup/dynamodb.ts'] : [],
    testTimeout: 240_000,
    isolate: false,
  },
});
