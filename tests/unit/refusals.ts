import { expect } from 'vitest';
import { type FieldProblem, Refusal } from '../../shared/problem.ts';
import type { Text } from '../../shared/text.ts';

/** Whoever reads English and whoever reads Chinese is told a whole sentence. */
export function expectBoth({ en, zh }: Text): void {
  expect(en).toMatch(/^[A-Z0-9].* .*\.$/s);
  expect(zh).toMatch(/[一-鿿].*。$/s);
}

/** Problems as `path code`; what they say is there in both languages. */
export const codesOf = (problems: readonly FieldProblem[]): string[] =>
  problems.map(({ path, code, detail }) => {
    expectBoth(detail);
    return `${path} ${code}`;
  });

/** What the work is refused with; what it says is there in both languages. */
export function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.options.detail) expectBoth(error.options.detail);
    codesOf(error.options.errors ?? []);
    return error;
  }
  throw new Error('nothing was refused');
}
