import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closeOf,
  createCalendar,
  type Hours,
  hoursProblems,
  isOpen,
  iso,
  lastOpen,
  nextOpen,
  openOf,
  standardHours,
} from '../../../shared/time/index.ts';
import { hours as hoursShape } from '../../../shared/time/schema.ts';
import { codesOf } from '../refusals.ts';
import { onTheWall } from './support.ts';

const zone = 'Asia/Shanghai';
const office = { calendar: createCalendar(), hours: standardHours, zone };
const at = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}:00+08:00`);
const wall = (ms: number | undefined) => ms !== undefined && onTheWall(iso(ms), zone);

describe('an office', () => {
  it.each([
    ['2026-09-30 08:29', false],
    ['2026-09-30 08:30', true],
    ['2026-09-30 12:00', false],
    ['2026-09-30 13:30', true],
    ['2026-09-30 17:29', true],
    ['2026-09-30 17:30', false],
    ['2026-10-01 10:00', false],
    ['2026-10-10 08:45', true],
    ['2026-10-11 08:45', false],
    ['2026-10-11 09:00', true],
  ])('at %s is open: %s', (moment, open) => {
    expect(isOpen(at(moment), office)).toBe(open);
  });

  it.each([
    ['2026-09-30 10:00', '2026-09-30 10:00'],
    ['2026-09-30 12:15', '2026-09-30 13:30'],
    ['2026-09-30 17:30', '2026-10-08 08:30'],
    ['2026-10-10 20:00', '2026-10-11 09:00'],
  ])('next opens after %s at %s', (moment, expected) => {
    expect(wall(nextOpen(at(moment), office))).toBe(expected);
  });

  it.each([
    ['2026-09-30 10:00', '2026-09-30 10:00'],
    ['2026-09-30 17:30', '2026-09-30 17:30'],
    ['2026-09-30 12:15', '2026-09-30 12:00'],
    ['2026-09-30 08:30', '2026-09-30 08:30'],
    ['2026-09-30 13:30', '2026-09-30 13:30'],
    ['2026-10-05 12:00', '2026-09-30 17:30'],
    ['2026-10-08 08:00', '2026-09-30 17:30'],
  ])('was last at work by %s at %s', (moment, expected) => {
    expect(wall(lastOpen(at(moment), office))).toBe(expected);
  });

  it('keeps the hours of working days on a day of extra work, and those of holidays on a day of extra rest', () => {
    const own = {
      zone,
      calendar: createCalendar({ base: 'cn', extraWork: ['2026-10-17'], extraRest: ['2026-10-15'] }),
      hours: { ...standardHours, holiday: [{ from: '10:00', to: '11:00' }] },
    };
    expect(wall(openOf('2026-10-17', own))).toBe('2026-10-17 08:30');
    expect(wall(openOf('2026-10-18', own))).toBe('2026-10-18 09:00');
    expect(wall(openOf('2026-10-15', own))).toBe('2026-10-15 10:00');
    expect(wall(closeOf('2026-10-15', own).at)).toBe('2026-10-15 11:00');
  });

  it('closes by the kind of day, at 24:00 where it has no hours', () => {
    expect(closeOf('2026-10-10', office)).toEqual({ at: at('2026-10-10 17:30'), time: '17:30', open: true });
    expect(closeOf('2026-10-01', office)).toEqual({ at: at('2026-10-02 00:00'), time: '24:00', open: false });
    expect(wall(openOf('2026-10-11', office))).toBe('2026-10-11 09:00');
    expect(openOf('2026-10-01', office)).toBeUndefined();
  });

  it('may be open around the clock', () => {
    const always = [{ from: '00:00', to: '24:00' }];
    const around = { ...office, hours: { working: always, weekend: always, holiday: always } };
    fc.assert(
      fc.property(fc.integer({ min: at('2026-09-01 00:00'), max: at('2026-11-01 00:00') }), (ms) => {
        expect(isOpen(ms, around)).toBe(true);
        expect(nextOpen(ms, around)).toBe(ms);
      }),
    );
  });

  it('next opens at the first open minute, as trying every minute finds it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 * 24 * 20 }),
        fc.constantFrom(zone, 'America/New_York', 'Asia/Kolkata'),
        (minute, where) => {
          const there = { ...office, zone: where };
          const start = at('2026-10-08 00:00') + minute * 60_000;
          let ms = start;
          while (!isOpen(ms, there)) ms += 60_000;
          expect(nextOpen(start, there)).toBe(ms);
        },
      ),
      { numRuns: 60 },
    );
  });

  describe('where clocks are moved', () => {
    const calendar = createCalendar({ base: 'weekends' });
    const daily = (zone: string, from: string, to: string) => {
      const spans = [{ from, to }];
      return { calendar, zone, hours: { working: spans, weekend: spans } };
    };

    it('does not open on a day that its zone has skipped', () => {
      const apia = daily('Pacific/Apia', '09:00', '17:00');
      const [evening, morning] = ['2011-12-30T03:00:00.000Z', '2011-12-30T19:00:00.000Z'];
      expect(openOf('2011-12-30', apia)).toBeUndefined();
      expect(iso(openOf('2011-12-31', apia) ?? 0)).toBe(morning);
      expect(iso(nextOpen(Date.parse(evening), apia))).toBe(morning);
      expect(iso(lastOpen(Date.parse(morning) - 1, apia) ?? 0)).toBe(evening);
    });

    it.each([
      ['02:00', '03:00'],
      ['02:30', '03:00'],
    ])('does not open from %s to %s in the night in which that hour is skipped', (from, to) => {
      const york = daily('America/New_York', from, to);
      const next = Date.parse(`2026-03-09T${from}:00-04:00`);
      expect(openOf('2026-03-08', york)).toBeUndefined();
      expect(nextOpen(Date.parse('2026-03-08T01:00:00-05:00'), york)).toBe(next);
    });

    it('opens late where only the beginning is skipped', () => {
      const york = daily('America/New_York', '02:30', '06:00');
      expect(openOf('2026-03-08', york)).toBe(Date.parse('2026-03-08T03:30:00-04:00'));
    });
  });

  it('that never opens is an error, not an endless search', () => {
    expect(() => nextOpen(0, { ...office, hours: { working: [] } })).toThrow(RangeError);
    expect(lastOpen(0, { ...office, hours: { working: [] } })).toBeUndefined();
  });
});

describe('office hours', () => {
  const codes = (hours: Hours) => codesOf(hoursProblems(hours));

  it('are sound by default', () => {
    expect(codes(standardHours)).toEqual([]);
    expect(hoursShape.parse(standardHours)).toEqual(standardHours);
  });

  it.each([
    ['a time that is none', { working: [{ from: '8:30', to: '12:00' }] }, ['/working/0/from not-a-time']],
    ['a time past midnight', { working: [{ from: '08:30', to: '24:30' }] }, ['/working/0/to not-a-time']],
    ['24:00 as a beginning', { working: [{ from: '24:00', to: '24:00' }] }, ['/working/0/from not-a-time']],
    [
      'an end before its beginning',
      { working: [{ from: '12:00', to: '08:30' }] },
      ['/working/0/to ends-early'],
    ],
    [
      'spans that overlap',
      {
        working: standardHours.working,
        holiday: [
          { from: '09:00', to: '12:00' },
          { from: '11:00', to: '13:00' },
        ],
      },
      ['/holiday/1/from overlap'],
    ],
    ['an office that never opens', { working: [] }, ['/working never-open']],
  ])('are refused for %s', (_, hours, expected) => {
    expect(codes(hours)).toEqual(expected);
  });

  it('may touch, reach 24:00, and be for weekends alone', () => {
    const hours = {
      working: [],
      weekend: [
        { from: '09:00', to: '12:00' },
        { from: '12:00', to: '24:00' },
      ],
    };
    expect(codes(hours)).toEqual([]);
    expect(hoursShape.safeParse(hours).success).toBe(true);
  });
});
