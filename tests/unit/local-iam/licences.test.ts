import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { metafile } from '../../../scripts/build.ts';
import { bundledPackages, installedPackages, permissive } from '../../../scripts/licences.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const built = existsSync(metafile);
if (!built) console.warn('licences of the bundles are not looked at: run "npm run build" first');

test.skipIf(!built)('no bundle carries code under a licence that would bind the service', () => {
  const packages = bundledPackages();
  expect(packages.length).toBeGreaterThan(10);
  expect(packages.filter(({ name }) => name.includes('@cloud-copilot'))).toEqual([]);
  expect(packages.filter(({ licence }) => !permissive.test(licence))).toEqual([]);
});

test('every package that is installed says what its licence is, and those that bind are three tools of development', () => {
  const all = installedPackages();
  expect(all.length).toBeGreaterThan(300);
  expect(all.filter(({ licence }) => licence === '')).toEqual([]);
  const binding = all.filter(({ licence }) => /\b[AL]?GPL/.test(licence) && !/\bMIT OR\b/.test(licence));
  expect(binding.map(({ name }) => name)).toEqual(
    ['policy', 'simulate', 'utils'].map((part) => `@cloud-copilot/iam-${part}`),
  );
});

test('only the local cloud and tests speak to iam-simulate, and it is no dependency of the service', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
  expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith('@cloud-copilot'))).toEqual([]);
  const sources = ['functions', 'shared', 'infra', 'scripts', 'local'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const users = sources.filter((file) => readFileSync(file, 'utf8').includes('@cloud-copilot'));
  expect(users.map((file) => relative(root, file))).toEqual(['local/iam/simulate.ts']);
});
