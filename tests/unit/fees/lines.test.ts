import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billsOf } from '../../../functions/fees/bill.ts';
import { input, meter, owner, read, standard, version, water } from './facts.ts';

const linesOf = (change: Parameters<typeof input>[0]) =>
  billsOf(input(change)).bills.flatMap(({ lines }) => lines);
const parking = (change: Parameters<typeof standard>[0] = {}) =>
  standard({ id: 'fee_P', kind: 'parking', name: '车位费', basis: 'fixed', price: '150', ...change });

describe('a line (FEE-2)', () => {
  const line = {
    standardId: 'fee_A',
    version: 1,
    kind: 'management',
    name: '物业管理费',
    basis: 'area',
    quantity: '89.37',
    price: '2.3456',
    months: 1,
    exact: '20962.6272',
    amount: 20963,
  };

  it('has all that it was computed from', () => {
    expect(linesOf({ area: '89.37', standards: [standard({ price: '2.3456' })] })).toStrictEqual([line]);
  });

  it('has the days where not all are charged', () => {
    const occupancies = [owner('cus_A', '2020-01-01', '2026-10-30'), owner('cus_B', '2026-10-31')];
    expect(linesOf({ standards: [standard()], facts: { occupancies } })).toMatchObject([
      { days: [30, 31], exact: '19354.83871', amount: 19355 },
      { days: [1, 31], exact: '645.16129', amount: 645 },
    ]);
  });

  it('has no months where the price is for the cycle', () => {
    const quarter = { cycle: 'quarter', price: '1.5' } as const;
    const [monthly] = linesOf({ cycle: '2026-Q4', standards: [standard(quarter)] });
    expect(monthly).toMatchObject({ months: 3, exact: '45000', amount: 45000 });
    const [once] = linesOf({ cycle: '2026-Q4', standards: [standard({ ...quarter, per: 'cycle' })] });
    expect(once).toMatchObject({ exact: '15000', amount: 15000 });
    expect(once).not.toHaveProperty('months');
  });

  it('of a fixed fee is of one, or of as many as the unit is given, whatever its area', () => {
    const given = { standardId: 'fee_P', quantity: '2', from: '2026-10-16' };
    const standards = [parking()];
    expect(linesOf({ area: undefined, standards })).toMatchObject([{ quantity: '1', amount: 15000 }]);
    expect(linesOf({ area: undefined, standards, facts: { assignments: [given] } })).toMatchObject([
      { quantity: '1', days: [15, 31], amount: 7258 },
      { quantity: '2', days: [16, 31], amount: 15484 },
    ]);
  });
});

describe('a fixed amount in place of the fee', () => {
  it('is asked for to the fen, however many payers and versions share the cycle (FEE-2)', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 2, max: 31 }), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, cuts, fc.integer({ min: 1, max: 10_000 }), (payers, prices, amount) => {
        const starts = (days: number[]) => [1, ...days.toSorted((a, b) => a - b)];
        const dayOf = (day: number) => `2026-10-${String(day).padStart(2, '0')}`;
        const from = starts(payers);
        const occupancies = from.map((day, i) => {
          const next = from[i + 1];
          return owner(`cus_${i}`, dayOf(day), next === undefined ? undefined : dayOf(next - 1));
        });
        const versions = starts(prices).map((day, i) => version(i + 1, dayOf(day), { price: `${i + 1}` }));
        const exceptions = [
          { standardId: 'fee_A', kind: 'fixed' as const, amount, reason: '协议', from: '2026-01-01' },
        ];
        const { bills } = billsOf(
          input({ standards: [standard({ versions })], facts: { occupancies, exceptions } }),
        );
        expect(bills.reduce((sum, { total }) => sum + total, 0)).toBe(amount);
      }),
    );
  });
});

