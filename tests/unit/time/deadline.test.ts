import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar, deadline, instantAt, iso, type Period } from '../../../shared/time/index.ts';
import { deadlineShape } from '../../../shared/time/schema.ts';
import {
  calendar,
  dayPeriods,
  hours,
  naiveLastDay,
  onTheWall,
  periods,
  starts,
  works,
  zones,
} from './support.ts';

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
