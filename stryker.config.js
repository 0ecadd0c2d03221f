/**
 * Mutation testing: does some test fail when the code says something else? `npm run mutate -- --mutate shared/time/day.ts`;
 * without a file, all that decides (pure code, by the unit tests). What survives, and why: docs/mutation.md.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: [
    'shared/{money,policy,time}/*.ts',
    'shared/books/{account,entry,steps}.ts',
    'shared/obligations/{codec,engine,item,words}.ts',
    'shared/{access,keys,rotation}.ts',
    'functions/*/rules.ts',
    'functions/audit/{chain,check,heads}.ts',
    'functions/authorizer/{caller,token}.ts',
    'functions/courier/retry.ts',
    'functions/dunning/{account,clock,lateFee,model,step}.ts',
    'functions/bills/steps.ts',
    'functions/fees/{bill,cycle,due,line,schedule,stretch}.ts',
    'functions/notifier/plan.ts',
    'functions/payments/{aging,book,capitals,depositSteps,numbers,undo}.ts',
    'functions/reports/collection.ts',
    'functions/services/life.ts',
    'functions/statements/{line,match}.ts',
    'functions/stream/{contribution,money}.ts',
    'functions/tickets/{life,promises}.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'tests/mutation/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner', './tests/mutation/words.ts'],
  ignorers: ['words'],
  // Stryker would rewrite it by the API of TypeScript 6; nothing that runs reads it.
  tsconfigFile: 'none',
  ignorePatterns: ['/.local', '/cdk.out', '/coverage', '/dist'],
  tempDirName: 'coverage/stryker',
  incremental: true,
  incrementalFile: 'coverage/mutation-verdicts.json',
  concurrency: 2,
  reporters: ['clear-text', 'html', 'json'],
  htmlReporter: { fileName: 'coverage/mutation.html' },
  jsonReporter: { fileName: 'coverage/mutation.json' },
};
