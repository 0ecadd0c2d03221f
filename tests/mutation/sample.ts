import { globSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { parseArgs } from 'node:util';
import { instrumented } from './mutants.ts';

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
const { mutants } = await instrumented(names);
for (const { place, mutatorName, replacement } of drawn(
  mutants,
  Number(values.count),
  chance(Number(values.seed)),
))
  console.log([place, mutatorName, replacement].join('\t'));
console.error(`${values.count} of ${mutants.length} mutants in ${names.length} files`);
