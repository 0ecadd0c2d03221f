import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';
import { Dice } from '../simulation/world/random.ts';
import { among, mutatedCopy } from './copy.ts';
import type { Mutant } from './mutants.ts';

/**
 * Draws mutants that nobody noticed in the recorded lives and asks the unit and integration tests (and the lives, where they were not tried): `npm run mutate:sample -- --count 200`,
 * after `npm run mutate:life`. Each meets alone the tests that reach it, the likeliest first, until one fails. A line for each, then how many
 * were noticed. The same seed draws the same of the same code.
 *
 *   --seed N        what is drawn            (1)
 *   --count N       how many                 (200)
 *   --of KINDS      of which left by the lives, by commas: alive, unreached, loading  (all three)
 *   --mutate GLOBS  of which files           (functions/**,shared/**)
 *   --without GLOBS of which files not
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    of: { type: 'string', default: 'alive,unreached,loading' },
    mutate: { type: 'string', default: 'functions/**,shared/**' },
    without: { type: 'string', default: '' },
  },
});

type Left = Mutant & { by: string };

const root = join(import.meta.dirname, '..', '..');
const kinds = values.of.split(',');
const left = (JSON.parse(readFileSync(join(root, 'coverage/mutation-life.json'), 'utf8')) as Left[])
  .filter(({ by }) => kinds.includes(by))
  .filter(among(values.mutate))
  .filter((mutant) => !among(values.without)(mutant));

using copy = await mutatedCopy();
const reached = join(copy.folder, 'reached');
mkdirSync(reached);
process.env.MUTATION_REACHED = reached;
process.chdir(copy.folder);
const ids = new Map(
  copy.mutants.map(({ place, mutatorName, replacement, id }) => [
    [place, mutatorName, replacement].join(),
    id,
  ]),
);

const vitest = await createVitest('test', {
  root: copy.folder,
  config: join(copy.folder, 'tests/mutation/sample.config.ts'),
  watch: false,
  reporters: [{}],
});
try {
  const every = await vitest.globTestSpecifications();
  console.error(`${every.length} files of tests, to see what they reach`);
  const { testModules } = await vitest.runTestSpecifications(every);
  // A few need more of the project than is in the copy.
  const failing = new Set(testModules.filter((one) => !one.ok()).map(({ moduleId }) => moduleId));
  for (const name of failing)
    console.error(`fails with no mutant, is not asked: ${name.slice(copy.folder.length)}`);
  const all = every.filter(({ moduleId }) => !failing.has(moduleId));
  // By file of tests, the mutants on its way.
  const reach = new Map(
    readdirSync(reached).map((name) => [
      decodeURIComponent(basename(name, '.json')),
      new Set(JSON.parse(readFileSync(join(reached, name), 'utf8')) as string[]),
    ]),
  );
  delete process.env.MUTATION_REACHED;
  const counts = new Map<string, number>();
  const noticed = new Map<string, typeof all>();
  for (const mutant of drawn(left, Number(values.count))) {
    const { place, mutatorName, replacement, by } = mutant;
    const id = ids.get([place, mutatorName, replacement].join());
    if (id === undefined) throw new Error(`${place} is another since the lives were tried`);
    const tests = all
      .filter(({ moduleId }) => reach.get(moduleId)?.has(id) && (by === 'loading' || !isLives(moduleId)))
      .sort((a, b) => likely(mutant, b.moduleId) - likely(mutant, a.moduleId));
    const verdict = tests.length === 0 ? 'unreached' : await asked(id, tests);
    // Whoever complains about the program as it is would notice anything.
    if (verdict === 'noticed' && noticed.size < 3) noticed.set(id, tests);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    console.log([place, by, verdict, mutatorName, replacement].join('\t'));
  }
  for (const tests of noticed.values())
    if ((await asked('none', tests)) !== 'alive') throw new Error('tests fail with no mutant');
  console.error(`of ${left.length} left: ${[...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')}`);
} finally {
  await vitest.close();
}

/** Whether one of the tests fails with a mutant. */
async function asked(
  id: string,
  tests: Awaited<ReturnType<typeof vitest.globTestSpecifications>>,
): Promise<string> {
  process.env.__STRYKER_ACTIVE_MUTANT__ = id;
  try {
    for (const test of tests) {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications([test]);
      // Those of runs before are told, too.
      const own = testModules.filter(({ moduleId }) => moduleId === test.moduleId);
      if (unhandledErrors.length > 0 || own.some((one) => !one.ok())) return 'noticed';
    }
    return 'alive';
  } finally {
    delete process.env.__STRYKER_ACTIVE_MUTANT__;
  }
}

function isLives(test: string): boolean {
  return test.includes('/tests/simulation/');
}

/** How likely a file of tests is about what a mutant is in: by the names of both. */
function likely({ fileName }: Mutant, test: string): number {
  const words = fileName.split(/\W+|(?=[A-Z])/).map((word) => word.toLowerCase());
  // The lives take longest.
  if (isLives(test)) return 0;
  const unit = test.includes('/tests/unit/') ? 1.5 : 1;
  return unit * (1 + words.filter((word) => word.length > 2 && test.toLowerCase().includes(word)).length);
}

/** So many of them, each as likely as any other; the first of three hundred are what a smaller count draws. */
function drawn<T>(from: readonly T[], count: number): T[] {
  const dice = new Dice(Number(values.seed), 'mutants');
  const rest = [...from];
  return Array.from({ length: Math.min(count, rest.length) }, () => {
    const [one] = rest.splice(dice.between(0, rest.length - 1), 1);
    return one as T;
  });
}
