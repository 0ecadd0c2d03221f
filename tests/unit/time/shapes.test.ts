import { describe, expect, it } from 'vitest';
import {
  createCalendar,
  deadline,
  hoursProblems,
  msOf,
  namedDeadline,
  PERIOD_MAX,
  periodProblems,
  standardHours,
} from '../../../shared/time/index.ts';
import { calendarConfig, deadlineShape, hours as hoursShape, reason } from '../../../shared/time/schema.ts';
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

  it('begins at a moment that is one', () => {
    expect(msOf('1970-01-01T00:00:01Z')).toBe(1000);
    expect(() => msOf('the first of May')).toThrow('the first of May');
  });
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
