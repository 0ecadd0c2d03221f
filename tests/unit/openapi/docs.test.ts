import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allRoutes } from '../../../functions/routes.ts';

/** What the texts for people name is there: routes, and commands of the package. */

const root = join(import.meta.dirname, '../../..');
const texts = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };

/** A path with a hole for each parameter, whether it is named, or filled by a variable of the shell. */
const holes = (path: string) => path.replace(/\{\w+\}|\$\w+/g, '{}').replace(/[./…]+$/, '');
const paths = new Set(allRoutes.map(({ path }) => holes(path)));
const routes = new Set(allRoutes.map(({ method, path }) => `${method} ${holes(path)}`));

describe.each(texts)('%s', (name) => {
  const text = readFileSync(join(root, name), 'utf8');

  it('names only routes that there are', () => {
    const named = [
      ...text.matchAll(/(?:(GET|POST|PUT|PATCH|DELETE)\s+)?(\/(?:operator\/)?v1\/[\w/{}$.…-]+)/g),
    ].map(([whole, method, path = '']) => ({ whole, method, path: holes(path) }));
    const absent = named.filter(({ method, path }) =>
      method === undefined ? !paths.has(path) : !routes.has(`${method} ${path}`),
    );
    expect(absent.map(({ whole }) => whole)).toEqual([]);
  });

  it('names only commands that there are', () => {
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});
