import { describe, expect, it } from 'vitest';
import {
  createCalendar,
  deadline,
  hoursProblems,
  msOf,
  namedDeadline,
  PERIOD_MAX,
  type Period,
  periodProblems,
  standardHours,
} from '../../../shared/time/index.ts';
import {
  calendarConfig,
  dayInfo,
  deadlineShape,
  hours as hoursShape,
  period,
  reason,
  shownPeriod,
} from '../../../shared/time/schema.ts';
import { codesOf } from '../refusals.ts';

/** Spans of a minute each, one after the other. */
const spans = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ from: `08:${10 + 2 * i}`, to: `08:${11 + 2 * i}` }));
const openFrom = (from: string, to: string) => ({ working: [{ from, to }] });

describe('hours', () => {
  it('are six spans a day at most', () => {
    expect(codesOf(hoursProblems({ working: spans(6) }))).toEqual([]);
    expect(codesOf(hoursProblems({ working: spans(6), weekend: spans(7) }))).toEqual(['/weekend too-many']);
    expect(hoursShape.safeParse({ working: spans(7) }).success).toBe(false);
  });

  it('last longer than no time', () => {
    expect(codesOf(hoursProblems(openFrom('09:00', '09:00')))).toEqual(['/working/0/to ends-early']);
    expect(codesOf(hoursProblems(openFrom('09:00', '09:01')))).toEqual([]);
  });

  it.each([
    ['x09:00', '10:00'],
    ['09:00x', '10:00'],
    ['29:00', '10:00'],
    ['09:60', '10:00'],
    ['09:00', 'x10:00'],
    ['09:00', '10:00x'],
    ['09:00', '24:00x'],
    ['09:00', 'x24:00'],
    ['09:00', '29:00'],
  ])('from %s to %s are none', (from, to) => {
    expect(codesOf(hoursProblems(openFrom(from, to)))).toHaveLength(1);
    expect(hoursShape.safeParse(openFrom(from, to)).success).toBe(false);
  });

  it.each([
    ['00:00', '24:00'],
    ['19:59', '20:00'],
    ['22:00', '23:59'],
  ])('from %s to %s are some', (from, to) => {
    expect(codesOf(hoursProblems(openFrom(from, to)))).toEqual([]);
    expect(hoursShape.parse(openFrom(from, to))).toEqual(openFrom(from, to));
  });
});

describe('a period', () => {
  it.each(Object.entries(PERIOD_MAX))('in %s is a whole number from 1 to %d', (unit, max) => {
    const problems = (n: number) => periodProblems({ unit: unit as 'days', n });
    for (const n of [1, 2, max]) expect(problems(n)).toEqual([]);
    for (const n of [0, -1, 1.5, max + 1, Number.NaN]) {
      expect(codesOf(problems(n))).toEqual(['/n out-of-range']);
      for (const word of [unit, String(max)]) expect(problems(n)[0]?.detail.en).toContain(word);
      expect(problems(n)[0]?.detail.zh).toContain(String(max));
    }
  });

  it('that somebody names is not counted', () => {
    expect(periodProblems({ unit: 'named' })).toEqual([]);
    const start = '2026-10-10T10:00:00+08:00';
    const office = { calendar: createCalendar(), hours: standardHours, zone: 'Asia/Shanghai' };
    expect(() => deadline({ start, period: { unit: 'named' }, ...office })).toThrow(RangeError);
    const named = namedDeadline('2026-10-01T23:30:00+08:00', office);
    expect(named).toEqual({
      dueAt: '2026-10-01T15:30:00.000Z',
      lastDay: '2026-10-01',
      provisional: false,
      calendarVersion: office.calendar.version,
      zone: 'Asia/Shanghai',
      steps: [{ rule: 'TICKET-6', kind: 'named', at: '2026-10-01T15:30:00.000Z' }],
    });
    expect(deadlineShape.parse(named)).toEqual(named);
    for (const change of [{ rule: 'TIME-1' }, { kind: 'ends' }])
      expect(reason.safeParse({ ...named.steps[0], ...change }).success).toBe(false);
  });

  it('is shown as it is, and as nothing else', () => {
    const all: Period[] = [
      ...Object.keys(PERIOD_MAX).map((unit) => ({ unit: unit as 'days', n: 2 })),
      { unit: 'sameDay' },
      { unit: 'named' },
    ];
    for (const one of all) {
      expect(shownPeriod.parse(one)).toEqual(one);
      // What is named is named by each object, and not asked for.
      expect([one, period.safeParse(one).success]).toEqual([one, one.unit !== 'named']);
    }
    for (const none of [{ unit: '' }, { unit: 'named', n: 1 }, { unit: 'days' }])
      expect(shownPeriod.safeParse(none).success).toBe(false);
  });

  it('begins at a moment that is one', () => {
    expect(msOf('1970-01-01T00:00:01Z')).toBe(1000);
    expect(() => msOf('the first of May')).toThrow('the first of May');
  });
});

