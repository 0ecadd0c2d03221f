import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyOfProgram } from '../../copy.ts';
import { type Planted, planted } from './faults.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Lives of the simulation that a fault has time to show itself in. */
const lives = ['--seeds', '12', '--days', '6', '--per-day', '6', '--until-first', '--no-shrink'];

/**
 * Plants each fault in a copy of the program and asks who notices: the test named with it, or else the simulation. Answers whether all
 * were noticed.
 */
export async function plantAll(only?: string): Promise<boolean> {
  using copy = copyOfProgram('planted');
  const rows: string[] = [];
  let missed = 0;
  const wanted = planted.filter(({ name }) => only === undefined || new RegExp(only).test(name));
  // Whoever complains about the program as it is would notice anything.
  for (const test of new Set(wanted.map((fault) => fault.test))) {
    const { status, stdout } = asked(copy.folder, test);
    if (status !== 0) throw new Error(`${test ?? 'the simulation'} fails with nothing planted:\n${stdout}`);
  }
  for (const fault of wanted) {
    const by = noticed(copy.folder, fault);
    if (!by) missed++;
    console.log(`${by ? 'noticed' : 'MISSED '}  ${fault.name}\n           ${by ?? ''}`);
    rows.push(`| ${fault.name} | \`${fault.file}\` | ${by ?? '**nobody**'} |`);
  }
  mkdirSync(join(root, 'coverage'), { recursive: true });
  const table = ['| planted | in | noticed by |', '|---|---|---|', ...rows].join('\n');
  writeFileSync(join(root, 'coverage/planted-faults.md'), `${table}\n`);
  console.log(`${rows.length - missed} of ${rows.length} planted faults were noticed`);
  return missed === 0;
}

/** Asks a test, or the simulation, what it thinks of the copy. */
const asked = (copy: string, test: string | undefined) =>
  spawnSync(
    process.execPath,
    test
      ? [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--maxWorkers', '1', test]
      : ['tests/simulation/run.ts', ...lives],
    { cwd: copy, encoding: 'utf8' },
  );

/** Who notices a fault, in a few words; undefined if nobody does. */
function noticed(copy: string, { test, also = [], ...edit }: Planted): string | undefined {
  const edits = [edit, ...also];
  const before = new Map<string, string>();
  for (const { file, text, instead } of edits) {
    const whole = readFileSync(join(copy, file), 'utf8');
    if (!before.has(file)) before.set(file, whole);
    if (whole.split(text).length !== 2) throw new Error(`the text stands not once in ${file}: ${text}`);
    writeFileSync(
      join(copy, file),
      whole.replace(text, () => instead),
    );
  }
  try {
    const { status, stdout, stderr } = asked(copy, test);
    if (status === 0) return undefined;
    if (test) return `\`${test}\``;
    const seed = /^seed (\d+) fails/m.exec(stdout)?.[1];
    const [first = stderr.split('\n').find((line) => /Error/.test(line)) ?? ''] =
      /^ {2}\S.*$/m.exec(stdout) ?? [];
    const said = first
      .trim()
      .replace(/\b(\w{3})_[0-9A-Z]{26}/g, '$1')
      .slice(0, 120);
    return seed ? `simulation, seed ${seed}: ${said}` : `simulation, at once: ${said}`;
  } finally {
    for (const [file, whole] of before) writeFileSync(join(copy, file), whole);
  }
}
