// Before anything of the service is loaded otherwise: what its functions remember is noted there.
import '../simulation/service/functions.ts';

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { allRoutes } from '../../functions/routes.ts';
import { openapi } from '../../shared/http/openapi.ts';
import { contractLines } from '../contract/approved.ts';
import type { Trace } from '../simulation/life/rig.ts';
import type { Step } from '../simulation/life/stage.ts';
import { type Life, lives } from '../simulation/recorded/lives.ts';
import { hashOf, Page } from '../simulation/recorded/page.ts';
import { Recorder } from '../simulation/recorded/recorder.ts';

/*
 * One process of `npm run mutate:life`, in a copy with all mutants in it: `living.ts MUTANTS VERDICTS STEPS` tries each mutant at the steps
 * on whose way it is, and keeps what each step is like; `living.ts --loading VERDICT STEPS` lives with one that was there from the first
 * module on.
 */

interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}
const stryker: Stryker = Reflect.get(globalThis, '__stryker__') ?? {};

/**
 * How often code asked which mutant is there: at every place that could have one. What asks much more often than it did without
 * goes round for ever, be it elsewhere than at the mutant itself, and is given up.
 */
const asking = { n: 0, most: Number.POSITIVE_INFINITY };
let active = stryker.activeMutant;
Object.defineProperty(stryker, 'activeMutant', {
  get: () => {
    if (++asking.n > asking.most) throw new Error('it goes round for ever');
    return active;
  },
  set: (id: string | undefined) => {
    active = id;
  },
});

/** An error that nobody waits for is one of the step under way. */
let stray: unknown;
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    stray = error;
  });

/** A recorder that can do a step once more from where it began. */
class Repeating extends Recorder {
  n = 0;

  /** Does a step; answers also what is written of it, without the numbers of ids, and how to undo it. */
  async once<T>(step: Step<T>): Promise<{ result?: { value: T; trace: Trace }; text: string; back(): void }> {
    const { rig, now } = this;
    const bucket = rig.bucket.copy();
    this.page = new Page();
    const back = (changes: Trace['changes']) => {
      rig.table.undo(changes);
      rig.bucket = bucket;
      this.now = now;
    };
    try {
      stray = undefined;
      const result = await super.step(step);
      const text = stray ? `strayed ${stray}` : this.page.take().replace(/\b([a-z]{2,3}_)\d+/g, '$1');
      return { result, text, back: () => back(result.trace.changes) };
    } catch (error) {
      const { changes } = rig.trace;
      return { text: `threw ${error}`, back: () => back(changes) };
    }
  }
}

/** Of the mutants that a process tries. */
interface Verdicts {
  alive: Set<string>;
  noticed: Set<string>;
  /** How often, by id; how often at steps of a story that are alike, by id, story and what they have in common. */
  tries: Map<string, number>;
}

/** Does each step again with every mutant on its way that nobody has noticed yet. */
class Trying extends Repeating {
  readonly steps: string[] = [];
  private readonly wanted: ReadonlySet<string>;
  private readonly verdicts: Verdicts;
  private readonly say: (id: string, by: string) => void;

  constructor(wanted: ReadonlySet<string>, verdicts: Verdicts, say: (id: string, by: string) => void) {
    super();
    this.wanted = wanted;
    this.verdicts = verdicts;
    this.say = say;
  }

