import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { events } from '../../../shared/events.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Types of mails that are no events. */
const mails = ['reminder.digest', 'duty.digest', 'duty.endOfDay'];

it('everything that happens in the recorded lives has a name', () => {
  const pages = 'tests/simulation/recorded/pages/';
  const types = readdirSync(new URL(pages, root)).flatMap((page) =>
    [...read(pages + page).matchAll(/\btype: '([a-z]\w+\.[a-z]\w+)'/gi)].map(([, type]) => type as string),
  );
  expect(new Set(types).size).toBeGreaterThan(80);
  expect([...new Set(types)].filter((type) => !events[type] && !mails.includes(type))).toEqual([]);
});

it('docs/events.md is the table', () => {
  const rows = read('docs/events.md').match(/^\| `.*$/gm);
  expect(rows).toEqual(Object.entries(events).map(([type, { en, zh }]) => `| \`${type}\` | ${en} | ${zh} |`));
});
