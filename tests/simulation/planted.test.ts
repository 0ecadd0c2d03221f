import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planted } from './planted/faults.ts';

const root = join(import.meta.dirname, '../..');

it.each(planted)('there is still a place for the mistake: $name', ({ also = [], ...fault }) => {
  for (const { file, text } of [fault, ...also])
    expect(readFileSync(join(root, file), 'utf8').split(text).length - 1, file).toBe(1);
});
