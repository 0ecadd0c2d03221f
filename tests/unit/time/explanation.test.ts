import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCalendar,
  deadline,
  explain,
  namedDeadline,
  type Period,
  type Reason,
} from '../../../shared/time/index.ts';
import { calendar, hours, nextDay, periods, starts, zones } from './support.ts';

type DayReason = Extract<Reason, { why: unknown }>;

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

  it('of a moment that somebody has named says who named it, on the wall of the property', () => {
    const named = namedDeadline('2026-10-01T15:30:00Z', { calendar, hours, zone: 'Asia/Shanghai' });
    expect(explain(named, 'en')).toBe('The service order names 2026-10-01 23:30 (TICKET-6).');
    expect(explain(named, 'zh')).toBe('服务单注明的完成时限为 2026-10-01 23:30（TICKET-6）。');
  });

  it('tells days off for another reason apart: a weekend, then a holiday, then a day of the office', () => {
    const own = createCalendar({ base: 'cn', extraRest: ['2026-09-24'] });
    const text = explain(
      deadline({
        start: '2026-09-18T10:00:00+08:00',
        period: { unit: 'workingDays', n: 6 },
        calendar: own,
        hours,
        zone: 'Asia/Shanghai',
      }),
      'en',
    );
    expect(text.split('\n').filter((line) => line.startsWith('Not counted'))).toEqual([
      'Not counted: 2026-09-19 (Sat), weekend (TIME-5).',
      'Not counted: 2026-09-24 (Thu), the office rests that day (TIME-5).',
      'Not counted: 2026-09-25 (Fri) to 2026-09-27 (Sun), Mid-autumn Festival (TIME-5).',
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
      'a made-up day on which a week ends',
      '2026-10-03T10:00',
      { unit: 'weeks', n: 1 },
      hours,
      [
        "The period's last day is 2026-10-10 (Sat) (TIME-1).",
        'A working day: 2026-10-10 (Sat), make-up day, National Day (TIME-5).',
        'Due when business closes on 2026-10-10 (Sat), 17:30 (TIME-4).',
      ],
    ],
    [
      'years not published, one by one',
      '2032-12-30T10:00',
      workingDays(3),
      hours,
      [
        'Provisional: the calendar of 2032 is not published, plain weekends are assumed (TIME-7).',
        'Provisional: the calendar of 2033 is not published, plain weekends are assumed (TIME-7).',
      ],
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
      'a make-up day of such an office',
      '2026-10-10T10:00',
      { unit: 'sameDay' },
      weekendsOnly,
      [
        'Waits for the next day of business: 2026-10-10 (Sat), make-up day, National Day, no office hours (TIME-9).',
        '顺延至下一营业日：2026-10-10（周六），调休上班日，国庆节，无营业时间（TIME-9）。',
      ],
    ],
    [
      'an office open on weekends only',
      '2026-10-14T10:00',
      { unit: 'sameDay' },
      weekendsOnly,
      [
        'Waits for the next day of business: 2026-10-14 (Wed) to 2026-10-16 (Fri), working day, no office hours (TIME-9).',
        '顺延至下一营业日：2026-10-14（周三）至2026-10-16（周五），工作日，无营业时间（TIME-9）。',
      ],
    ],
    [
      'a day worked in place of another, of such an office',
      '2026-10-11T10:00',
      { unit: 'sameDay' },
      weekendsOnly,
      ['顺延至下一营业日：2026-10-11（周日），本公司加班日，无营业时间（TIME-9）。'],
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

  /** What was reckoned once and is told now. */
  const told = (steps: Reason[], language: 'en' | 'zh' = 'en') =>
    explain({ ...of('2026-09-30T10:00:00+08:00', days(1)), steps }, language).split('\n');

  it('of a holiday whose name is not known says that it is one', () => {
    const off: Reason = { rule: 'TIME-5', kind: 'skipped', day: '2026-10-01', why: 'holiday' };
    expect(told([off])).toEqual(['Not counted: 2026-10-01 (Thu), public holiday (TIME-5).']);
    expect(told([off], 'zh')).toEqual(['不计入工作日：2026-10-01（周四），法定节假日（TIME-5）。']);
  });

  it('has one sentence for days in a row that share their ground, and never one for any others', () => {
    const day = fc.record({
      after: fc.constantFrom(1, 1, 1, 2),
      of: fc.constantFrom(
        { rule: 'TIME-3', kind: 'rest' },
        { rule: 'TIME-5', kind: 'skipped' },
        { rule: 'TIME-5', kind: 'skipped' },
        { rule: 'TIME-9', kind: 'closed' },
      ),
      why: fc.constantFrom('holiday', 'holiday', 'extraRest'),
      name: fc.constantFrom(undefined, { en: 'A', zh: '甲' }, { en: 'B', zh: '乙' }),
    });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 6 }), (some) => {
        let at = '2026-09-29';
        const steps = some.map(({ after, of, why, name }) => {
          for (let i = 0; i < after; i++) at = nextDay(at);
          return { ...of, day: at, why, ...(name && { name }) } as DayReason;
        });
        // Looking at each pair of neighbours by itself: one sentence begins wherever they differ.
        const begins = steps.filter((step, i) => {
          const before = steps[i - 1];
          return !(
            before &&
            nextDay(before.day) === step.day &&
            [before.kind, before.why, before.name?.en].join() === [step.kind, step.why, step.name?.en].join()
          );
        });
        const lines = told(steps);
        expect(lines.map((line) => /\d{4}-\d\d-\d\d/.exec(line)?.[0])).toEqual(begins.map(({ day }) => day));
        const ends = [...begins.slice(1).map((step) => steps[steps.indexOf(step) - 1]), steps.at(-1)];
        expect(lines.map((line) => /to (\d{4}-\d\d-\d\d)/.exec(line)?.[1])).toEqual(
          ends.map((end, i) => (end === begins[i] ? undefined : end?.day)),
        );
      }),
    );
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