describe('a reason', () => {
  const day = '2031-10-01';
  const off = { day, why: 'holiday', name: { en: 'National Day', zh: '国庆节' } };

  it.each([
    { rule: 'TIME-1', kind: 'begins', day },
    { rule: 'TIME-2', kind: 'runs', from: '2031-10-01T02:00:00.000Z', n: 24 },
    { rule: 'TIME-1', kind: 'ends', day },
    { rule: 'TIME-8', kind: 'ends', day, clamped: true },
    { rule: 'TIME-3', kind: 'rest', ...off },
    { rule: 'TIME-5', kind: 'skipped', ...off },
    { rule: 'TIME-5', kind: 'worked', day, why: 'makeup' },
    { rule: 'TIME-6', kind: 'counted', day, n: 3 },
    { rule: 'TIME-9', kind: 'closed', day, why: 'pastClosing' },
    { rule: 'TIME-4', kind: 'closes', day, time: '17:30', open: true },
    { rule: 'TICKET-6', kind: 'named', at: '2031-10-01T02:00:00.000Z' },
    { rule: 'TIME-7', kind: 'provisional', year: 2031 },
  ])('travels whole and under its own rule: $rule $kind', (one) => {
    expect(reason.parse(one)).toEqual(one);
    for (const change of [{ rule: 'TIME-99' }, { rule: '' }, { kind: '' }, { more: 1 }])
      expect(reason.safeParse({ ...one, ...change }).success).toBe(false);
    for (const name of Object.keys(one).filter((each) => each !== 'name' && each !== 'clamped'))
      expect(reason.safeParse({ ...one, [name]: undefined }).success).toBe(false);
  });
});

describe('a day', () => {
  it.each(['2026-10-01', '2026-10-10', '2026-10-11', '2026-10-12', '2031-10-01'])(
    '%s travels whole',
    (day) => {
      const info = createCalendar({ base: 'cn', extraRest: ['2026-10-12'] }).day(day);
      expect(dayInfo.parse(info)).toEqual(info);
      for (const name of ['day', 'kind', 'working', 'provisional'])
        expect(dayInfo.safeParse({ ...info, [name]: undefined }).success).toBe(false);
      expect(dayInfo.safeParse({ ...info, more: 1 }).success).toBe(false);
    },
  );
});

describe('the calendar of an office', () => {
  const year = { holidays: ['2031-01-01'], makeUp: ['2031-01-04'] };
  const shape = (years: Record<string, unknown>) => calendarConfig.safeParse({ base: 'weekends', years });

  it('has years of four digits, 1900 to 2999', () => {
    for (const name of ['1900', '1999', '2031', '2999'])
      expect(shape({ [name]: year }).success, name).toBe(true);
    for (const name of ['x2031', '20311', '1899', '3000', '2x31', '203x', '20x1', '203'])
      expect(shape({ [name]: year }).success, name).toBe(false);
  });

  it('says of a year both its holidays and its make-up days, and nothing else', () => {
    expect(shape({ 2031: { holidays: year.holidays } }).success).toBe(false);
    expect(shape({ 2031: { makeUp: year.makeUp } }).success).toBe(false);
    expect(shape({ 2031: { ...year, more: [] } }).success).toBe(false);
    expect(calendarConfig.parse({ base: 'weekends', years: { 2031: year } }).years).toEqual({ 2031: year });
  });
});
