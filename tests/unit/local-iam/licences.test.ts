import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { bundle, sources } from '../../../scripts/build.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const packageOf = (dir: string) =>
  JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')) as {
    license?: string;
    dependencies?: Record<string, string>;
  };

/** What may go into a bundle: licences that ask for a notice at most. */
const permissive = /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/;

/** A package whose manifest says nothing is judged by the first line of its LICENSE file. */
const licenceOf = (dir: string): string => {
  const { license } = packageOf(dir);
  if (license !== undefined) return license;
  const [first = ''] = readFileSync(join(root, dir, 'LICENSE'), 'utf8').split('\n');
  return first.replace(/ License$/, '').trim();
};

test('no bundle carries code under a licence that would bind the service: AGPL tools stay in development', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'huifang-licences-'));
  try {
    const { metafile } = await bundle(sources(), folder);
    const packages = new Set<string>();
    for (const file of Object.keys(metafile.inputs)) {
      const [, found] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      if (found) packages.add(found);
    }
    expect(packages.size).toBeGreaterThan(10);
    expect([...packages].filter((name) => name.includes('@cloud-copilot'))).toEqual([]);
    const bound = [...packages].filter((dir) => !permissive.test(licenceOf(dir)));
    expect(bound).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('only the local cloud and tests speak to iam-simulate, and it is no dependency of the service', () => {
  expect(
    Object.keys(packageOf('.').dependencies ?? {}).filter((name) => name.startsWith('@cloud-copilot')),
  ).toEqual([]);
  const sources = ['functions', 'shared', 'infra', 'scripts', 'local'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const users = sources.filter((file) => readFileSync(file, 'utf8').includes('@cloud-copilot'));
  expect(users.map((file) => relative(root, file))).toEqual(['local/iam/simulate.ts']);
});
