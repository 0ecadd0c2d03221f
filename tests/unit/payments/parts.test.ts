import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age, bucketOf, dueRange, noneAged } from '../../../functions/payments/aging.ts';
import { buckets } from '../../../functions/payments/arrearsSchema.ts';
import { inCapitals } from '../../../functions/payments/capitals.ts';
import { openSteps } from '../../../functions/payments/depositSteps.ts';
import { inOrder, placeOf, statementOf } from '../../../functions/payments/ledger.ts';
import { Numbers, numberKeys } from '../../../functions/payments/numbers.ts';
import type { Entry } from '../../../shared/books/index.ts';
import { keys } from '../../../shared/keys.ts';
import { addDays, daysBetween } from '../../../shared/time/index.ts';

describe('an amount in capitals', () => {
  it.each([
    [0, '零元整'],
    [1, '壹分'],
    [10, '壹角整'],
    [105, '壹元零伍分'],
    [150, '壹元伍角整'],
    [1000, '壹拾元整'],
    [10_100, '壹佰零壹元整'],
    [100_000, '壹仟元整'],
    [1_000_000, '壹万元整'],
    [1_000_100, '壹万零壹元整'],
    [10_010_000, '壹拾万零壹佰元整'],
    [123_456_789, '壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分'],
    [10_000_000_000, '壹亿元整'],
    [10_000_000_100, '壹亿零壹元整'],
    [10_001_000_000, '壹亿零壹万元整'],
    [9_999_999_999_999, '玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分'],
  ])('%i fen is %s', (fen, words) => {
    expect(inCapitals(fen)).toBe(words);
  });
});

describe('the age of arrears', () => {
  const day = fc.integer({ min: 0, max: 4000 }).map((n) => addDays('2020-01-01', n));

  it('falls into exactly the bucket whose range of due days holds it', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -40, max: 400 }), (today, days) => {
        const dueDay = addDays(today, -days);
        expect(daysBetween(dueDay, today)).toBe(days);
        const holds = (range: { from?: string; to: string }) => {
          const key = `${dueDay}#bil_x`;
          return (range.from === undefined || key >= range.from) && key <= range.to;
        };
        expect(holds(dueRange(today, undefined))).toBe(days > 0);
        const found = buckets.filter((bucket) => holds(dueRange(today, bucket)));
        expect(found).toEqual(days > 0 ? [bucketOf(days)] : []);
      }),
    );
  });

  it.each([
    [1, '0-30'],
    [30, '0-30'],
    [31, '31-60'],
    [60, '31-60'],
    [61, '61-90'],
    [90, '61-90'],
    [91, '>90'],
  ])('%i days is %s', (days, bucket) => {
    expect(bucketOf(days)).toBe(bucket);
  });

  it('adds up by bucket and in all', () => {
    const sums = noneAged();
    expect(sums).toEqual({ total: 0, '0-30': 0, '31-60': 0, '61-90': 0, '>90': 0 });
    for (const [days, open] of [
      [1, 100],
      [30, 20],
      [31, 3],
      [200, 5000],
    ] as const)
      age(sums, '2026-10-31', { dueDay: addDays('2026-10-31', -days), open });
    expect(sums).toEqual({ total: 5123, '0-30': 120, '31-60': 3, '61-90': 0, '>90': 5000 });
    expect(noneAged().total).toBe(0);
  });

  it('has no first due day where a bucket has no last age', () => {
    expect(dueRange('2026-10-31', '>90')).toEqual({ to: '2026-08-01~' });
    expect(dueRange('2026-10-31', undefined)).toEqual({ to: '2026-10-30~' });
    expect(dueRange('2026-10-31', '31-60')).toEqual({ from: '2026-09-01', to: '2026-09-30~' });
  });
});

