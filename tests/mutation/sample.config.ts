import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  isolate: true,
  pool: 'threads' as const,
  setupFiles: ['tests/mutation/reached.ts'],
};

/** The tests that `npm run mutate:sample` asks: a file in a process of its own, with mutants in what it loads. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'simulation', include: ['tests/simulation/recorded.test.ts'] } },
      {
        test: {
          ...common,
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          exclude: ['tests/unit/{bench,infra,local,local-iam}/**', 'tests/unit/openapi/document.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          // What they ask needs a build, or more of the project than is in the copy.
          exclude: ['tests/integration/{bundle/bundle,courier/mail,meta}.test.ts'],
          globalSetup: ['tests/setup/dynamodb.ts'],
        },
      },
    ],
  },
});
