import { defineConfig } from 'vitest/config';

const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

/** Unit tests need nothing; integration tests share one DynamoDB Local; system tests run the local cloud. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...limits, name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
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
          hookTimeout: 120_000,
          globalSetup: ['tests/setup/iam.ts'],
        },
      },
    ],
  },
});
