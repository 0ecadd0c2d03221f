import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';

// One counterexample kills a mutant; one seed: the same verdict in each run.
fc.configureGlobal({ endOnFailure: true, seed: 20261129 });

interface Stryker {
  activeMutant?: string;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: { static: Record<string, number> };
}
const all = globalThis as { __stryker__?: Stryker };
all.__stryker__ ??= {};
// A loop that a mutant makes endless ends.
Object.assign(all.__stryker__, { hitCount: 0, hitLimit: 200_000 });

afterAll(() => {
  const to = process.env.MUTATION_REACHED;
  if (to === undefined) return;
  const name = `${encodeURIComponent(expect.getState().testPath ?? '')}.json`;
  writeFileSync(join(to, name), JSON.stringify(Object.keys(all.__stryker__?.mutantCoverage?.static ?? {})));
});
