import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * Requests made from the contract, as many as one likes: `npm run fuzz -- --per 1000 [--seed 7] [--only createTicket,getTicket]`. On the table in
 * memory; `--on dynamodb-local` asks the same of Amazon's, some ten times as slowly.
 */

const { values } = parseArgs({
  options: {
    per: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
    on: { type: 'string', default: 'simulated' },
  },
});
if (!/^\d+$/.test(values.per) || !/^\d+$/.test(values.seed)) {
  console.error('--per and --seed are numbers');
  process.exit(2);
}
if (!['simulated', 'dynamodb-local'].includes(values.on)) {
  console.error('--on is simulated or dynamodb-local');
  process.exit(2);
}
console.log(`seed ${values.seed}`);
const root = join(import.meta.dirname, '..', '..');
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--project',
    'integration',
    'tests/integration/contract.test.ts',
    '--reporter',
    'verbose',
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      HUIFANG_PER: values.per,
      HUIFANG_SEED: values.seed,
      HUIFANG_ON: values.on,
      HUIFANG_REPORT: '1',
      ...(values.only !== undefined && { HUIFANG_ONLY: values.only }),
    },
  },
);
process.exit(status ?? 1);
