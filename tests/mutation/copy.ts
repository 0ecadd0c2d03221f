import { cpSync, globSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { instrumented, type Mutant } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

/** A copy of the program with all mutants in it, none of them active, until it is disposed of. */
export async function mutatedCopy(): Promise<{ folder: string; mutants: Mutant[] } & Disposable> {
  const names = globSync(['functions/**/*.ts', 'shared/**/*.ts'], { cwd: root }).sort();
  const { files, mutants } = await instrumented(names);
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const parts = [
    'functions',
    'infra',
    'local',
    'scripts',
    'shared',
    'tests',
    'package.json',
    'tsconfig.json',
  ];
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { name, content } of files) writeFileSync(join(folder, name), content);
  return { folder, mutants, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Whether a file is among globs that are told with commas between them (those within braces are others). */
export const among = (globs: string) => {
  const all = globs.split(/,(?![^{]*\})/);
  return ({ fileName }: Mutant) => all.some((glob) => matchesGlob(fileName, glob));
};
