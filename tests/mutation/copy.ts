import { globSync, writeFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { copyOfProgram } from '../copy.ts';
import { instrumented, type Mutant } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

/** A copy of the program with all mutants in it, none of them active, until it is disposed of. */
export async function mutatedCopy(): Promise<{ folder: string; mutants: Mutant[] } & Disposable> {
  const names = globSync(['functions/**/*.ts', 'shared/**/*.ts'], { cwd: root }).sort();
  const { files, mutants } = await instrumented(names);
  const copy = copyOfProgram('mutants');
  for (const { name, content } of files) writeFileSync(join(copy.folder, name), content);
  return { ...copy, mutants };
}

/** Whether a file is among globs that are told with commas between them (those within braces are others). */
export const among = (globs: string) => {
  const all = globs.split(/,(?![^{]*\})/);
  return ({ fileName }: Mutant) => all.some((glob) => matchesGlob(fileName, glob));
};
