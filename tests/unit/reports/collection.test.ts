import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrearsOf,
  collectionOf,
  effectOf,
  monthsUpTo,
  shownPart,
} from '../../../functions/reports/collection.ts';
import { goalsOf } from '../../../functions/reports/rules.ts';
import { moneyOf } from '../../../functions/stream/money.ts';
import type { Entry, EntryKind } from '../../../shared/books/index.ts';
import { figureOf, monthOfName } from '../../../shared/counters.ts';

const zone = 'Asia/Shanghai';
const entry = (kind: EntryKind, amount: number, billId: string, day: string): Entry => ({
  id: `${billId}.${day}`,
  kind,
  amount,
  billId,
  at: `${day}T02:00:00.000Z`,
  propertyId: 'p',
  unitId: 'u',
  payerId: 'c',
});
const due = new Map([
  ['old', '2025-11-10'],
  ['march', '2026-03-10'],
  ['april', '2026-04-10'],
  ['december', '2026-12-10'],
]);

/** Entries as the counters have them. */
function figuresFrom(entries: readonly Entry[], dueDay: ReadonlyMap<string, string> = due) {
  const months = new Map<string, Record<string, number>>();
  for (const [name, n] of Object.entries(moneyOf(entries, { dueDay, told: [], zone }))) {
    const { item, attribute } = figureOf(name);
    const month = monthOfName(item);
    months.set(month, { ...months.get(month), [attribute]: n });
  }
  return months;
}

describe('the collection rate (GOAL-6)', () => {
  const figures = figuresFrom([
    entry('charge', 1000, 'old', '2025-11-01'),
    entry('allocation', 400, 'old', '2025-12-20'),
    entry('charge', 2000, 'march', '2026-02-20'),
    entry('allocation', 500, 'march', '2026-02-25'),
    entry('allocation', 300, 'old', '2026-03-05'),
    entry('waiver', 100, 'old', '2026-03-06'),
    entry('charge', 3000, 'april', '2026-04-01'),
    entry('allocation', 3000, 'april', '2026-04-02'),
    entry('release', 1000, 'april', '2026-05-02'),
    entry('charge', 9000, 'december', '2026-04-03'),
    entry('creditUsed', 9000, 'december', '2026-04-03'),
  ]);

  it('counts this year\u2019s bills by their due month, whenever they were paid', () => {
    expect(collectionOf(figures, '2026-03').current).toEqual({ collected: 500, due: 2000 });
    expect(collectionOf(figures, '2026-04').current).toEqual({ collected: 3500, due: 5000 });
    expect(collectionOf(figures, '2026-05').current).toEqual({ collected: 2500, due: 5000 });
  });

  it('counts earlier years by what was open of them when the year began', () => {
    expect(collectionOf(figures, '2026-02').prior).toEqual({ collected: 0, due: 600 });
    expect(collectionOf(figures, '2026-03').prior).toEqual({ collected: 300, due: 500 });
  });

  it('shows arrears as they were at the end of each month', () => {
    expect(
      ['2025-11', '2025-12', '2026-03', '2026-04', '2026-05'].map((one) => arrearsOf(figures, one)),
    ).toEqual([1000, 600, 1700, 1700, 2700]);
    expect(monthsUpTo('2026-03', 4)).toEqual(['2025-12', '2026-01', '2026-02', '2026-03']);
  });

  it('is the sixth goal', () => {
    const goal = goalsOf(new Map(), '2026-04', '2026-05-01', figures).find(({ id }) => id === 'GOAL-6');
    expect(goal).toMatchObject({ numerator: 3500, denominator: 5000, value: 0.7, met: false });
  });

  it('of any entries is what the bills say, one by one', () => {
    const bills = fc.array(
      fc.record({ amount: fc.integer({ min: 1, max: 1_000_000 }), due: fc.integer({ min: 0, max: 23 }) }),
      { minLength: 1, maxLength: 8 },
    );
    const moves = fc.array(
      fc.record({
        bill: fc.nat(),
        kind: fc.constantFrom<EntryKind>('allocation', 'waiver', 'lateFee', 'release'),
        part: fc.integer({ min: 1, max: 100 }),
        month: fc.integer({ min: 0, max: 23 }),
      }),
      { maxLength: 30 },
    );
    const monthOf = (n: number) => `${2025 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`;
    const day = (n: number) => `${monthOf(n)}-10`;
    fc.assert(
      fc.property(bills, moves, fc.integer({ min: 0, max: 23 }), (issued, moved, asked) => {
        const dueDay = new Map(issued.map(({ due }, i) => [`b${i}`, day(due)]));
        const open = issued.map(({ amount }) => amount);
        const entries = issued.map(({ amount, due }, i) =>
          entry('charge', amount, `b${i}`, day(Math.max(0, due - 1))),
        );
        const done: { due: number; month: number; paid: number; less: number }[] = [];
        for (const { bill, kind, part, month } of [...moved].sort((a, b) => a.month - b.month)) {
          const i = bill % issued.length;
          const n = Math.ceil(((open[i] ?? 0) * part) / 100) || 1;
          const sign = kind === 'allocation' || kind === 'waiver' ? -1 : 1;
          if ((open[i] ?? 0) + sign * n < 0) continue;
          open[i] = (open[i] ?? 0) + sign * n;
          entries.push(entry(kind, n, `b${i}`, day(month)));
          const money = kind === 'allocation' || kind === 'release';
          const of = { due: issued[i]?.due as number, month };
          done.push({ ...of, paid: money ? -sign * n : 0, less: money ? 0 : -sign * n });
        }
        const all = figuresFrom(entries, dueDay);
        expect(arrearsOf(all, '2026-12')).toBe(open.reduce((a, b) => a + b, 0));

        const january = asked < 12 ? 0 : 12;
        const charged = (fits: (due: number) => boolean) =>
          issued.reduce((sum, { amount, due }) => sum + (fits(due) ? amount : 0), 0);
        const movedOf = (what: 'paid' | 'less', fits: (due: number) => boolean, from: number, to: number) =>
          done.reduce(
            (sum, one) => sum + (fits(one.due) && from <= one.month && one.month <= to ? one[what] : 0),
            0,
          );
        const recent = (due: number) => january <= due && due <= asked;
        const old = (due: number) => due < january;
        expect(collectionOf(all, monthOf(asked))).toEqual({
          current: {
            collected: movedOf('paid', recent, 0, asked),
            due: charged(recent) - movedOf('less', recent, 0, asked),
          },
          prior: {
            collected: movedOf('paid', old, january, asked),
            due: charged(old) - movedOf('paid', old, 0, january - 1) - movedOf('less', old, 0, asked),
          },
        });
      }),
    );
  });

  it.each([
    [
      { collected: 1, due: 3 },
      { collected: '0.01', due: '0.03', share: 0.3333 },
    ],
    [
      { collected: 12345, due: 12345 },
      { collected: '123.45', due: '123.45', share: 1 },
    ],
    // Where nothing is due there is no share of it, whatever was taken back or paid ahead.
    [
      { collected: 0, due: 0 },
      { collected: '0.00', due: '0.00', share: null },
    ],
    [
      { collected: 500, due: 0 },
      { collected: '5.00', due: '0.00', share: null },
    ],
    [
      { collected: 500, due: -500 },
      { collected: '5.00', due: '-5.00', share: null },
    ],
  ])('is shown of %j as %j', (part, shown) => {
    expect(shownPart(part)).toEqual(shown);
  });

  it('has a trend of twelve months up to the report\u2019s', () => {
    expect(monthsUpTo('2026-03')).toEqual([
      '2025-04',
      '2025-05',
      '2025-06',
      '2025-07',
      '2025-08',
      '2025-09',
      '2025-10',
      '2025-11',
      '2025-12',
      '2026-01',
      '2026-02',
      '2026-03',
    ]);
  });
});

