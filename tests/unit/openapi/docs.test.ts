import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { domains } from '../../../functions/routes.ts';

const root = join(import.meta.dirname, '../../..');
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'README.zh-CN.md', ...docs.map((name) => `docs/${name}`)];

/** A route as it is named in running text: `GET /v1/tickets/{id}`, in a command `GET /v1/tickets/$ID`, whatever its parameters are called. */
const named = /\b(GET|POST|PUT|PATCH|DELETE) (\/(?:operator\/)?v1\/[\w{}$/-]+)/g;
const shape = (method: string, path: string) => `${method} ${path.replaceAll(/\{\w+\}|\$\w+/g, '{}')}`;
const served = new Set(
  Object.values(domains)
    .flat()
    .map(({ method, path }) => shape(method, path)),
);

it('every route that a page names is served', () => {
  const found = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(named)].map(
      ([, method = '', path = '']) => [page, shape(method, path)] as const,
    ),
  );
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter(([, route]) => !served.has(route))).toEqual([]);
});
