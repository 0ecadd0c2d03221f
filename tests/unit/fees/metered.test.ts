import { describe, expect, it } from 'vitest';
import { billsOf } from '../../../functions/fees/bill.ts';
import { withReading } from '../../../functions/fees/file.ts';
import type { BillInput } from '../../../functions/fees/line.ts';
import type { Meter } from '../../../functions/fees/schema.ts';
import { addDays } from '../../../shared/time/index.ts';
import { input, meter, owner, read, standard, version, water } from './facts.ts';

type Change = Parameters<typeof input>[0];

const billed = (change: Change = {}) =>
  billsOf(input({ standards: [water()], ...change, facts: { meters: [meter()], ...change?.facts } }));
const linesOf = (change: Change) => billed(change).bills.flatMap(({ lines }) => lines);
const amountsOf = (change: Change) => linesOf(change).map(({ amount }) => amount);

const electricity = standard({
  id: 'fee_E',
  kind: 'electricity',
  name: '电费',
  basis: 'tiered',
  tiers: [{ upTo: '180', price: '0.5' }, { price: '0.6' }],
});
const unread = [read('2026-07-31', '0', 'initial'), read('2026-08-31', '10'), read('2026-09-30', '20')];
const fixed = { kind: 'fixed' as const, amount: 5000, reason: '协议', from: '2026-01-01' };
const halves = [owner('cus_A', '2020-01-01', '2026-10-10'), owner('cus_B', '2026-10-11')];

