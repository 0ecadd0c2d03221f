import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCalendar,
  deadline,
  explain,
  instantAt,
  iso,
  type Period,
  standardHours,
} from '../../../shared/time/index.ts';
import { deadlineShape } from '../../../shared/time/schema.ts';
import { naiveLastDay, onTheWall, works } from './support.ts';

const calendar = createCalendar();
const hours = standardHours;

const zones = fc.constantFrom(
  'Asia/Shanghai',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Pacific/Niue',
);
const starts = fc
  .date({ min: new Date('2025-01-02T00:00:00Z'), max: new Date('2026-06-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const counted = <U extends 'days' | 'workingDays' | 'weeks' | 'months'>(unit: U, max: number) =>
  fc.integer({ min: 1, max }).map((n) => ({ unit, n }));
const dayPeriods = fc.oneof(
  counted('days', 100),
  counted('workingDays', 60),
  counted('weeks', 14),
  counted('months', 3),
);
const periods: fc.Arbitrary<Period> = fc.oneof(
  dayPeriods,
  fc.integer({ min: 1, max: 2000 }).map((n) => ({ unit: 'hours' as const, n })),
  fc.constant({ unit: 'sameDay' as const }),
);

describe('a deadline', () => {
  it('agrees with a day-by-day count, whatever the zone', () => {
    fc.assert(
      fc.property(starts, zones, dayPeriods, (start, zone, period) => {
        const result = deadline({ start, period, calendar, hours, zone });
        const last = naiveLastDay(onTheWall(start, zone).slice(0, 10), period);
        expect(result.lastDay).toBe(last);
        expect(onTheWall(result.dueAt, zone)).toBe(`${last} 17:30`);
      }),
      { numRuns: 600 },
    );
  });

  it('never comes earlier for a later start or a longer period, and always comes after its start', () => {
    fc.assert(
      fc.property(starts, starts, zones, periods, (one, other, zone, period) => {
        const [early, late] = one < other ? [one, other] : [other, one];
        const of = (start: string, p = period) => deadline({ start, period: p, calendar, hours, zone }).dueAt;
        expect(of(early) > early).toBe(true);
        expect(of(early) <= of(late)).toBe(true);
        if ('n' in period) {
          expect(of(early) <= of(early, { unit: period.unit, n: period.n + 1 })).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('in days, weeks and months ends on a working day and names every rest day it moved past', () => {
    fc.assert(
      fc.property(starts, zones, dayPeriods, (start, zone, period) => {
        const { lastDay, steps } = deadline({ start, period, calendar, hours, zone });
        expect(works(lastDay)).toBe(true);
        for (const step of steps) {
          if (step.kind === 'rest' || step.kind === 'skipped') expect(works(step.day)).toBe(false);
        }
        const ends = steps.find((step) => step.kind === 'ends')?.day;
        if (ends !== undefined) {
          const rest = steps.filter((step) => step.kind === 'rest').map((step) => step.day);
          expect([...rest, lastDay][0]).toBe(ends);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('in hours is that many hours later to the millisecond, also over a change of clocks', () => {
    const result = deadline({
      start: '2026-03-07T16:10:00.123-05:00',
      period: { unit: 'hours', n: 24 },
      calendar,
      hours,
      zone: 'America/New_York',
    });
    expect(result.dueAt).toBe('2026-03-08T21:10:00.123Z');
    expect(onTheWall(result.dueAt, 'America/New_York')).toBe('2026-03-08 17:10');
  });

  it('ends at 24:00 where the office has no hours on the last day (TIME-4)', () => {
    const weekendsOnly = { working: [], weekend: [{ from: '09:00', to: '12:00' }] };
    const result = deadline({
      start: '2026-10-13T10:00:00+08:00',
      period: { unit: 'workingDays', n: 1 },
      calendar,
      hours: weekendsOnly,
      zone: 'Asia/Shanghai',
    });
    expect(result.dueAt).toBe('2026-10-14T16:00:00.000Z');
    expect(result.lastDay).toBe('2026-10-14');
    expect(result.steps.at(-1)).toMatchObject({ kind: 'closes', time: '24:00', open: false });
  });

  it('respects what the office adds to the calendar', () => {
    const own = createCalendar({ base: 'cn', extraWork: ['2026-10-11'], extraRest: ['2026-10-12'] });
    const of = (start: string, period: Period) =>
      deadline({ start, period, calendar: own, hours, zone: 'Asia/Shanghai' });
    expect(of('2026-10-10T10:00:00+08:00', { unit: 'workingDays', n: 1 }).lastDay).toBe('2026-10-11');
    expect(of('2026-10-11T10:00:00+08:00', { unit: 'workingDays', n: 1 }).lastDay).toBe('2026-10-13');
    expect(of('2026-10-05T10:00:00+08:00', { unit: 'weeks', n: 1 }).lastDay).toBe('2026-10-13');
    expect(of('2026-10-04T10:00:00+08:00', { unit: 'weeks', n: 1 }).lastDay).toBe('2026-10-11');
  });

  it('changes when the calendar of its year arrives', () => {
    const input = {
      start: '2026-12-31T10:00:00+08:00',
      period: { unit: 'workingDays', n: 1 },
      hours,
      zone: 'Asia/Shanghai',
    } as const;
    const before = deadline({ ...input, calendar });
    const arrived = createCalendar({
      base: 'cn',
      years: { 2027: { holidays: ['2027-01-01', '2027-01-02', '2027-01-03'], makeUp: [] } },
    });
    const after = deadline({ ...input, calendar: arrived });
    expect([before.lastDay, before.provisional]).toEqual(['2027-01-01', true]);
    expect([after.lastDay, after.provisional]).toEqual(['2027-01-04', false]);
    expect(after.calendarVersion).not.toBe(before.calendarVersion);
  });

  it.each([
    ['a period of zero', { unit: 'days', n: 0 }],
    ['a period beyond the bound', { unit: 'workingDays', n: 3661 }],
    ['a broken number of days', { unit: 'days', n: 1.5 }],
  ] as const)('refuses %s', (_, period) => {
    expect(() => deadline({ start: iso(0), period, calendar, hours, zone: 'UTC' })).toThrow(RangeError);
  });

  it('says that a month was too short only if it was (TIME-8)', () => {
    const ends = (start: string) =>
      deadline({ start, period: { unit: 'months', n: 1 }, calendar, hours, zone: 'UTC' }).steps[1];
    expect(ends('2026-05-31T10:00:00Z')).toEqual({
      rule: 'TIME-8',
      kind: 'ends',
      day: '2026-06-30',
      clamped: true,
    });
    expect(ends('2026-05-30T10:00:00Z')).toEqual({ rule: 'TIME-8', kind: 'ends', day: '2026-06-30' });
  });

  it('is an error where the office never works or opens, not an endless search', () => {
    const never = { ...calendar, day: (day: string) => ({ ...calendar.day(day), working: false }) };
    const at = { start: iso(0), hours, zone: 'UTC' };
    for (const unit of ['days', 'workingDays'] as const) {
      expect(() => deadline({ ...at, period: { unit, n: 1 }, calendar: never })).toThrow(/no working day/);
    }
    const closed = { ...at, hours: { working: [] }, calendar };
    expect(() => deadline({ ...closed, period: { unit: 'sameDay' } })).toThrow(/never opens/);
  });

  it('refuses what is no instant and what is no zone', () => {
    const period = { unit: 'days', n: 1 } as const;
    expect(() => deadline({ start: 'soon', period, calendar, hours, zone: 'UTC' })).toThrow(RangeError);
    expect(() => deadline({ start: iso(0), period, calendar, hours, zone: 'Mars/Base' })).toThrow(RangeError);
  });

  it('has the shape it travels in', () => {
    fc.assert(
      fc.property(starts, zones, periods, (start, zone, period) => {
        const result = deadline({ start, period, calendar, hours, zone });
        expect(deadlineShape.parse(result)).toEqual(result);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the explanation', () => {
  const of = (start: string, period: Period) =>
    deadline({ start, period, calendar, hours, zone: 'Asia/Shanghai' });

  it('names rule, skipped days and reason, in English', () => {
    expect(explain(of('2026-09-30T10:00:00+08:00', { unit: 'workingDays', n: 3 }), 'en').split('\n')).toEqual(
      [
        'Counting begins the next day, 2026-10-01 (Thu) (TIME-1).',
        'Not counted: 2026-10-01 (Thu) to 2026-10-07 (Wed), National Day (TIME-5).',
        'A working day: 2026-10-10 (Sat), make-up day, National Day (TIME-5).',
        'Working day 3 is 2026-10-10 (Sat) (TIME-6).',
        'Due when business closes on 2026-10-10 (Sat), 17:30 (TIME-4).',
      ],
    );
  });

  it('says the same in Chinese', () => {
    expect(explain(of('2026-09-25T10:00:00+08:00', { unit: 'weeks', n: 1 }), 'zh').split('\n')).toEqual([
      '自次日2026-09-26（周六）起算（TIME-1）。',
      '期间的最后一日为2026-10-02（周五）（TIME-1）。',
      '最后一日逢休息日顺延：2026-10-02（周五）至2026-10-07（周三），国庆节（TIME-3）。',
      '2026-10-08（周四）营业结束时（17:30）到期（TIME-4）。',
    ]);
  });

  it('keeps two weekends apart although nothing is said of the days between', () => {
    const text = explain(of('2026-10-15T10:00:00+08:00', { unit: 'workingDays', n: 8 }), 'en');
    expect(text).toContain('Not counted: 2026-10-17 (Sat) to 2026-10-18 (Sun), weekend');
    expect(text).toContain('Not counted: 2026-10-24 (Sat) to 2026-10-25 (Sun), weekend');
  });

  const own = createCalendar({
    base: 'cn',
    extraWork: ['2026-10-11'],
    extraRest: ['2026-10-12'],
    years: { 2031: { holidays: ['2031-10-01'], makeUp: [] } },
  });
  const weekendsOnly = { working: [], weekend: [{ from: '09:00', to: '12:00' }] };
  const days = (n: number) => ({ unit: 'days', n }) as const;
  const workingDays = (n: number) => ({ unit: 'workingDays', n }) as const;

  it.each<[string, string, Period, typeof hours, string[]]>([
    [
      'a holiday and a made-up day',
      '2026-09-30T10:00',
      workingDays(3),
      hours,
      [
        '自次日2026-10-01（周四）起算（TIME-1）。',
        '不计入工作日：2026-10-01（周四）至2026-10-07（周三），国庆节（TIME-5）。',
        '计为工作日：2026-10-10（周六），调休上班日，国庆节（TIME-5）。',
        '第 3 个工作日为2026-10-10（周六）（TIME-6）。',
        '2026-10-10（周六）营业结束时（17:30）到期（TIME-4）。',
      ],
    ],
    [
      'days on which the office works or rests for itself',
      '2026-10-10T10:00',
      workingDays(1),
      hours,
      [
        'A working day: 2026-10-11 (Sun), the office works that day (TIME-5).',
        '计为工作日：2026-10-11（周日），本公司加班日（TIME-5）。',
      ],
    ],
    [
      'the rest day on which a period would end',
      '2026-10-11T10:00',
      days(1),
      hours,
      [
        "The period's last day is 2026-10-12 (Mon) (TIME-1).",
        'A period does not end on a rest day: 2026-10-12 (Mon), the office rests that day (TIME-3).',
        '最后一日逢休息日顺延：2026-10-12（周一），本公司休息日（TIME-3）。',
      ],
    ],
    [
      'a weekend',
      '2026-10-16T10:00',
      workingDays(1),
      hours,
      ['不计入工作日：2026-10-17（周六）至2026-10-18（周日），周末（TIME-5）。'],
    ],
    [
      'a holiday that the office itself has entered',
      '2031-09-30T10:00',
      workingDays(1),
      hours,
      [
        'Not counted: 2031-10-01 (Wed), public holiday (TIME-5).',
        '不计入工作日：2031-10-01（周三），法定节假日（TIME-5）。',
      ],
    ],
    [
      'a month that is too short',
      '2026-05-31T10:00',
      { unit: 'months', n: 1 },
      hours,
      [
        'The month has no day of that number, so the period ends on its last, 2026-06-30 (Tue) (TIME-8).',
        '到期月没有对应日，以该月最后一日2026-06-30（周二）为期间的最后一日（TIME-8）。',
      ],
    ],
    [
      'hours',
      '2026-09-30T16:10',
      { unit: 'hours', n: 24 },
      hours,
      ['自 2026-09-30 16:10 起连续计算 24 小时，含夜间和休息日（TIME-2）。'],
    ],
    [
      'an evening before a holiday',
      '2026-09-30T18:00',
      { unit: 'sameDay' },
      { ...hours, weekend: [] },
      [
        'Waits for the next day of business: 2026-09-30 (Wed), business had closed (TIME-9).',
        'Waits for the next day of business: 2026-10-01 (Thu) to 2026-10-07 (Wed), National Day (TIME-9).',
        '顺延至下一营业日：2026-09-30（周三），已过下班时间（TIME-9）。',
        '顺延至下一营业日：2026-10-01（周四）至2026-10-07（周三），国庆节（TIME-9）。',
      ],
    ],
    [
      'a day without hours',
      '2026-10-13T10:00',
      workingDays(1),
      weekendsOnly,
      [
        'Due at 24:00 on 2026-10-14 (Wed), a day without office hours (TIME-4).',
        '2026-10-14（周三）无营业时间，于 24:00 到期（TIME-4）。',
      ],
    ],
    [
      'an office open on weekends only',
      '2026-10-14T10:00',
      { unit: 'sameDay' },
      weekendsOnly,
      [
        'Waits for the next day of business: 2026-10-14 (Wed) to 2026-10-16 (Fri), working day (TIME-9).',
        '顺延至下一营业日：2026-10-14（周三）至2026-10-16（周五），工作日（TIME-9）。',
      ],
    ],
    [
      'a year not published',
      '2026-12-31T10:00',
      workingDays(1),
      hours,
      [
        'Provisional: the calendar of 2027 is not published, plain weekends are assumed (TIME-7).',
        '暂定：2027 年放假安排尚未公布，按普通周末计算（TIME-7）。',
      ],
    ],
  ])('has words for %s', (_, start, period, hours, sentences) => {
    const input = { start: `${start}:00+08:00`, period, calendar: own, hours, zone: 'Asia/Shanghai' };
    const said = (['en', 'zh'] as const).flatMap((language) =>
      explain(deadline(input), language).split('\n'),
    );
    expect(said).toEqual(expect.arrayContaining(sentences));
  });

  it('leaves nothing unsaid in either language', () => {
    fc.assert(
      fc.property(starts, zones, periods, (start, zone, period) => {
        const result = deadline({ start, period, calendar, hours, zone });
        for (const language of ['en', 'zh'] as const) {
          const text = explain(result, language);
          expect(text).not.toMatch(/undefined|null|NaN|\(\)|（）/);
          for (const { rule } of result.steps) expect(text).toContain(rule);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tells hours on the wall of the property', () => {
    const result = of('2026-09-30T08:10:00Z', { unit: 'hours', n: 24 });
    expect(explain(result, 'en')).toBe(
      'Runs 24 h from 2026-09-30 16:10, nights and days off included (TIME-2).',
    );
  });
});

describe('the zone of the process', () => {
  /** Deadlines and kinds of days as a fresh process reckons them. */
  const script = `
    import { createCalendar, deadline, standardHours } from '${new URL('../../../shared/time/index.ts', import.meta.url).href}';
    const calendar = createCalendar();
    const answers = [];
    for (let ms = Date.UTC(2025, 0, 1, 15); ms < Date.UTC(2027, 0, 10); ms += 36e5 * 24 * 3) {
      const start = new Date(ms).toISOString();
      answers.push(calendar.day(start.slice(0, 10)).kind);
      for (const unit of ['workingDays', 'weeks', 'months']) {
        const zone = 'Asia/Shanghai';
        answers.push(deadline({ start, period: { unit, n: 2 }, calendar, hours: standardHours, zone }).dueAt);
      }
    }
    process.stdout.write(JSON.stringify(answers));
  `;
  const run = (TZ: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: process.env.PATH, TZ },
      encoding: 'utf8',
    });

  it('changes nothing', () => {
    const utc = run('UTC');
    expect(JSON.parse(utc).length).toBeGreaterThan(900);
    const zones = ['America/New_York', 'Asia/Shanghai', 'Pacific/Apia', 'Pacific/Niue', 'Atlantic/Azores'];
    expect(zones.filter((zone) => run(zone) !== utc)).toEqual([]);
  });
});

describe('wall time', () => {
  it.each([
    ['a plain moment', '2026-10-08', 17 * 60 + 30, 'Asia/Shanghai', '2026-10-08T09:30:00.000Z'],
    ['a time skipped in spring', '2026-03-08', 2 * 60 + 30, 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['the earlier of two in autumn', '2026-11-01', 90, 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['24:00 where midnight is skipped', '2026-09-05', 1440, 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['half an hour off', '2026-10-08', 0, 'Asia/Kolkata', '2026-10-07T18:30:00.000Z'],
    ['the day Apia skipped', '2011-12-30', 12 * 60, 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
    ['the day before it', '2011-12-29', 12 * 60, 'Pacific/Apia', '2011-12-29T22:00:00.000Z'],
    ['the day after it', '2011-12-31', 12 * 60, 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
  ])('%s: %s at minute %i in %s', (_, day, minute, zone, expected) => {
    expect(iso(instantAt(day, minute, zone))).toBe(expected);
  });

  it('comes back as it was wherever it exists', () => {
    const days = fc.integer({ min: 0, max: 2000 }).map((n) => iso(Date.UTC(2023, 0, 1 + n)).slice(0, 10));
    fc.assert(
      fc.property(days, fc.integer({ min: 240, max: 1439 }), zones, (day, minute, zone) => {
        const wall = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        expect(onTheWall(iso(instantAt(day, minute, zone)), zone)).toBe(`${day} ${wall}`);
      }),
    );
  });
});
