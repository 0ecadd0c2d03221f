import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { among, mutatedCopy } from './copy.ts';
import type { Mutant } from './mutants.ts';

/**
 * Tries mutants on the life of an office as it is recorded (tests/simulation/recorded): `npm run mutate:life -- --mutate 'functions/tickets/*.ts'`.
 *
 * Each step of the life is done again from the same state for each mutant on its way, and a mutant is noticed when the step is written down
 * otherwise. What a module decides while it is loaded takes a life from the beginning, in a process of its own: with `--loading`. Answers
 * `coverage/mutation-life.json`, and in lines what nobody noticed, by file.
 *
 *   --mutate GLOBS  of which files, by commas      (functions/**,shared/**)
 *   --loading       also what is decided while modules are loaded
 *   --workers N     processes                      (2)
 */
const { values } = parseArgs({
  options: {
    mutate: { type: 'string', default: 'functions/**,shared/**' },
    loading: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
  },
});

const root = join(import.meta.dirname, '..', '..');

using copy = await mutatedCopy();
const steps = join(copy.folder, 'steps.json');
const wanted = copy.mutants.filter(among(values.mutate));
// Who waits for what never comes waits for a shorter time.
const world = join(copy.folder, 'tests/simulation/world/world.ts');
writeFileSync(world, readFileSync(world, 'utf8').replace('20_000', '400'));
tell(await tried(wanted));

/** What became of each mutant. */
async function tried(all: readonly Mutant[]): Promise<Map<string, string>> {
  const workers = Number(values.workers);
  const parts = Array.from({ length: workers }, (_, n) => all.filter((_, i) => i % workers === n));
  const verdicts = new Map<string, string>();
  await Promise.all(
    parts.map(async (part, n) => {
      const list = join(copy.folder, `mutants-${n}.json`);
      writeFileSync(list, JSON.stringify(part.map(({ id }) => id)));
      const out = join(copy.folder, `verdicts-${n}.jsonl`);
      await run([list, out, steps]);
      for (const line of readFileSync(out, 'utf8').trim().split('\n')) {
        const [id, by] = JSON.parse(line) as [string, string];
        verdicts.set(id, by);
      }
    }),
  );
  if (!values.loading) return verdicts;
  const left = all.filter(({ id }) => verdicts.get(id) === 'loading');
  console.error(`${left.length} are decided while modules are loaded`);
  const next = left.values();
  await Promise.all(
    parts.map(async () => {
      for (const { id } of next) {
        const out = join(copy.folder, `verdict-${id}.jsonl`);
        await run(['--loading', out, steps], id);
        verdicts.set(id, existsSync(out) ? readFileSync(out, 'utf8') : 'not loadable');
      }
    }),
  );
  return verdicts;
}

function run(args: string[], mutant?: string): Promise<void> {
  const program = join(copy.folder, 'tests/mutation/living.ts');
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: join(copy.folder, 'compiled'),
    ...(mutant !== undefined && { __STRYKER_ACTIVE_MUTANT__: mutant }),
  };
  const stderr = mutant === undefined ? 'inherit' : 'ignore';
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      env,
      stdio: ['ignore', 'ignore', stderr],
      timeout: 60_000 * (mutant ? 1 : 60),
    });
    child.on('close', () => resolve());
  });
}

function tell(verdicts: ReadonlyMap<string, string>): void {
  const rows = wanted.map((mutant) => ({ ...mutant, by: verdicts.get(mutant.id) ?? 'unreached' }));
  const file = join(root, 'coverage/mutation-life.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(rows));
  const count = (by: string) => rows.filter((row) => row.by === by).length;
  for (const { place, mutatorName, replacement, by } of rows)
    if (['alive', 'unreached', 'loading'].includes(by))
      console.log([place, by, mutatorName, replacement].join('\t'));
  const open = count('alive') + count('unreached') + count('loading');
  console.error(
    `${rows.length - open} of ${rows.length} noticed; ${count('alive')} not, ${count('unreached')} not on the way, ${count('loading')} not tried`,
  );
}
