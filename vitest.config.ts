import { defineConfig } from 'vitest/config';

/** Generous: a busy machine makes a test slow, not wrong. */
const limits = { testTimeout: 240_000, hookTimeout: 240_000 };

/** Unit tests need nothing; integration tests share one DynamoDB Local; system tests run the local cloud. */
export default defineConfig({
  test: {
    // Of two processors vitest would leave one idle.
    maxWorkers: 2,
    projects: [
      // Pure modules: what one file has loaded serves the next, a third of the processor's time.
      { test: { ...limits, name: 'unit', include: ['tests/unit/**/*.test.ts'], isolate: false } },
      // The simulated office: no other part is needed. Long runs: `npm run simulate`.
      { test: { ...limits, name: 'simulation', include: ['tests/simulation/*.test.ts'] } },
      {
        test: {
          ...limits,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/setup/dynamodb.ts'],
        },
      },
      {
        test: {
          ...limits,
          name: 'system',
          include: ['tests/system/**/*.test.ts'],
          globalSetup: ['tests/setup/dynamodb.ts', 'tests/setup/iam.ts'],
        },
      },
    ],
  },
});
