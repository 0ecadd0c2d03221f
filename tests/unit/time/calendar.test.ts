import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { HOLIDAYS_VERSION } from '../../../shared/time/calendar.ts';
import {
  addMonths,
  calendarProblems,
  createCalendar,
  daysBetween,
  isDay,
  standardCalendar,
  weekday,
} from '../../../shared/time/index.ts';
import { calendarConfig } from '../../../shared/time/schema.ts';
import { codesOf } from '../refusals.ts';
import { isMadeUp, isOff, nextDay, works } from './support.ts';

const codes = (config: Parameters<typeof calendarProblems>[0]) => codesOf(calendarProblems(config));

describe('the calendar of China', () => {
  it('is the State Council\u2019s, every day of 2025 and 2026', () => {
    const calendar = createCalendar();
    const wrong: string[] = [];
    for (let day = '2025-01-01'; day < '2027-01-01'; day = nextDay(day)) {
      const info = calendar.day(day);
      const kind = isMadeUp(day) ? 'makeup' : isOff(day) ? 'holiday' : works(day) ? 'working' : 'weekend';
      if (info.kind !== kind || info.working !== works(day) || info.provisional) wrong.push(day);
    }
    expect(wrong).toEqual([]);
  });

  it('names a holiday and what a make-up day is for, in both languages', () => {
    const calendar = createCalendar();
    expect(calendar.day('2025-10-06').name).toEqual({ en: 'Mid-autumn Festival', zh: '中秋' });
    expect(calendar.day('2026-02-14').name).toEqual({ en: 'Spring Festival', zh: '春节' });
    expect(calendar.day('2026-02-13').name).toBeUndefined();
  });

  it('takes an unpublished year for plain weekends and says so (TIME-7)', () => {
    const calendar = createCalendar();
    expect(calendar.day('2031-10-01')).toEqual({
      day: '2031-10-01',
      kind: 'working',
      working: true,
      provisional: true,
    });
    expect(calendar.day('2031-10-04')).toMatchObject({ kind: 'weekend', working: false, provisional: true });
    expect(calendar.day('2026-12-31').provisional).toBe(false);
  });

  it('is of the installed version', () => {
    const path = createRequire(import.meta.url).resolve('chinese-days/package.json');
    expect(JSON.parse(readFileSync(path, 'utf8')).version).toBe(HOLIDAYS_VERSION);
  });
});

