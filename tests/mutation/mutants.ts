import { readFileSync } from 'node:fs';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import type { Logger } from '@stryker-mutator/api/logging';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { strykerPlugins } from './words.ts';

export interface Mutant {
  id: string;
  fileName: string;
  /** As `--mutate` takes it. */
  place: string;
  mutatorName: string;
  /** What stands there instead, in a line. */
  replacement: string;
}

const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} } as unknown as Logger;

/** These files with all their mutants in them, none of them active, and every mutant that Stryker would make of them. */
export async function instrumented(
  names: readonly string[],
): Promise<{ files: readonly { name: string; content: string }[]; mutants: Mutant[] }> {
  const sources = names.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') }));
  const ignorers = strykerPlugins.map(({ value }) => value as unknown as Ignorer);
  const options = { ignorers, excludedMutations: [], plugins: null, noHeader: false };
  const { files, mutants } = await new Instrumenter(silent).instrument(sources, options);
  return {
    files,
    mutants: mutants
      .filter(({ status }) => status === undefined)
      .map(({ id, fileName, location: { start, end }, mutatorName, replacement }) => ({
        id,
        fileName,
        place: `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`,
        mutatorName,
        replacement: replacement.replaceAll(/\s+/g, ' '),
      })),
  };
}
