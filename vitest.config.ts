import { defineConfig } from 'vitest/config';

/** Unit tests need nothing; integration tests share one DynamoDB Local; system tests share one local cloud. */
export default defineConfig({
  test: {
    include: ['tests/{unit,integration,system}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