describe('what an office lays over it', () => {
  it('wins over the base', () => {
    const calendar = createCalendar({ base: 'cn', extraWork: ['2026-10-01'], extraRest: ['2026-10-10'] });
    expect(calendar.day('2026-10-01')).toMatchObject({ kind: 'extraWork', working: true });
    expect(calendar.day('2026-10-10')).toMatchObject({ kind: 'extraRest', working: false });
    expect(calendar.day('2026-10-02').kind).toBe('holiday');
  });

  it('is certain, also in a year that is not published', () => {
    const calendar = createCalendar({ base: 'cn', extraWork: ['2031-10-04'], extraRest: ['2031-10-06'] });
    expect(calendar.day('2031-10-04')).toMatchObject({ kind: 'extraWork', provisional: false });
    expect(calendar.day('2031-10-06')).toMatchObject({ kind: 'extraRest', provisional: false });
  });

  it('may be a whole year, which then is published', () => {
    const calendar = createCalendar({
      base: 'cn',
      years: { 2031: { holidays: ['2031-10-01'], makeUp: ['2031-09-28'] } },
    });
    expect(calendar.day('2031-10-01')).toEqual({
      day: '2031-10-01',
      kind: 'holiday',
      working: false,
      name: { en: 'public holiday', zh: '法定节假日' },
      provisional: false,
    });
    expect(calendar.day('2031-09-28')).toMatchObject({ kind: 'makeup', working: true, provisional: false });
    expect(calendar.day('2031-10-02')).toMatchObject({ kind: 'working', provisional: false });
    expect(calendar.day('2032-10-01').provisional).toBe(true);
  });

  it('may be plain weekends with holidays of its own, for a property elsewhere', () => {
    const calendar = createCalendar({
      base: 'weekends',
      years: { 2026: { holidays: ['2026-07-03'], makeUp: [] } },
    });
    expect(calendar.day('2026-10-01')).toMatchObject({ kind: 'working', provisional: false });
    expect(calendar.day('2026-07-03').kind).toBe('holiday');
    expect(calendar.day('2040-01-01').provisional).toBe(false);
  });

  it('changes the version by its content, not by its order', () => {
    const version = (config: Parameters<typeof createCalendar>[0]) => createCalendar(config).version;
    const days = ['2026-10-11', '2026-10-18'];
    expect(version(standardCalendar)).toBe(`cn-${HOLIDAYS_VERSION}`);
    expect(version({ base: 'cn', extraWork: [], years: {} })).toBe(version(standardCalendar));
    expect(version({ base: 'cn', extraWork: days })).toBe(
      version({ base: 'cn', extraWork: days.toReversed() }),
    );
    const year = { holidays: days, makeUp: [] };
    expect(version({ base: 'cn', years: { 2027: year, 2028: year } })).toBe(
      version({ base: 'cn', years: { 2028: year, 2027: year } }),
    );
    expect(version({ base: 'weekends' })).toBe('weekends');
    // Stored with each deadline: were it written otherwise, every provisional one would be counted again (TIME-7).
    expect(version({ base: 'weekends', extraRest: days })).toBe('weekends+1qj95gs07mg');
    const all = [
      version({ base: 'cn' }),
      version({ base: 'weekends' }),
      version({ base: 'cn', extraWork: days }),
      version({ base: 'cn', extraRest: days }),
      version({ base: 'cn', extraWork: ['2026-10-11'], extraRest: ['2026-10-12'] }),
      version({ base: 'cn', extraWork: ['2026-10-11'], years: { 2027: year } }),
      version({ base: 'weekends', extraRest: days }),
      version({ base: 'cn', years: { 2027: { holidays: days, makeUp: [] } } }),
      version({ base: 'cn', years: { 2027: { holidays: [], makeUp: days } } }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is told what is wrong with it, with paths', () => {
    expect(codes({ base: 'cn', extraWork: ['2026-10-11'], extraRest: ['2026-10-12'] })).toEqual([]);
    expect(codes({ base: 'cn', extraWork: ['2026-02-30', '2026-10-11', '2026-10-11'] })).toEqual([
      '/extraWork/0 not-a-day',
      '/extraWork/2 repeated',
    ]);
    expect(codes({ base: 'cn', extraWork: ['2026-10-11'], extraRest: ['2026-10-11'] })).toEqual([
      '/extraWork/0 both',
    ]);
    expect(codes({ base: 'cn', extraRest: ['2026-02-30'] })).toEqual(['/extraRest/0 not-a-day']);
    expect(codes({ base: 'cn', years: { 3000: { holidays: [], makeUp: [] } } })).toEqual([
      '/years/3000 not-a-year',
    ]);
    expect(codes({ base: 'cn', years: { 2027: { holidays: [], makeUp: ['2027-02-30'] } } })).toEqual([
      '/years/2027/makeUp/0 not-a-day',
    ]);
    expect(
      codes({
        base: 'cn',
        years: { 2027: { holidays: ['2026-10-01', '2027-10-03'], makeUp: ['2027-10-03', '2027-10-04'] } },
      }),
    ).toEqual([
      '/years/2027/holidays/0 other-year',
      '/years/2027/makeUp/0 both',
      '/years/2027/makeUp/1 not-a-weekend',
    ]);
  });

  it('has a shape that refuses unknown fields and days that do not exist', () => {
    expect(calendarConfig.safeParse({ base: 'cn', extraWork: ['2026-10-11'] }).success).toBe(true);
    expect(calendarConfig.safeParse({ base: 'cn', extraWork: ['2026-02-30'] }).success).toBe(false);
    expect(calendarConfig.safeParse({ base: 'us' }).success).toBe(false);
    expect(calendarConfig.safeParse({ base: 'cn', more: 1 }).success).toBe(false);
  });
});

describe('plain days', () => {
  it('exist or do not', () => {
    expect(['2024-02-29', '2026-12-31', '1900-01-01', '2999-12-31'].every(isDay)).toBe(true);
    const none = [
      '2026-02-29',
      '2026-13-01',
      '2026-00-10',
      '26-01-01',
      '2026-1-1',
      '',
      '2026-01-01 ',
      '20260101',
    ];
    expect([...none, '1899-12-31', '3000-01-01', '+02026-01-01', ' 2026-01-01'].filter(isDay)).toEqual([]);
  });

  it('know their weekday', () => {
    expect(['2026-09-30', '2026-10-04', '2026-10-05'].map(weekday)).toEqual([3, 7, 1]);
  });

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-01-30', 13, '2027-02-28'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-03-31', -1, '2026-02-28'],
  ])('%s and %i months is %s (TIME-8)', (day, n, expected) => {
    expect(addMonths(day, n)).toBe(expected);
  });
});

describe('the days between two', () => {
  it('are those one has to go on from the first, or back', () => {
    let day = '2024-01-01';
    for (let n = 0; n < 1500; n++, day = nextDay(day)) {
      expect([daysBetween('2024-01-01', day), daysBetween(day, '2024-01-01')]).toEqual([n, 0 - n]);
    }
  });
});
