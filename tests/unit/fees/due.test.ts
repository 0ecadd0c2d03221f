import { describe, expect, it } from 'vitest';
import { dayOfMonth, dueDay } from '../../../functions/fees/due.ts';
import { addDays, createCalendar, standardHours } from '../../../shared/time/index.ts';

const schedule = { calendar: createCalendar(), hours: standardHours, zone: 'Asia/Shanghai' };
const on = (day: number, monthsAfter = 0) => ({ kind: 'dayOfMonth' as const, day, monthsAfter });
const issued = (instant: string) => Date.parse(instant);

describe('a due day', () => {
  it.each([
    ['the 10th of the cycle\u2019s first month', on(10), '2026-11-01', '2026-11-10'],
    ['the 31st in a month of thirty days is the 30th (TIME-8)', on(31), '2026-11-01', '2026-11-30'],
    // 2027-02-28 is a Sunday.
    ['the 30th in February is its last day, past the weekend (TIME-3)', on(30), '2027-02-01', '2027-03-01'],
    ['the 29th in February of a leap year', on(29), '2028-02-01', '2028-02-29'],
    ['a Saturday moves to Monday (TIME-3)', on(14), '2026-11-01', '2026-11-16'],
    ['a Saturday that is worked stays (TIME-5)', on(10), '2026-10-01', '2026-10-10'],
    ['a day in the National Day holiday moves behind it', on(3), '2026-10-01', '2026-10-08'],
    ['the month after', on(5, 1), '2026-12-01', '2027-01-05'],
    ['a quarter\u2019s third month', on(31, 2), '2026-07-01', '2026-09-30'],
  ])('is %s', (_, rule, from, expected) => {
    expect(dueDay(rule, from, issued('2026-01-01T00:00:00Z'), schedule)).toBe(expected);
  });

  it('is not before the bill is issued', () => {
    expect(dueDay(on(10), '2026-10-01', issued('2026-11-03T02:00:00Z'), schedule)).toBe('2026-11-03');
    // On that very day it may be due; one day later it may not.
    expect(dueDay(on(10), '2026-11-01', issued('2026-11-10T15:59:59Z'), schedule)).toBe('2026-11-10');
    expect(dueDay(on(10), '2026-11-01', issued('2026-11-10T16:00:00Z'), schedule)).toBe('2026-11-11');
    // Issued on a Saturday evening, in Shanghai Sunday already.
    expect(dueDay(on(10), '2026-10-01', issued('2026-11-07T17:00:00Z'), schedule)).toBe('2026-11-09');
  });

  it('passes over any run of rest days, but not for ever (TIME-3)', () => {
    const all = (year: number) =>
      Array.from({ length: 366 }, (_, n) => addDays(`${year}-01-01`, n)).filter((day) =>
        day.startsWith(`${year}`),
      );
    const closed = (...years: number[]) => ({
      ...schedule,
      calendar: createCalendar({
        base: 'cn',
        years: Object.fromEntries(years.map((year) => [year, { holidays: all(year), makeUp: [] }])),
      }),
    });
    // 2028 begins with a weekend.
    const at = issued('2026-01-01T00:00:00Z');
    expect(dueDay(on(10), '2026-11-01', at, closed(2026, 2027))).toBe('2028-01-03');
    const never = dueDay(on(10), '2026-01-01', at, closed(2026, 2027, 2028));
    expect(never).toBe(addDays('2026-01-10', 1000));
  });

  it('N working days after issue counts the State Council\u2019s days (TIME-6)', () => {
    const rule = { kind: 'workingDaysAfterIssue' as const, days: 3 };
    expect(dueDay(rule, '2026-10-01', issued('2026-09-30T02:00:00Z'), schedule)).toBe('2026-10-10');
  });

  it('never leaves its month by a day that the month does not have', () => {
    for (let month = 1; month <= 12; month++) {
      const first = `2026-${String(month).padStart(2, '0')}-01`;
      for (const day of [28, 29, 30, 31]) expect(dayOfMonth(first, day).slice(0, 7)).toBe(first.slice(0, 7));
    }
  });
});
