import { type Ratio, ratio, round, times } from '../../shared/money/index.ts';
import type { FieldProblem } from '../../shared/problem.ts';
import { type Day, localDay } from '../../shared/time/index.ts';
import { type Cycle, cycleBefore } from './cycle.ts';
import type { Reading } from './schema.ts';

/** What a meter counted in a cycle, in its own units before any multiplier. */
export interface Consumption {
  quantity: Ratio;
  /** what it showed at both ends, for the bill's words; of a cycle with a meter change, of different meters */
  from: string;
  to: string;
  changed: boolean;
  /** no reading was taken: the average of the last cycles that have one; `value` is what the meter would show */
  estimated?: { cycles: number; value: string };
}

const places = 1000n;

export const thousandths = (value: string): bigint => {
  const [whole = '0', rest = ''] = value.split('.');
  return BigInt(whole) * places + BigInt(rest.padEnd(3, '0'));
};

/** A reading as decimal text, without idle zeros. */
const shown = (value: bigint): string => {
  const rest = String(value % places)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return rest ? `${value / places}.${rest}` : String(value / places);
};

interface Point {
  day: Day;
  /** all it has counted since the first reading, whatever meters were changed */
  sum: bigint;
  value: bigint;
  kind: Reading['kind'];
}

/** Readings, in the order of their days, as one line that meter changes do not break. */
function pointsOf(readings: readonly Reading[]): Point[] {
  const points: Point[] = [];
  for (const { day, value, kind, final } of inOrder(readings)) {
    const before = points.at(-1);
    const upTo = thousandths(kind === 'change' && final !== undefined ? final : value);
    const sum = before ? before.sum + upTo - before.value : 0n;
    points.push({ day, sum, value: thousandths(value), kind });
  }
  return points;
}

export const inOrder = (readings: readonly Reading[]): Reading[] =>
  [...readings].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));

const highest = (points: readonly Point[]): bigint | undefined =>
  points.reduce<bigint | undefined>(
    (high, { sum }) => (high === undefined || sum > high ? sum : high),
    undefined,
  );

/**
 * What a meter counted in a cycle: up to its last reading there, from the last before. A cycle begins where the ones before have
 * been billed to, estimates included: what was estimated too high is taken off what follows, never billed back.
 * Without a reading in the cycle it is estimated from the last three cycles that have one; undefined where there is none to go
 * by. A meter whose first reading is in the cycle has counted nothing until then.
 */
export function consumption(readings: readonly Reading[], cycle: Cycle): Consumption | undefined {
  const points = pointsOf(readings);
  const counted = between(points, cycle);
  if (counted) return counted;
  const last = points.filter(({ day }) => day <= cycle.to).at(-1);
  const start = highest(points.filter(({ day }) => day < cycle.from));
  if (!last || start === undefined) return undefined;
  const known: bigint[] = [];
  let before = cycle;
  for (let i = 0; i < 24 && known.length < 3; i++) {
    before = cycleBefore(before);
    const found = between(
      points.filter(({ kind }) => kind !== 'estimated'),
      before,
    );
    // The first reading of all began a meter: nothing of that cycle is typical.
    if (found && points.some(({ day }) => day < before.from)) known.push(found.quantity.n);
  }
  if (known.length === 0) return undefined;
  // To a hundredth, a half up.
  const sum = known.reduce((a, b) => a + b, 0n);
  const average = round(times(ratio(sum, known.length), ratio(1, 10))) * 10n;
  return {
    quantity: ratio(average, places),
    from: shown(last.value + start - last.sum),
    to: shown(last.value + start + average - last.sum),
    changed: false,
    estimated: { cycles: known.length, value: shown(last.value + start + average - last.sum) },
  };
}

/** What was read to have been counted in a cycle; undefined without a reading in it. */
function between(points: readonly Point[], { from, to }: Cycle): Consumption | undefined {
  const before = points.filter(({ day }) => day < from);
  const within = points.filter(({ day, kind }) => day >= from && day <= to && kind !== 'estimated');
  const last = within.at(-1);
  if (!last) return undefined;
  const start = highest(before) ?? within[0]?.sum ?? 0n;
  const end = highest([...before, ...within]) ?? start;
  const first = before.at(-1) ?? within[0] ?? last;
  return {
    quantity: ratio(end - start, places),
    from: shown(first.value + start - first.sum),
    to: shown(last.value),
    changed: within.some(({ kind }) => kind === 'change'),
  };
}

/** A day after this has not come yet anywhere on earth: it cannot have been read. */
export const latestDay = (now: number): Day => localDay(now, 'Pacific/Kiritimati');

/** What is wrong with a new reading; undefined if nothing (`faultTold` has the words). */
export function readingFault(
  readings: readonly Reading[],
  next: { day: Day; value: string; final?: string | undefined },
): 'backwards' | 'finalBackwards' | 'sameDay' | 'older' | undefined {
  const actual = inOrder(readings).filter(({ kind }) => kind !== 'estimated');
  const last = actual.at(-1);
  if (!last) return undefined;
  if (next.day === last.day) return 'sameDay';
  if (next.day < last.day) return 'older';
  if (next.final !== undefined) {
    return thousandths(next.final) < thousandths(last.value) ? 'finalBackwards' : undefined;
  }
  return thousandths(next.value) < thousandths(last.value) ? 'backwards' : undefined;
}

export type ReadingFault = NonNullable<ReturnType<typeof readingFault>> | 'future';

/** The field, the code, the words in both languages. */
const faultWords: Record<ReadingFault, readonly [string, string, string, string]> = {
  future: ['day', 'future', 'This day has not come yet.', '日期不得晚于今天。'],
  backwards: [
    'value',
    'backwards',
    'A meter does not run backwards; if it was changed, give `final`.',
    '小于上次读数；若已换表，请填写 final。',
  ],
  finalBackwards: [
    'change/final',
    'backwards',
    'The old meter showed more before.',
    '旧表读数小于上次读数。',
  ],
  sameDay: ['day', 'repeated', 'This day has a reading already.', '该日已有读数。'],
  older: ['day', 'older', 'There is a later reading.', '已有更晚的读数。'],
};

/** A fault as it is told; `path` is that of the field in a request for one reading. */
export function faultTold(fault: ReadingFault): FieldProblem {
  const [path, code, en, zh] = faultWords[fault];
  return { path, code, detail: { en: `${en} (FEE-2)`, zh: `${zh}（FEE-2）` } };
}