describe('what is taken off', () => {
  const period = { standardId: 'fee_A', reason: '漏水补偿', from: '2026-10-01', to: '2026-10-10' };
  const rest = { days: [21, 31], amount: 2100 };
  it.each([
    [{ kind: 'exempt' as const }, { amount: 0, off: { why: 'exempt', reason: '漏水补偿' } }],
    [
      { kind: 'discount' as const, percent: '12.5' },
      { amount: 875, off: { why: 'discount', percent: '12.5', reason: '漏水补偿' } },
    ],
    // 20 yuan for a whole cycle, of which these are ten days.
    [
      { kind: 'fixed' as const, amount: 2000 },
      { amount: 645, off: { why: 'fixed', reason: '漏水补偿' } },
    ],
  ])('by the exception %j stands on the line, beside what it would have been', (kind, expected) => {
    const { bills, notes } = billsOf(
      input({
        area: '31',
        standards: [standard({ price: '1' }), parking()],
        facts: { exceptions: [{ ...period, ...kind }] },
      }),
    );
    const [off, full, other] = bills[0]?.lines ?? [];
    expect(off).toStrictEqual({
      standardId: 'fee_A',
      version: 1,
      kind: 'management',
      name: '物业管理费',
      basis: 'area',
      quantity: '31',
      price: '1',
      months: 1,
      days: [10, 31],
      exact: '1000',
      gross: 1000,
      ...expected,
    });
    expect(full).toMatchObject(rest);
    expect(other).toMatchObject({ amount: 15000 });
    for (const line of [full, other]) expect(line).not.toHaveProperty('gross');
    expect(notes).toEqual([
      {
        kind: 'exception',
        standardId: 'fee_A',
        words: { en: '物业管理费: 漏水补偿', zh: '物业管理费：漏水补偿' },
      },
    ]);
  });

  it('is told once, however many payers and prices it goes over', () => {
    const { bills, notes } = billsOf(
      input({
        area: '31',
        standards: [standard({ price: '1' })],
        facts: {
          occupancies: [owner('cus_A', '2026-10-01', '2026-10-10'), owner('cus_B', '2026-10-11')],
          exceptions: [{ ...period, from: '2026-10-01', to: '2026-10-31', kind: 'discount', percent: '5' }],
        },
      }),
    );
    expect(bills).toHaveLength(2);
    expect(notes.map(({ kind }) => kind)).toEqual(['exception']);
  });

  it('of an empty unit stands on the line too, and asks for no look at it', () => {
    const settings = { vacantDiscount: { percent: '30', kinds: ['management' as const] } };
    const vacancies = [{ from: '2026-10-22' }];
    const { bills, notes } = billsOf(
      input({ area: '31', standards: [standard({ price: '1' })], settings, facts: { vacancies } }),
    );
    expect(bills[0]?.lines).toMatchObject([
      rest,
      { gross: 1000, amount: 700, off: { why: 'vacant', percent: '30' } },
    ]);
    expect(notes).toEqual([]);
  });
});

describe('the days on which nobody is on file to pay', () => {
  it('are on no bill, and are told', () => {
    const occupancies = [owner('cus_A', '2026-10-11', '2026-10-20')];
    expect(
      billsOf(input({ area: '31', standards: [standard({ price: '1' })], facts: { occupancies } })),
    ).toMatchObject({
      bills: [{ payerId: 'cus_A', total: 1000, lines: [{ days: [10, 31] }] }],
      notes: [
        {
          kind: 'nobody',
          standardId: 'fee_A',
          words: {
            en: '物业管理费: on 21 days nobody is on file to pay.',
            zh: '物业管理费：有 21 天未登记付款人。',
          },
        },
      ],
    });
    const all = [owner('cus_A', '2026-10-02')];
    const [note] = billsOf(input({ facts: { occupancies: all } })).notes;
    expect(note?.words.en).toBe('物业管理费: on 1 day nobody is on file to pay.');
  });
});

describe('the due day of a bill', () => {
  const due = (day: number) => ({ kind: 'dayOfMonth' as const, day, monthsAfter: 0 });
  const fee = (day: number) =>
    parking({ id: `fee_${day}`, versions: [version(1, '2020-01-01', { price: '10', due: due(day) })] });
  const days = [10, 18, 25];
  const orders = days.flatMap((a) =>
    days.flatMap((b) => days.filter((c) => new Set([a, b, c]).size === 3).map((c) => [a, b, c])),
  );
  const all = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => days.filter((_, i) => bits & (1 << i)));

  it('is that of the last line that asks for something, in whatever order they stand', () => {
    for (const order of orders) {
      for (const exempt of all) {
        const exceptions = exempt.map((day) => ({
          kind: 'exempt' as const,
          standardId: `fee_${day}`,
          reason: '抵扣',
          from: '2026-01-01',
        }));
        const { bills } = billsOf(input({ standards: order.map(fee), facts: { exceptions } }));
        const asked = days.filter((day) => !exempt.includes(day));
        expect(bills.map(({ dueDay, total }) => [dueDay, total])).toEqual(
          asked.length === 0 ? [] : [[`2026-10-${Math.max(...asked)}`, asked.length * 1000]],
        );
      }
    }
  });

  it('is not put off by a meter that counted nothing', () => {
    const versions = [version(1, '2020-01-01', { price: '3', due: due(25) })];
    const meters = [meter({ readings: [read('2026-09-30', '5', 'initial'), read('2026-10-31', '5')] })];
    for (const standards of [
      [standard(), water({ versions })],
      [water({ versions }), standard()],
    ]) {
      expect(billsOf(input({ standards, facts: { meters } })).bills).toMatchObject([
        { total: 20000, dueDay: '2026-10-10' },
      ]);
    }
  });
});
