import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** All that the program and its tests consist of, but for the packages. */
const parts = [
  'functions',
  'infra',
  'local',
  'scripts',
  'shared',
  'tests',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** A copy of the program to spoil, with the packages of this one, until it is disposed of. */
export function copyOfProgram(name: string): { folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
