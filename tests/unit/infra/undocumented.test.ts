import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { undocumented } from '../../../scripts/undocumented.ts';

const said = /\bsummary:\s*'|\brefuses:\s*\[|\bexample:\s*\{|globalRegistry/;
const sources = globSync('{functions,shared}/**/*.ts').map(
  (file) => [file, readFileSync(file, 'utf8')] as const,
);
const documented = sources.filter(([, source]) => said.test(source));

it('nothing that only the document says is left in a bundle, and all else is', () => {
  expect(documented.length).toBeGreaterThan(40);
  for (const [file, source] of documented) {
    const rest = undocumented(source);
    expect(rest, file).not.toMatch(said);
    expect(rest.split('\n').length, file).toBe(source.split('\n').length);
  }
  const others = sources.filter((one) => !documented.includes(one));
  for (const [file, source] of others) expect(undocumented(source), file).toBe(source);
});

it('takes out of a route and of a field just that', () => {
  const route = `route({
  id: 'x',
  summary:
    'What it is for: {it\\'s} said',
  needs: 'tickets:read',
  refuses: ['wrong-state', 'conflict'],
  example: { due: { kind: 'day', of: { n: 1 } } },
  query: z.string().register(z.globalRegistry, {
    description: \`From 1 to \${max}\`,
  }),
  handle,
})`;
  expect(undocumented(route).replaceAll(/\s+/g, ' ')).toBe(
    "route({ id: 'x', needs: 'tickets:read', query: z.string() , handle, })",
  );
});
