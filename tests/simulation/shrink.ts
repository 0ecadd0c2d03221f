import { check, type Wrong } from './model/check.ts';
import { type Setting, simulate } from './simulate.ts';

/** A failing seed cut down: what is left of what people did and of what went wrong, and what is wrong because of it. */
export interface Story {
  wrong: Wrong;
  actions: string[];
  faults: string[];
  setting: Setting;
  runs: number;
}

/**
 * Leaves out actions and faults while the same check still fails (delta debugging): halves, quarters, one by one. What is left out
 * does not change the chances of the rest, for everything draws by its own name.
 */
export async function shrink(
  setting: Setting,
  { mostRuns = 150, judge = check }: { mostRuns?: number; judge?: typeof check } = {},
): Promise<Story> {
  const first = await simulate(setting);
  const [wrong] = await judge(first);
  if (!wrong) throw new Error('nothing is wrong with this seed');
  let runs = 1;
  const all: Part[] = [
    ...first.actions.map(({ n }): Part => ({ action: n })),
    ...[...new Set(first.cloud.world.faults.struck)].map((fault): Part => ({ fault })),
  ];
  let last = { wrong, run: first };
  const fails = async (kept: readonly Part[]): Promise<boolean> => {
    runs++;
    const run = await simulate({ ...setting, without: without(all, kept) });
    const again = (await judge(run)).find((one) => one.check === wrong.check);
    if (again) last = { wrong: again, run };
    return again !== undefined;
  };
  let kept = all;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && runs < mostRuns; ) {
    let smaller = false;
    for (let from = 0; from < kept.length && runs < mostRuns; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await fails(fewer)) {
        kept = fewer;
        smaller = true;
      } else from += size;
    }
    if (size === 1 && !smaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  const { run } = last;
  const struck = new Set(run.cloud.world.faults.struck);
  return {
    wrong: last.wrong,
    setting: { ...setting, without: without(all, kept) },
    actions: run.actions.map(
      ({ n, at, office, deed }) => `${new Date(at).toISOString()} office${office + 1} ${deed} ${n}`,
    ),
    faults: kept.flatMap((part) => ('fault' in part && struck.has(part.fault) ? [part.fault] : [])),
    runs,
  };
}

type Part = { action: number } | { fault: string };

function without(all: readonly Part[], kept: readonly Part[]): NonNullable<Setting['without']> {
  const left = new Set(kept);
  const out = all.filter((part) => !left.has(part));
  return {
    actions: new Set(out.flatMap((part) => ('action' in part ? [part.action] : []))),
    faults: new Set(out.flatMap((part) => ('fault' in part ? [part.fault] : []))),
  };
}

export const tellStory = ({ wrong, actions, faults, setting, runs }: Story): string =>
  [
    `seed ${setting.seed}, after ${runs} runs: ${wrong.check} in ${wrong.office || 'the service'}`,
    `  ${wrong.text}`,
    `  people did (${actions.length}):`,
    ...actions.map((line) => `    ${line}`),
    `  what went wrong (${faults.length}):`,
    ...faults.map((line) => `    ${line}`),
  ].join('\n');
