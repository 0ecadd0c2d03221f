import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleAround, cycleBefore, cycleName, cycleOf } from '../../../functions/fees/cycle.ts';
import { addDays } from '../../../shared/time/index.ts';

describe('a cycle', () => {
  it.each([
    ['2026-02', 'month', '2026-02-01', '2026-02-28', 1, 28],
    ['2028-02', 'month', '2028-02-01', '2028-02-29', 1, 29],
    ['2026-Q4', 'quarter', '2026-10-01', '2026-12-31', 3, 92],
    ['2026-H1', 'halfYear', '2026-01-01', '2026-06-30', 6, 181],
    ['2026', 'year', '2026-01-01', '2026-12-31', 12, 365],
  ])('%s is a %s and runs from %s to %s', (name, kind, from, to, months, days) => {
    expect(cycleOf(name)).toEqual({ name, kind, from, to, months, days });
  });

  it('is found by any of its days, and cycles follow each other without a gap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 36_500 }),
        fc.constantFrom('month', 'quarter', 'halfYear', 'year'),
        (n, kind) => {
          const day = addDays('1970-01-01', n);
          const cycle = cycleAround(day, kind as 'month');
          expect(cycle).toEqual(cycleOf(cycle.name));
          expect(cycle.from <= day && day <= cycle.to).toBe(true);
          expect(addDays(cycleBefore(cycle).to, 1)).toBe(cycle.from);
        },
      ),
    );
  });

  // Every part that a name could have, and some that it could not.
  const firstMonths: Record<string, string> = {
    '': '01',
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0')).map((m) => [`-${m}`, m]),
    ),
    '-Q1': '01',
    '-Q2': '04',
    '-Q3': '07',
    '-Q4': '10',
    '-H1': '01',
    '-H2': '07',
  };
  const noParts = [
    '-00',
    '-13',
    '-20',
    '-1',
    '-Q0',
    '-Q5',
    '-Q',
    '-H0',
    '-H3',
    '-H',
    '-10 ',
    '-',
    '-W1',
    '-q1',
    '-2026',
  ];

  it.each(['1950', '1959', '1999', '2000', '2026', '2099', '2100', '2199'])(
    'of %s has a name for each month, quarter, half and the year',
    (year) => {
      for (const [part, month] of Object.entries(firstMonths)) {
        expect(cycleName.safeParse(`${year}${part}`).success, `${year}${part}`).toBe(true);
        expect(cycleOf(`${year}${part}`).from).toBe(`${year}-${month}-01`);
      }
      for (const part of noParts)
        expect(cycleName.safeParse(`${year}${part}`).success, `${year}${part}`).toBe(false);
    },
  );

  it.each([
    '1949',
    '1899',
    '2200',
    '3026',
    '20',
    '202',
    '20260',
    '12026',
    '19a0',
    '195x',
    '2x26',
    '202x',
    '2x',
    '21x0',
    '219x',
    ' 2026',
    '',
  ])('is not of the year %j', (year) => {
    expect(cycleName.safeParse(year).success).toBe(false);
    expect(cycleName.safeParse(`${year}-10`).success).toBe(false);
  });
});
