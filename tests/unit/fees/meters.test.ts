import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tiersOf } from '../../../functions/fees/bill.ts';
import { cycleAround, cycleOf } from '../../../functions/fees/cycle.ts';
import { consumption, readingFault } from '../../../functions/fees/readings.ts';
import type { Reading, Tier } from '../../../functions/fees/schema.ts';
import { decimal, decimalText, ratio } from '../../../shared/money/index.ts';
import { addDays } from '../../../shared/time/index.ts';
import { read } from './facts.ts';

const counted = (readings: Reading[], cycle: string) => {
  const found = consumption(readings, cycleOf(cycle));
  return found && decimalText(found.quantity, 3);
};

describe('a meter', () => {
  const history = [
    read('2026-07-01', '100', 'initial'),
    read('2026-07-31', '110.5'),
    read('2026-08-31', '122'),
    read('2026-09-30', '131.25'),
  ];

  it('has counted in a cycle what lies between its last readings', () => {
    expect(['2026-07', '2026-08', '2026-09'].map((cycle) => counted(history, cycle))).toEqual([
      '10.5',
      '11.5',
      '9.25',
    ]);
  });

  it('is estimated without a reading, by the average of the last three cycles, and marked so', () => {
    const found = consumption(history, cycleOf('2026-10'));
    // The first reading of all was taken in July: two cycles are whole.
    expect(found?.estimated).toEqual({ cycles: 2, value: '141.63' });
    expect(found && decimalText(found.quantity, 3)).toBe('10.38');
  });

  it('cannot be estimated from nothing', () => {
    expect(counted([read('2026-07-01', '100', 'initial')], '2026-08')).toBeUndefined();
    expect(counted([], '2026-08')).toBeUndefined();
  });

  it('read again after an estimate counts only what is more than was billed', () => {
    const estimated = [...history, read('2026-10-31', '141.63', 'estimated')];
    expect(counted([...estimated, read('2026-11-30', '150')], '2026-11')).toBe('8.37');
    // Estimated too high: nothing in November, the surplus is taken off December.
    const low = [...estimated, read('2026-11-30', '140')];
    expect(counted(low, '2026-11')).toBe('0');
    expect(counted([...low, read('2026-12-31', '145')], '2026-12')).toBe('3.37');
  });

  it('that was changed counts on both', () => {
    const changed = [...history, read('2026-10-12', '3', 'change', '135'), read('2026-10-31', '9')];
    const found = consumption(changed, cycleOf('2026-10'));
    expect(found?.changed).toBe(true);
    expect(found && decimalText(found.quantity, 3)).toBe('9.75');
    expect(counted([...changed, read('2026-11-30', '19')], '2026-11')).toBe('10');
  });

  it.each([
    ['backwards', { day: '2026-10-31', value: '131.249' }],
    [undefined, { day: '2026-10-31', value: '131.25' }],
    ['sameDay', { day: '2026-09-30', value: '140' }],
    ['older', { day: '2026-09-29', value: '131' }],
    ['finalBackwards', { day: '2026-10-31', value: '0', final: '131' }],
    [undefined, { day: '2026-10-31', value: '0', final: '131.25' }],
  ])('finds %s in the reading %j', (fault, next) => {
    expect(readingFault(history, next)).toBe(fault);
  });

  it('is billed up to what it shows in every month it is read, never back, whatever was estimated or changed', () => {
    const months = fc.array(
      fc.record({ used: fc.integer({ min: 0, max: 50_000 }), missing: fc.boolean(), changed: fc.boolean() }),
      { minLength: 1, maxLength: 24, size: 'max' },
    );
    const text = (thousandths: number) => decimalText(ratio(thousandths, 1000), 3);
    fc.assert(
      fc.property(months, (all) => {
        const readings = [read('2025-01-01', '5', 'initial')];
        let cycle = cycleOf('2025-01');
        let face = 5000;
        let used = 0;
        let billed = 0;
        for (const month of all) {
          face += month.used;
          used += month.used;
          if (!month.missing) {
            if (month.changed) {
              readings.push(read(cycle.to, '1', 'change', text(face)));
              face = 1000;
            } else readings.push(read(cycle.to, text(face)));
          }
          const found = consumption(readings, cycle);
          const quantity = found ? Number(decimalText(found.quantity, 3)) * 1000 : 0;
          billed += Math.round(quantity);
          if (found?.estimated) readings.push(read(cycle.to, found.estimated.value, 'estimated'));
          if (!month.missing) expect(billed).toBe(Math.max(billed - Math.round(quantity), used));
          cycle = cycleAround(addDays(cycle.to, 1), 'month');
        }
        if (all.every(({ missing }) => !missing)) expect(billed).toBe(used);
      }),
    );
  });
});

describe('a tiered price', () => {
  const tiers = [{ upTo: '180', price: '0.5' }, { upTo: '280', price: '0.6' }, { price: '0.9' }];

  it.each([
    ['0', [['0', '0.5']]],
    ['180', [['180', '0.5']]],
    [
      '180.5',
      [
        ['180', '0.5'],
        ['0.5', '0.6'],
      ],
    ],
    [
      '300',
      [
        ['180', '0.5'],
        ['100', '0.6'],
        ['20', '0.9'],
      ],
    ],
  ])('cuts %s into its tiers', (quantity, expected) => {
    const parts = tiersOf({ tiers }, decimal(quantity));
    expect(parts.map(({ part, price }) => [decimalText(part, 3), price])).toEqual(expected);
  });

  it('asks of each unit that was used the price of the tier it is in', () => {
    const steps = fc.tuple(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }), fc.nat(80));
    fc.assert(
      fc.property(steps, ([limits, used]) => {
        limits.sort((a, b) => a - b);
        const all: Tier[] = [
          ...limits.map((upTo, i) => ({ upTo: `${upTo}`, price: `${i}` })),
          { price: 'last' },
        ];
        const counts = new Map<string, number>();
        for (let unit = 1; unit <= used; unit++) {
          const price = all.find(({ upTo }) => upTo === undefined || unit <= Number(upTo))?.price as string;
          counts.set(price, (counts.get(price) ?? 0) + 1);
        }
        const cut = tiersOf({ tiers: all }, ratio(used));
        const said = cut.map(({ part, price }) => [price, Number(decimalText(part, 3))]);
        expect(said).toEqual(used === 0 ? [[all[0]?.price, 0]] : [...counts]);
        expect(cut.map(({ tier }) => tier)).toEqual(
          cut.map((_, i) => ({ above: all[i - 1]?.upTo ?? '0', upTo: all[i]?.upTo })),
        );
      }),
    );
  });

  it('says where a tier ends only if it does', () => {
    const [below, endless] = tiersOf({ tiers: [{ upTo: '5', price: '1' }, { price: '2' }] }, decimal('6'));
    expect(below?.tier).toStrictEqual({ above: '0', upTo: '5' });
    expect(endless?.tier).toStrictEqual({ above: '5' });
  });
});
