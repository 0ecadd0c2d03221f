import { globSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { parseArgs } from 'node:util';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import type { Logger } from '@stryker-mutator/api/logging';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { strykerPlugins } from './words.ts';

/**
 * Draws mutants at random, for a score where trying all of them takes days: `node tests/mutation/sample.ts --seed 1 --count 300`.
 *
 * From `functions/` and `shared/` without the list in stryker.config.js, or without what `--without` names (globs, by commas). One line
 * for each: its place as `--mutate` takes it, what is changed, what stands there instead. The same seed draws the same of the same code, and
 * the first of three hundred are what a smaller count draws. At a place Stryker makes every mutant that lies within: count the drawn one.
 */
const config = (await import(join(import.meta.dirname, '..', '..', 'stryker.config.js'))) as {
  default: { mutate: string[] };
};
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '300' },
    without: { type: 'string', default: config.default.mutate.join(',') },
  },
});

/** Commas between globs, not those within braces. */
const without = (values.without ?? '').split(/,(?![^{]*\})/);

const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} } as unknown as Logger;

/** Every mutant that Stryker would make of these files. */
async function mutantsOf(names: readonly string[]) {
  const files = names.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') }));
  const ignorers = strykerPlugins.map(({ value }) => value as unknown as Ignorer);
  const options = { ignorers, excludedMutations: [], plugins: null, noHeader: false };
  const { mutants } = await new Instrumenter(silent).instrument(files, options);
  return mutants.filter(({ status }) => status === undefined);
}

/** Mulberry32: fractions that are the same for a seed on every machine. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of them, each as likely as any other. */
function drawn<T>(from: readonly T[], count: number, next: () => number): T[] {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, (_, i) => {
    const j = i + Math.floor(next() * (left.length - i));
    const one = left[j] as T;
    left[j] = left[i] as T;
    return one;
  });
}

const names = globSync(['functions/**/*.ts', 'shared/**/*.ts'])
  .filter((name) => !without.some((glob) => matchesGlob(name, glob)))
  .sort();
const all = await mutantsOf(names);
for (const { fileName, location, mutatorName, replacement } of drawn(
  all,
  Number(values.count),
  chance(Number(values.seed)),
)) {
  const { start, end } = location;
  const place = `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
  console.log([place, mutatorName, replacement.replaceAll(/\s+/g, ' ')].join('\t'));
}
console.error(`${values.count} of ${all.length} mutants in ${names.length} files`);
