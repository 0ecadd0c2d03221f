import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleAround } from '../../../functions/fees/cycle.ts';
import { withReading } from '../../../functions/fees/file.ts';
import { consumption } from '../../../functions/fees/readings.ts';
import type { Meter, Reading } from '../../../functions/fees/schema.ts';
import { addDays, addMonths } from '../../../shared/time/index.ts';
import { read } from './facts.ts';

const first = read('2025-01-01', '5', 'initial');
const kept = (readings: readonly Reading[]) =>
  readings.reduce<Meter>(withReading, { id: 'mtr_A', kind: 'water', multiplier: '1', readings: [first] })
    .readings;
const daily = (n: number) =>
  Array.from({ length: n }, (_, i) => read(addDays(first.day, i + 1), String(i + 6)));

/** A meter that is read every few days, changed now and then, and sometimes estimated. */
const history = fc
  .array(
    fc.record({
      after: fc.integer({ min: 1, max: 9 }),
      used: fc.nat(50),
      kind: fc.constantFrom(...Array(17).fill('actual'), 'change', 'estimated', 'pause'),
    }),
    { minLength: 37, maxLength: 90, size: 'max' },
  )
  .map((all) => {
    let { day } = first;
    let face = 5;
    return all.flatMap(({ after, used, kind }) => {
      day = addDays(day, after);
      face += used;
      if (kind === 'actual') return read(day, String(face));
      if (kind === 'estimated') return read(day, String(face + 20), 'estimated');
      if (kind === 'change') {
        const final = String(face);
        face = 1;
        return read(day, '1', 'change', final);
      }
      day = addDays(day, 31);
      return [];
    });
  });

describe('the readings that a fee file keeps', () => {
  it('are all there are, up to 36', () => {
    expect(kept(daily(35))).toEqual([first, ...daily(35)]);
  });

  it('are of daily ones the last of each month and the latest', () => {
    const days = kept(daily(120)).map(({ day }) => day);
    const latest = Array.from({ length: 33 }, (_, i) => addDays('2025-03-30', i));
    expect(days).toEqual(['2025-01-01', '2025-01-31', '2025-02-28', ...latest]);
  });

  it('are of monthly ones those of the last three years', () => {
    const monthly = Array.from({ length: 40 }, (_, i) => read(addMonths('2025-01-31', i), String(i + 6)));
    expect(kept(monthly)).toEqual(monthly.slice(4));
  });

  it('count in every cycle what all of them count (FEE-2)', () => {
    fc.assert(
      fc.property(history, (all) => {
        const some = kept(all);
        expect(some.length).toBeLessThanOrEqual(36);
        expect(some.at(-1)).toEqual(all.at(-1));
        // With the first one gone there was nothing idle left: older cycles are not known any more.
        const from = some[0] === first ? first.day : addMonths(some[0]?.day as string, 24);
        for (const kind of ['month', 'quarter'] as const) {
          for (let day = from; day <= (all.at(-1)?.day as string); ) {
            const cycle = cycleAround(day, kind);
            expect(consumption(some, cycle)).toEqual(consumption([first, ...all], cycle));
            day = addDays(cycle.to, 1);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