  override async step<T>(step: Step<T>): Promise<{ value: T; trace: Trace }> {
    if (!this.looking) return super.step(step);
    this.n++;
    const hits = this.hitsFrom();
    asking.n = 0;
    const clean = await this.once(step);
    if (!clean.result) throw new Error(`${step.name}: ${clean.text}`);
    this.steps.push(hashOf(clean.text));
    const most = 10_000 + 100 * asking.n;
    let { back } = clean;
    const { alive, noticed } = this.verdicts;
    const kind = `${step.kind} ${likeOf(clean.result)}`;
    for (const [id, hit] of Object.entries(hits())) {
      if (!this.wanted.has(id) || noticed.has(id) || !this.worth(id, kind)) continue;
      back();
      Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: 1000 + 100 * hit });
      Object.assign(asking, { n: 0, most });
      const tried = await this.once(step);
      asking.most = Number.POSITIVE_INFINITY;
      stryker.activeMutant = undefined;
      back = tried.back;
      if (tried.text === clean.text) {
        alive.add(id);
        continue;
      }
      alive.delete(id);
      noticed.add(id);
      this.say(id, `${step.kind} ${this.n}`);
    }
    back();
    const again = await this.once(step);
    if (!again.result || again.text !== clean.text) {
      throw new Error(`${step.name} is no longer what it was`);
    }
    return again.result;
  }

  /** Whether to try a mutant once more: not for ever at steps of a story that are alike, nor at everything that passes the same door. */
  private worth(id: string, kind: string): boolean {
    const { tries } = this.verdicts;
    // Steps with all that can go wrong with their calls take ten times as long.
    const most = this.troubles ? { all: 20, alike: 1 } : { all: 300, alike: 4 };
    const of = this.troubles ? `${id} troubled` : id;
    const alikeOf = `${of} ${this.name} ${kind}`;
    const [all, alike] = [tries.get(of) ?? 0, tries.get(alikeOf) ?? 0];
    if (all >= most.all || alike >= most.alike) return false;
    tries.set(of, all + 1);
    tries.set(alikeOf, alike + 1);
    return true;
  }

  private hitsFrom(): () => Record<string, number> {
    const coverage = stryker.mutantCoverage;
    if (!coverage) throw new Error('there are no mutants');
    coverage.perTest = {};
    stryker.currentTestId = 'step';
    return () => {
      stryker.currentTestId = 'again';
      return coverage.perTest.step ?? {};
    };
  }
}

/** What steps of a kind that are alike have in common: how they are answered, refusals each in its own words, and what they write. */
function likeOf({ value, trace }: { value: unknown; trace: Trace }): string {
  const { statusCode = 0, body = '' } = (value ?? {}) as { statusCode?: number; body?: string };
  const refused = statusCode >= 400 ? body.replace(/"requestId":"[^"]*"/, '') : '';
  const written = new Set(trace.changes.map(({ before, after }) => (after ?? before)?.et));
  return [statusCode, refused, ...[...written].sort()].join(' ');
}

/** Lives until a step is otherwise than it was. */
class Comparing extends Repeating {
  private readonly steps: readonly string[];

  constructor(steps: readonly string[]) {
    super();
    this.steps = steps;
  }

  override async step<T>(step: Step<T>): Promise<{ value: T; trace: Trace }> {
    const { result, text } = await this.once(step);
    if (!this.looking && result) return result;
    if (!result || hashOf(text) !== this.steps[this.n++]) throw new Error(`${step.kind} ${this.n}`);
    return result;
  }
}

/** The contract, too, is read and found good (tests/unit/openapi/approved.test.ts). */
const contract: Life = {
  pages: {
    contract: async ({ stage }) => {
      const work = async () => contractLines(openapi(allRoutes)).join('\n');
      await stage.step({
        fn: 'meta',
        kind: 'contract',
        name: 'contract',
        work,
        again: 0,
        done,
        answer: String,
      });
    },
  },
};
const done = () => true;

/** Lives all lives. */
async function all<R extends Recorder>(recorderOf: (n: number) => R): Promise<R[]> {
  const lived: R[] = [];
  for (const [n, life] of [contract, ...lives].entries()) {
    const recorder = recorderOf(n);
    for await (const _ of recorder.live(life));
    lived.push(recorder);
  }
  return lived;
}

async function compare(to: string, steps: string[][]): Promise<void> {
  const by = await all((n) => new Comparing(steps[n] ?? [])).then(
    () => 'alive',
    (error: Error) => error.message.split('\n')[0] ?? '',
  );
  writeFileSync(to, by);
}

async function tryAll(wanted: ReadonlySet<string>, to: string, stepsTo: string): Promise<void> {
  const say = (id: string, by: string) => appendFileSync(to, `${JSON.stringify([id, by])}\n`);
  const loading = new Set(Object.keys(stryker.mutantCoverage?.static ?? {}));
  const verdicts: Verdicts = { noticed: new Set(), alive: new Set(), tries: new Map() };
  const lived = await all(() => new Trying(wanted, verdicts, say));
  for (const id of wanted) {
    if (verdicts.noticed.has(id)) continue;
    if (loading.has(id)) say(id, 'loading');
    else if (verdicts.alive.has(id)) say(id, 'alive');
  }
  writeFileSync(stepsTo, JSON.stringify(lived.map(({ steps }) => steps)));
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const [mode = '', ...files] = process.argv.slice(2);
const [first = '', second = ''] = files;
try {
  await (mode === '--loading'
    ? compare(first, read(second))
    : tryAll(new Set<string>(read(mode)), first, second));
} catch (error) {
  console.error(error);
}
process.exit(0);
