import { defineConfig } from 'vitest/config';
import { compileCache } from './local/compiled.ts';

// A process for each file: what all of them load is compiled once.
process.env.NODE_COMPILE_CACHE ??= compileCache;

const common = {
  // Generous: a busy machine makes a test slow, not wrong.
  testTimeout: 240_000,
  hookTimeout: 240_000,
  // Workers are as many as processors: collectors beside them wait for each other, a twentieth of the processor's time.
  execArgv: ['--single-threaded-gc'],
};

/** Unit tests need nothing; integration tests share one DynamoDB Local; system tests run the local cloud. */
export default defineConfig({
  test: {
    // `npm test` runs what needs no part beside these, in one process: loading everything once costs a fifth less than thrice. Together
    // they are one more than the processors of the smallest machine, for these wait for DynamoDB Local half the time.
    maxWorkers: 3,
    projects: [
      // Pure modules: what one file has loaded serves the next, a third of the processor's time.
      { test: { ...common, name: 'unit', include: ['tests/unit/**/*.test.ts'], isolate: false } },
      // The simulated office: no other part is needed. Long runs: `npm run simulate`.
      { test: { ...common, name: 'simulation', include: ['tests/simulation/*.test.ts'], isolate: false } },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          isolate: false,
          setupFiles: ['tests/setup/anew.ts'],
          globalSetup: ['tests/setup/dynamodb.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'system',
          include: ['tests/system/**/*.test.ts'],
          globalSetup: ['tests/setup/dynamodb.ts', 'tests/setup/iam.ts'],
        },
      },
    ],
  },
});
