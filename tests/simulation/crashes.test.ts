import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/*
 * A process of its own: where functions die is told by the lines of their sources, which are other ones when vitest has transformed them.
 */
// As many deaths as every line needs; more of them: `npm run simulate -- --crashes`. A busy machine takes its time.
const timeout = 900_000;

it('wherever a function dies, asked again it comes to the same end; and it has died at every line that waits', {
  timeout,
}, () => {
  const run = fileURLToPath(new URL('run.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, '--crashes', '--at', 'lines'], {
    encoding: 'utf8',
  });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
});
