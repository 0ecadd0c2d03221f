import { byOf, type Dimension, goalsName, partsOfSame } from '../../shared/counters.ts';
import type { Text } from '../../shared/text.ts';
import type { Day } from '../../shared/time/index.ts';
import { contactKinds, kinds } from '../tickets/life.ts';
import { collectionOf, type FeeFigures } from './collection.ts';
import type { Analysis, Goal } from './schema.ts';

/** Counters of a month: item -> figures. */
export type Figures = ReadonlyMap<string, Record<string, number>>;

/** What can have to be done again (TICKET-11, CALLBACK-7). */
const redoable = ['complaint', 'repair', 'service'];

/** Longest list of an analysis. */
const longest = 50;

/**
 * The goals of a month (GOAL-1..6). `today` is the day it is counted on: what is not resolved counts as not handled in time once
 * its day is over, and does not count as long as it has time. See `contributionOf` for the months things are counted in.
 */
export function goalsOf(figures: Figures, month: string, today: Day, fees: FeeFigures = new Map()): Goal[] {
  const of = figures.get(goalsName(month)) ?? {};
  const sum = (...names: string[]) => names.reduce((total, name) => total + (of[name] ?? 0), 0);
  const each = (name: string, among: readonly string[] = kinds) =>
    sum(...among.map((kind) => `${kind}:${name}`));
  const inTime = (kind: string): [number, number] => {
    const handled = sum(`${kind}:inTime`);
    return [handled, handled + sum(`${kind}:late`) + overdue(of, kind, month, today)];
  };
  return [
    goal('GOAL-1', 'Complaints handled in time', '投诉处理及时率', inTime('complaint'), 1, 'atLeast'),
    goal('GOAL-2', 'Repairs handled in time', '报修处理及时率', inTime('repair'), 1, 'atLeast'),
    goal(
      'GOAL-3',
      'Repairs called back',
      '报修回访率',
      [sum('repair:calledBack'), sum('repair:resolved')],
      0.85,
      'atLeast',
    ),
    goal(
      'GOAL-4',
      'Rework of complaints, repairs and paid services',
      '返工返修率',
      [each('redone', redoable), each('resolved', redoable)],
      0.01,
      'atMost',
    ),
    goal('GOAL-5', 'Satisfied customers', '顾客满意率', [each('satisfied'), each('reached')], 0.9, 'atLeast'),
    feesGoal(fees, month),
  ];
}

/** GOAL-6: of what became due this year, by the month's end. Prior years are in the collection report. */
function feesGoal(fees: FeeFigures, month: string): Goal {
  const { collected, due } = collectionOf(fees, month).current;
  return {
    ...goal('GOAL-6', 'Fees collected', '费用收缴率', [collected, due], 0.92, 'atLeast'),
    note:
      fees.size === 0
        ? { en: 'No fees are kept here yet.', zh: '尚未启用收费管理。' }
        : { en: 'In fen, of what became due this year.', zh: '单位：分；本年度应收。' },
  };
}

/** Deadlines of the month that passed with nothing done. */
function overdue(of: Record<string, number>, kind: string, month: string, today: Day): number {
  const prefix = `${kind}:open:`;
  return Object.entries(of)
    .filter(([name]) => name.startsWith(prefix) && `${month}-${name.slice(prefix.length)}` < today)
    .reduce((total, [, n]) => total + n, 0);
}

function goal(
  id: Goal['id'],
  en: string,
  zh: string,
  [numerator, denominator]: [number, number],
  limit: number,
  bound: Goal['bound'],
): Goal {
  const share = denominator > 0 ? numerator / denominator : null;
  return {
    id,
    title: { en, zh } satisfies Text,
    numerator,
    denominator,
    value: share === null ? null : Math.round(share * 10_000) / 10_000,
    goal: limit,
    bound,
    // Held against the exact share: 0.98996 is not 99 %.
    met: share === null ? null : bound === 'atLeast' ? share >= limit : share <= limit,
  };
}

/** What the tickets of a month were about (TICKET-14). */
export function analysisOf(figures: Figures): Analysis {
  const tallies: Record<Dimension, Tally[]> = { category: [], place: [], cause: [], unit: [], same: [] };
  for (const [item, of] of figures) {
    const by = byOf(item);
    if (!by) continue;
    const counts = countsOf(of);
    // Moved to another ticket or month, a figure may be left at zero.
    if (counts.total > 0) tallies[by.dimension]?.push({ value: by.value, ...counts });
  }
  const { same, ...listed } = tallies;
  const repeated = same
    .filter(({ complaint, repair }) => complaint + repair > 1)
    .map(({ value, ...counts }) => ({ ...partsOfSame(value), ...counts }));
  return {
    category: most(listed.category),
    place: most(listed.place),
    cause: most(listed.cause),
    unit: most(listed.unit),
    repeated: most(repeated),
  };
}

type Counts = Omit<Analysis['category'][number], 'value'>;
type Tally = Analysis['category'][number];

function countsOf(of: Record<string, number>): Counts {
  const counts = Object.fromEntries(contactKinds.map((kind) => [kind, of[kind] ?? 0])) as Omit<
    Counts,
    'total'
  >;
  return { total: Object.values(counts).reduce((a, b) => a + b, 0), ...counts };
}

const most = <T extends { total: number }>(list: T[]): T[] =>
  list.sort((a, b) => b.total - a.total).slice(0, longest);
