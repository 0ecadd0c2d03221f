import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metafile } from './build.ts';

/*
 * npm run licences: every package that is in a bundle, and then every other one that is installed for development, with version and
 * licence, and how many there are of each.
 */

const root = join(import.meta.dirname, '..');

/** What may go into a bundle: licences that ask for a notice at most. */
export const permissive = /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/;

export interface Package {
  /** From the project's root: `node_modules/jose`. */
  dir: string;
  name: string;
  version: string;
  licence: string;
}

/** A package as it is installed. Where its manifest has no licence, old ones have a list, and others the first line of LICENSE. */
function packageAt(dir: string): Package {
  const { name, version, license, licenses } = JSON.parse(
    readFileSync(join(root, dir, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string; licenses?: { type: string }[] };
  const file = join(root, dir, 'LICENSE');
  const [first = ''] =
    license === undefined && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const licence =
    license ?? licenses?.map(({ type }) => type).join(' OR ') ?? first.replace(/ License$/, '').trim();
  return { dir, name, version, licence };
}

const named = (a: Package, b: Package) => (a.name < b.name ? -1 : 1);

/** Packages of which code is in a bundle that is deployed, as the last build has it. */
export function bundledPackages(): Package[] {
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: object };
  const dirs = Object.keys(inputs).flatMap(
    (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  return [...new Set(dirs)].map(packageAt).sort(named);
}

/** Every package of the lockfile that is installed here: those for other systems are not. */
export function installedPackages(): Package[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { link?: boolean }>;
  };
  return Object.keys(lock.packages)
    .filter((dir) => dir !== '' && existsSync(join(root, dir, 'package.json')))
    .map(packageAt)
    .sort(named);
}

function print(title: string, all: readonly Package[]): void {
  console.log(`# ${title}: ${all.length}`);
  for (const { name, version, licence } of all)
    console.log(`${name} ${version}: ${licence || 'says nothing'}`);
  const sums = Map.groupBy(all, ({ licence }) => licence);
  console.log(`\n${[...sums].map(([licence, of]) => `${of.length} ${licence}`).join(', ')}\n`);
}

if (import.meta.main) {
  const inBundles = bundledPackages();
  const dirs = new Set(inBundles.map(({ dir }) => dir));
  print('In a bundle', inBundles);
  print(
    'For development only',
    installedPackages().filter(({ dir }) => !dirs.has(dir)),
  );
}
