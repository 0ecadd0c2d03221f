import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { domains } from '../../../functions/routes.ts';
import { metafile } from '../../../scripts/build.ts';

const built = existsSync(metafile);
if (!built) console.warn('sizes of the bundles are not looked at: run "npm run build" first');

test.skipIf(!built)('no bundle of the API is larger than 260 kB: what is read in, a caller waits for', () => {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as {
    outputs: Record<string, { bytes: number }>;
  };
  const sizes = Object.keys(domains).map(
    (name) => [name, outputs[`dist/${name}/index.mjs`]?.bytes ?? 0] as const,
  );
  expect(sizes.filter(([, bytes]) => bytes === 0)).toEqual([]);
  expect(sizes.filter(([, bytes]) => bytes > 260_000)).toEqual([]);
});