describe('what dunning brings in', () => {
  const told = (n: number, step: string, at: string) => ({
    n,
    step,
    at: `${at}T00:30:00.000Z`,
    bills: [{ id: 'march' }],
    total: 2000,
  });
  const messages = [told(1, 'reminder', '2026-03-11'), told(2, 'second', '2026-03-17')] as never[];
  const effect = (day: string, billId = 'march') =>
    moneyOf([entry('allocation', 700, billId, day)], { dueDay: due, told: messages, zone });

  it('counts for the last message about the bill, for seven days', () => {
    expect(effect('2026-03-12')).toHaveProperty(['dunning#2026-03|reminder:in7'], 700);
    expect(effect('2026-03-17')).toHaveProperty(['dunning#2026-03|second:in7'], 700);
    expect(Object.keys(effect('2026-03-25'))).toEqual(['fees#2026-03|in:2026-03']);
    expect(Object.keys(effect('2026-03-12', 'april'))).toEqual(['fees#2026-03|in:2026-04']);
    expect(Object.keys(effect('2026-03-10'))).toEqual(['fees#2026-03|in:2026-03']);
  });

  it('is shown by step, of those that were told or brought something in', () => {
    const figures = {
      v: 7,
      'visit:told': 1,
      'visit:asked': 900,
      'reminder:told': 2,
      'reminder:asked': 4000,
      'reminder:in7': 1000,
      'letter:in7': 250,
      'second:told': 0,
    };
    expect(effectOf(figures)).toEqual([
      { step: 'letter', told: 0, asked: '0.00', cameIn: '2.50', share: null },
      { step: 'reminder', told: 2, asked: '40.00', cameIn: '10.00', share: 0.25 },
      { step: 'visit', told: 1, asked: '9.00', cameIn: '0.00', share: 0 },
    ]);
    expect(effectOf({})).toEqual([]);
  });
});