describe('a metered fee', () => {
  it('is what the meter counted times the price, and its line says from where to where (FEE-2)', () => {
    expect(billed()).toEqual({
      bills: [
        {
          payerId: 'cus_O',
          total: 9000,
          dueDay: '2026-10-10',
          lines: [
            {
              standardId: 'fee_W',
              version: 1,
              kind: 'water',
              name: '水费',
              basis: 'metered',
              quantity: '30',
              price: '3',
              exact: '9000',
              meter: { id: 'mtr_A', from: '100', to: '130', multiplier: '1' },
              amount: 9000,
            },
          ],
        },
      ],
      notes: [],
      estimates: [],
    });
  });

  it('has a line for each tier, times the multiplier', () => {
    const readings = [read('2026-09-30', '1000', 'initial'), read('2026-10-31', '1100')];
    const meters = [meter({ kind: 'electricity', multiplier: '2', readings })];
    const of = { id: 'mtr_A', from: '1000', to: '1100', multiplier: '2' };
    expect(linesOf({ standards: [electricity], facts: { meters } })).toMatchObject([
      { quantity: '180', price: '0.5', tier: { above: '0', upTo: '180' }, meter: of, amount: 9000 },
      { quantity: '20', price: '0.6', tier: { above: '180' }, meter: of, amount: 1200 },
    ]);
  });

  it('is split by days between two payers and adds up', () => {
    const meters = [meter({ readings: [read('2026-09-30', '0', 'initial'), read('2026-10-31', '10.1')] })];
    const standards = [water({ price: '3.33' })];
    expect(billed({ standards, facts: { meters, occupancies: halves } }).bills).toMatchObject([
      // 33.633 yuan over 10 and 21 days of 31.
      { payerId: 'cus_A', total: 1085, lines: [{ days: [10, 31], exact: '1084.935484', quantity: '10.1' }] },
      { payerId: 'cus_B', total: 2278, lines: [{ days: [21, 31], exact: '2278.364516', quantity: '10.1' }] },
    ]);
  });

  it('is at each price for the days on which it is in force (FEE-1)', () => {
    const versions = [version(1, '2020-01-01', { price: '3' }), version(2, '2026-10-22', { price: '3.1' })];
    const standards = [water({ versions })];
    expect(linesOf({ standards })).toMatchObject([
      // Of 30 m3: 90 yuan for 21 of 31 days, 93 yuan for 10.
      { version: 1, price: '3', quantity: '30', days: [21, 31], exact: '6096.774194', amount: 6097 },
      { version: 2, price: '3.1', quantity: '30', days: [10, 31], exact: '3000', amount: 3000 },
    ]);
    // Changing hands besides splits each, and adds up to the same.
    const back = [
      ...halves.slice(0, 1),
      owner('cus_B', '2026-10-11', '2026-10-25'),
      owner('cus_A', '2026-10-26'),
    ];
    const lines = linesOf({ standards, facts: { occupancies: back } });
    expect(lines.map(({ price, days }) => [price, days?.[0]])).toEqual([
      ['3', 10],
      ['3.1', 6],
      ['3', 11],
      ['3.1', 4],
    ]);
    expect(lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(6097 + 3000);
  });

  it('has the tiers of each price, of all that was counted', () => {
    const tiers = (first: string) => ({ tiers: [{ upTo: '20', price: first }, { price: '5' }] });
    const versions = [version(1, '2020-01-01', tiers('3')), version(2, '2026-10-22', tiers('4'))];
    const standards = [water({ basis: 'tiered', versions })];
    const exceptions = [{ ...fixed, standardId: 'fee_W' }];
    const told = linesOf({ standards }).map(
      ({ price, quantity, amount }) => `${quantity} ${price} ${amount}`,
    );
    // 20 x 3 and 10 x 5 for 21 of 31 days, 20 x 4 and 10 x 5 for 10.
    expect(told).toEqual(['20 3 4065', '10 5 3387', '20 4 2581', '10 5 1613']);
    expect(amountsOf({ standards, facts: { exceptions } })).toEqual([3387, 0, 1613, 0]);
  });

  it('says so where the meter was changed', () => {
    const readings = [
      read('2026-09-30', '100', 'initial'),
      read('2026-10-12', '3', 'change', '110'),
      read('2026-10-31', '23'),
    ];
    expect(linesOf({ facts: { meters: [meter({ readings })] } })).toMatchObject([
      { quantity: '30', meter: { from: '100', to: '23', changed: true } },
    ]);
  });

  it('counts every meter of its kind and no other', () => {
    const meters = [
      meter(),
      meter({ id: 'mtr_B', readings: [read('2026-09-30', '7', 'initial'), read('2026-10-31', '8')] }),
      meter({ id: 'mtr_C', kind: 'electricity' }),
    ];
    expect(linesOf({ facts: { meters } })).toMatchObject([
      { meter: { id: 'mtr_A' }, amount: 9000 },
      { meter: { id: 'mtr_B' }, amount: 300 },
    ]);
  });

  it('has no vacancy discount: an empty unit uses nothing', () => {
    const settings = { vacantDiscount: { percent: '50', kinds: ['water' as const] } };
    const [line] = linesOf({ settings, facts: { vacancies: [{ from: '2026-01-01' }] } });
    expect(line).toMatchObject({ amount: 9000 });
    expect(line?.off).toBeUndefined();
  });
});

describe('a fixed amount in place of a metered fee', () => {
  const exceptions = [
    { ...fixed, standardId: 'fee_W' },
    { ...fixed, standardId: 'fee_E' },
  ];
  const second = meter({ id: 'mtr_B' });

  it('is asked for once, by days where payers change, however many tiers and meters there are', () => {
    expect(amountsOf({ facts: { exceptions } })).toEqual([5000]);
    expect(amountsOf({ facts: { exceptions, meters: [meter(), second] } })).toEqual([5000, 0]);
    expect(
      billed({ facts: { exceptions, meters: [meter(), second], occupancies: halves } }).bills,
    ).toMatchObject([{ total: 1613 }, { total: 3387 }]);
    const readings = [read('2026-09-30', '0', 'initial'), read('2026-10-31', '200')];
    const meters = [1, 2].map((n) => meter({ id: `mtr_${n}`, kind: 'electricity', readings }));
    expect(amountsOf({ standards: [electricity], facts: { exceptions, meters } })).toEqual([5000, 0, 0, 0]);
  });

  it('is asked for also where the first meter came only after the cycle', () => {
    const later = meter({ readings: [read('2026-11-05', '0', 'initial')] });
    expect(amountsOf({ facts: { exceptions, meters: [later, second] } })).toEqual([5000]);
  });
});

describe('a meter that was not read', () => {
  it('is estimated, with a note that names it and a reading to be recorded', () => {
    const meters = [meter(), meter({ id: 'mtr_B', readings: unread })];
    const { bills, notes, estimates } = billed({ facts: { meters } });
    expect(bills).toMatchObject([
      { total: 9000 + 3000, lines: [{}, { meter: { from: '20', to: '30', estimatedFrom: 2 } }] },
    ]);
    expect(bills[0]?.lines[0]?.meter).not.toHaveProperty('estimatedFrom');
    expect(notes).toEqual([
      {
        kind: 'estimated',
        words: { en: 'No reading of meter mtr_B; estimated.', zh: '表 mtr_B 无读数，按估算计费。' },
      },
    ]);
    expect(estimates).toEqual([{ meterId: 'mtr_B', value: '30' }]);
  });

  it('is called by the number that is on it', () => {
    const meters = [meter({ readings: unread, name: '水-0117' })];
    expect(billed({ facts: { meters } }).notes[0]?.words.zh).toBe('表 水-0117 无读数，按估算计费。');
  });

  it('is estimated once for all fees that are by it', () => {
    const standards = [water(), water({ id: 'fee_S', name: '污水处理费', price: '1' })];
    const { bills, notes, estimates } = billed({
      standards,
      facts: { meters: [meter({ readings: unread })] },
    });
    expect(bills).toMatchObject([{ total: 3000 + 1000 }]);
    expect([notes.length, estimates.length]).toEqual([1, 1]);
  });

  it('leaves no reading behind where the unit has no bill that it could be for', () => {
    const exempt = { kind: 'exempt' as const, standardId: 'fee_W', reason: '抵扣', from: '2026-01-01' };
    const facts = { meters: [meter({ readings: unread })], exceptions: [exempt] };
    expect(billed({ facts })).toMatchObject({ bills: [], estimates: [] });
  });
});

describe('a unit without a meter', () => {
  const readLater = meter({ readings: [read('2026-11-01', '0', 'initial'), read('2026-11-30', '9')] });

  it.each<[string, BillInput['facts']['meters']]>([
    ['none at all', []],
    ['none of the kind', [meter({ kind: 'electricity' })]],
    ['none before the cycle was over', [readLater]],
  ])('(%s) is not charged what is for all', (_, meters) => {
    expect(billed({ facts: { meters } })).toEqual({ bills: [], notes: [], estimates: [] });
    const { bills } = billed({ standards: [standard(), water()], facts: { meters } });
    expect(bills).toMatchObject([{ total: 20000 }]);
  });

  it('cannot be billed what it is assigned, and only while it is', () => {
    const standards = [water({ appliesTo: 'assigned' })];
    const given = { standardId: 'fee_W', quantity: '1', from: '2026-10-31' };
    const facts = { meters: [], assignments: [given] };
    expect(() => billed({ standards, facts })).toThrow(
      expect.objectContaining({
        code: 'noMeter',
        standardId: 'fee_W',
        words: { en: 'The unit has no such meter.', zh: '该房屋无此类表具。' },
      }),
    );
    expect(billed({ cycle: '2026-09', standards, facts }).bills).toEqual([]);
  });

  it('is not one with a meter of which too little is known', () => {
    const readings = [read('2026-07-31', '0', 'initial'), read('2026-11-30', '40')];
    expect(() => billed({ facts: { meters: [meter({ readings, name: '水-0117' })] } })).toThrow(
      expect.objectContaining({
        code: 'noReading',
        standardId: 'fee_W',
        words: {
          en: 'Meter 水-0117 has no reading in 2026-10 and too few before to estimate by.',
          zh: '表 水-0117 在 2026-10 无读数，且历史读数不足以估算。',
        },
      }),
    );
  });
});

describe('a meter that is read more often than its file keeps', () => {
  it('is billed all of a cycle, whenever the bill is made (FEE-2)', () => {
    const readings = [read('2026-09-01', '0', 'initial')];
    let daily: Meter = { id: 'mtr_A', kind: 'water', multiplier: '1', readings };
    const october = new Set<unknown>();
    for (let n = 1; n < 120; n++) {
      const day = addDays('2026-09-01', n);
      daily = withReading(daily, read(day, String(n)));
      if (day >= '2026-10-31') october.add(billed({ facts: { meters: [daily] } }).bills[0]?.total);
    }
    expect([...october]).toEqual([31 * 300]);
  });

  it('is not billed by guess where what it showed before is gone; where it was only put in then, nothing is', () => {
    const readings = [read('2026-10-31', '130'), read('2026-11-30', '140')];
    expect(() => billed({ facts: { meters: [meter({ readings, name: '水-0117' })] } })).toThrow(
      expect.objectContaining({
        code: 'noReading',
        standardId: 'fee_W',
        words: {
          en: 'What meter 水-0117 showed when 2026-10 began is not on file any more.',
          zh: '表 水-0117 在 2026-10 开始时的读数已不在档案中。',
        },
      }),
    );
    const before = [read('2026-09-30', '101'), ...readings];
    expect(linesOf({ facts: { meters: [meter({ readings: before })] } })).toMatchObject([{ quantity: '29' }]);
    const within = [read('2026-10-01', '110', 'initial'), ...readings];
    expect(linesOf({ facts: { meters: [meter({ readings: within })] } })).toMatchObject([{ quantity: '20' }]);
    const onTheDay = [read('2026-10-01', '110'), ...readings];
    expect(() => billed({ facts: { meters: [meter({ readings: onTheDay })] } })).toThrow('not on file');
  });
});