describe('numbers of papers', () => {
  const last = (n: number) => ({ pk: '', sk: '', et: 'numbers', v: n });

  it('go on where the last one stopped, and say from where', () => {
    const items = { 'no#receipt#2026': last(41) };
    const numbers = new Numbers('t', 'p', 'receipt', {
      now: Date.parse('2026-05-01T00:00:00Z'),
      zone: 'Asia/Shanghai',
      items,
    });
    expect([numbers.next(), numbers.next()]).toEqual(['2026-000042', '2026-000043']);
    expect(numbers.write).toEqual({
      put: { ...keys.numbers('t', 'p', 'receipt', '2026'), et: 'numbers', v: 43 },
      expect: { version: 41 },
    });
  });

  it('begin with one where none was given, and nobody else may have begun meanwhile', () => {
    const numbers = new Numbers('t', 'p', 'refund', {
      now: Date.parse('2026-05-01T00:00:00Z'),
      zone: 'Asia/Shanghai',
      items: { 'no#receipt#2026': last(41), 'no#refund#2025': last(7) },
    });
    expect(numbers.next()).toBe('2026-000001');
    expect(numbers.write).toEqual({
      put: { ...keys.numbers('t', 'p', 'refund', '2026'), et: 'numbers', v: 1 },
      expect: 'new',
    });
  });

  it('begin anew with the year of the property, whichever of the two it is at the turn of it', () => {
    const now = Date.parse('2026-12-31T20:00:00Z');
    expect(Object.keys(numberKeys('t', 'p', 'receipt', now)).sort()).toEqual([
      'no#receipt#2026',
      'no#receipt#2027',
    ]);
    const items = { 'no#receipt#2026': last(7) };
    const of = (zone: string) => new Numbers('t', 'p', 'receipt', { now, zone, items }).next();
    expect([of('Asia/Shanghai'), of('America/New_York')]).toEqual(['2027-000001', '2026-000008']);
    expect(Object.keys(numberKeys('t', 'p', 'receipt', Date.parse('2026-06-01T00:00:00Z')))).toHaveLength(1);
  });
});

describe('a unit\u2019s statement', () => {
  const entry = (kind: Entry['kind'], amount: number, at: string, id: string): Entry => ({
    kind,
    amount,
    at,
    id,
    propertyId: 'p',
    unitId: 'u',
    payerId: 'c',
  });
  const kinds = ['charge', 'payment', 'allocation', 'reversal', 'refund', 'depositHeld', 'waiver'] as const;
  const entries = fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      amount: fc.integer({ min: 1, max: 999 }),
      day: fc.integer({ min: 1, max: 28 }),
    }),
    { maxLength: 40 },
  );

  it('opens where the one before it closed, and its rows lead from the one to the other', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 28 }), (all, cut) => {
        const made = all.map(({ kind, amount, day }, n) =>
          entry(kind, amount, `2026-10-${String(day).padStart(2, '0')}T00:00:00.000Z`, `ent_${n}.0`),
        );
        const at = `2026-10-${String(cut).padStart(2, '0')}T00:00:00.000Z`;
        const [before, after, whole] = [
          statementOf(made, '', at),
          statementOf(made, at, '9'),
          statementOf(made, '', '9'),
        ];
        expect(after.opening).toEqual(before.closing);
        expect(after.closing).toEqual(whole.closing);
        expect([...before.rows, ...after.rows]).toEqual(whole.rows);
        expect(whole.rows).toHaveLength(made.length);
        expect(whole.rows.at(-1)?.balance ?? 0).toBe(whole.closing.balance);
      }),
    );
  });

  it('in pages is the same as in one piece, wherever it is cut', () => {
    fc.assert(
      fc.property(entries, fc.nat(40), (all, cut) => {
        const made = all.map(({ kind, amount, day }, n) =>
          entry(kind, amount, `2026-10-${String(day).padStart(2, '0')}T00:00:00.000Z`, `ent_${n}.0`),
        );
        const whole = statementOf(made, '', '9');
        const last = whole.rows[cut % Math.max(1, whole.rows.length)];
        if (!last) return;
        const { balance, deposits } = last;
        const start = { after: placeOf(last), balance, deposits };
        // Only what is not before the cut is read for the second page.
        const read = made.filter(({ at }) => at >= last.at);
        const rest = statementOf(read, '', '9', start);
        expect(rest.rows).toEqual(whole.rows.slice(whole.rows.indexOf(last) + 1));
        expect(rest.closing).toEqual(whole.closing);
      }),
    );
  });

  it('tells a bill before the money of the same moment, and movements of a posting in their order', () => {
    const at = '2026-10-01T00:00:00.000Z';
    const rows = [
      entry('allocation', 1, at, 'pay_1.10'),
      entry('payment', 1, at, 'pay_1.9'),
      entry('charge', 1, at, 'bil_9.0'),
    ];
    expect(inOrder(rows).map(({ kind }) => kind)).toEqual(['charge', 'payment', 'allocation']);
  });
});

it('a deposit is used and paid back only after acceptance, and reversed while anything is held (FEE-7)', () => {
  expect(openSteps).toEqual({
    held: ['accept', 'deduct', 'reverse'],
    accepted: ['deduct', 'apply', 'refund', 'reverse'],
    closed: [],
    reversed: [],
  });
});
