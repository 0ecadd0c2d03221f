import { describe, expect, it } from 'vitest';
import { createCalendar, deadline, type Period, standardHours } from '../../../shared/time/index.ts';
import { onTheWall } from './support.ts';

const zone = 'Asia/Shanghai';
const schedule = { calendar: createCalendar(), hours: standardHours, zone };

const units = { h: 'hours', d: 'days', wd: 'workingDays', w: 'weeks', m: 'months' } as const;

/** `3wd`, `1w`, `24h`, `1m`, `5d` or `same`. */
function periodOf(text: string): Period {
  if (text === 'same') return { unit: 'sameDay' };
  const [, n, unit] = /^(\d+)(h|d|wd|w|m)$/.exec(text) ?? [];
  return { unit: units[unit as keyof typeof units], n: Number(n) };
}

const due = (start: string, period: string) =>
  deadline({ start: `${start.replace(' ', 'T')}:00+08:00`, period: periodOf(period), ...schedule });

describe('the worked cases of the rulebook', () => {
  it.each([
    ['2026-09-30 10:00', '1wd', '2026-10-08 17:30'],
    ['2026-09-30 10:00', '3wd', '2026-10-10 17:30'],
    ['2026-09-25 10:00', '1w', '2026-10-08 17:30'],
  ])('%s with %s is due %s', (start, period, expected) => {
    expect(onTheWall(due(start, period).dueAt, zone)).toBe(expected);
  });
});

/** start, period, due, why; each worked by hand from the State Council's notices. */
const cases = [
  // New Year 2025: Wednesday 1 January only
  ['2024-12-31 16:00', '1wd', '2025-01-02 17:30', 'New Year is skipped'],
  ['2024-12-31 10:00', '3wd', '2025-01-06 17:30', 'Thu 2, Fri 3, a weekend, Mon 6'],
  ['2024-12-25 10:00', '1w', '2025-01-02 17:30', 'a week ends on New Year and moves a day'],
  // Spring Festival 2025: Tue 28 January to Tue 4 February; Sun 26 January and Sat 8 February worked
  ['2025-01-24 10:00', '1wd', '2025-01-26 17:30', 'Saturday off, Sunday made up'],
  ['2025-01-24 10:00', '3wd', '2025-02-05 17:30', 'Sun 26, Mon 27, eight days off, Wed 5'],
  ['2025-01-27 10:00', '1wd', '2025-02-05 17:30', 'the eve: the whole festival is skipped'],
  ['2025-01-27 10:00', '3wd', '2025-02-07 17:30', 'Wed 5, Thu 6, Fri 7'],
  ['2025-01-27 10:00', '4wd', '2025-02-08 17:30', 'the fourth is the Saturday made up'],
  ['2025-01-21 10:00', '1w', '2025-02-05 17:30', 'ends on the first day off, moves past all eight'],
  ['2025-01-25 10:00', '2w', '2025-02-08 17:30', 'ends on a made-up Saturday, which is no rest day'],
  ['2025-01-19 10:00', '1w', '2025-01-26 17:30', 'ends on a made-up Sunday'],
  ['2025-01-28 10:00', '24h', '2025-01-29 10:00', 'hours run through the festival'],
  ['2025-01-29 10:00', 'same', '2025-02-05 17:30', 'no hours until the festival is over'],
  ['2025-02-04 09:00', '1wd', '2025-02-05 17:30', 'received on the last day off'],
  // Qingming 2025: Fri 4 to Sun 6 April
  ['2025-04-03 10:00', '1wd', '2025-04-07 17:30', 'three days off'],
  ['2025-04-03 10:00', '3wd', '2025-04-09 17:30', 'Mon 7, Tue 8, Wed 9'],
  ['2025-03-28 10:00', '1w', '2025-04-07 17:30', 'ends on the Friday off'],
  ['2025-03-22 10:00', '2w', '2025-04-07 17:30', 'ends on the Saturday of the holiday'],
  // Labour Day 2025: Thu 1 to Mon 5 May; Sun 27 April worked
  ['2025-04-25 10:00', '1wd', '2025-04-27 17:30', 'the Sunday made up'],
  ['2025-04-25 10:00', '3wd', '2025-04-29 17:30', 'Sun 27, Mon 28, Tue 29'],
  ['2025-04-30 10:00', '1wd', '2025-05-06 17:30', 'five days off'],
  ['2025-04-30 10:00', '3wd', '2025-05-08 17:30', 'Tue 6, Wed 7, Thu 8'],
  ['2025-04-20 10:00', '1w', '2025-04-27 17:30', 'ends on the Sunday made up'],
  ['2025-04-05 10:00', '1m', '2025-05-06 17:30', 'the month ends on Mon 5, still off'],
  // Dragon Boat 2025: Sat 31 May to Mon 2 June
  ['2025-05-30 10:00', '1wd', '2025-06-03 17:30', 'weekend and a Monday off'],
  ['2025-05-30 10:00', '3wd', '2025-06-05 17:30', 'Tue 3, Wed 4, Thu 5'],
  ['2025-05-26 10:00', '1w', '2025-06-03 17:30', 'ends on the Monday off'],
  ['2025-05-31 10:00', '1m', '2025-06-30 17:30', 'June has no 31st: its last day, a Monday'],
  ['2025-06-02 10:00', '1d', '2025-06-03 17:30', 'one day from the last day off'],
  // National Day and Mid-autumn 2025: Wed 1 to Wed 8 October; Sun 28 September and Sat 11 October worked
  ['2025-09-26 10:00', '1wd', '2025-09-28 17:30', 'the Sunday made up'],
  ['2025-09-26 10:00', '3wd', '2025-09-30 17:30', 'Sun 28, Mon 29, Tue 30'],
  ['2025-09-30 10:00', '1wd', '2025-10-09 17:30', 'eight days off'],
  ['2025-09-30 10:00', '3wd', '2025-10-11 17:30', 'Thu 9, Fri 10, the Saturday made up'],
  ['2025-09-24 10:00', '1w', '2025-10-09 17:30', 'ends on National Day'],
  ['2025-09-27 10:00', '2w', '2025-10-11 17:30', 'ends on the Saturday made up'],
  ['2025-10-04 09:00', 'same', '2025-10-09 17:30', 'closed until the ninth'],
  ['2025-09-30 18:00', 'same', '2025-10-09 17:30', 'the eve had closed already'],
  // New Year 2026: Thu 1 to Sat 3 January; Sun 4 worked
  ['2025-12-31 10:00', '1wd', '2026-01-04 17:30', 'the Sunday made up'],
  ['2025-12-31 10:00', '3wd', '2026-01-06 17:30', 'Sun 4, Mon 5, Tue 6'],
  ['2025-12-27 10:00', '1w', '2026-01-04 17:30', 'ends on Sat 3, off, moves to the Sunday worked'],
  // Spring Festival 2026: Sun 15 to Mon 23 February; Sat 14 and Sat 28 worked
  ['2026-02-13 10:00', '1wd', '2026-02-14 17:30', 'the Saturday made up'],
  ['2026-02-13 10:00', '3wd', '2026-02-25 17:30', 'Sat 14, nine days off, Tue 24, Wed 25'],
  ['2026-02-14 10:00', '1wd', '2026-02-24 17:30', 'nine days off'],
  ['2026-02-09 10:00', '1w', '2026-02-24 17:30', 'ends on the eve, moves past the festival'],
  ['2026-02-14 10:00', '2w', '2026-02-28 17:30', 'ends on the Saturday made up'],
  ['2026-02-24 10:00', '5wd', '2026-03-02 17:30', 'Wed, Thu, Fri, the Saturday made up, not Sunday, Mon'],
  ['2026-01-31 10:00', '1m', '2026-02-28 17:30', 'February has no 31st; the 28th is made up, no rest day'],
  ['2026-02-14 16:00', 'same', '2026-02-14 17:30', 'a Saturday with working-day hours'],
  // Qingming 2026: Sat 4 to Mon 6 April
  ['2026-04-03 10:00', '1wd', '2026-04-07 17:30', 'weekend and a Monday off'],
  ['2026-03-28 10:00', '1w', '2026-04-07 17:30', 'ends on the Saturday of the holiday'],
  ['2026-04-04 10:00', 'same', '2026-04-07 17:30', 'a holiday weekend has no duty hours'],
  // Labour Day 2026: Fri 1 to Tue 5 May; Sat 9 worked
  ['2026-04-30 10:00', '1wd', '2026-05-06 17:30', 'five days off'],
  ['2026-04-30 10:00', '4wd', '2026-05-09 17:30', 'Wed 6, Thu 7, Fri 8, the Saturday made up'],
  ['2026-04-25 10:00', '2w', '2026-05-09 17:30', 'ends on the Saturday made up'],
  ['2026-04-01 10:00', '1m', '2026-05-06 17:30', 'the month ends on Labour Day'],
  // Dragon Boat 2026: Fri 19 to Sun 21 June
  ['2026-06-18 10:00', '1wd', '2026-06-22 17:30', 'three days off'],
  ['2026-06-12 10:00', '1w', '2026-06-22 17:30', 'ends on the Friday off'],
  // Mid-autumn 2026: Fri 25 to Sun 27 September; Sun 20 September worked (for National Day)
  ['2026-09-18 10:00', '1wd', '2026-09-20 17:30', 'the Sunday made up'],
  ['2026-09-18 10:00', '3wd', '2026-09-22 17:30', 'Sun 20, Mon 21, Tue 22'],
  ['2026-09-13 10:00', '1w', '2026-09-20 17:30', 'ends on the Sunday made up'],
  ['2026-09-18 17:00', '1w', '2026-09-28 17:30', 'ends on Mid-autumn'],
  ['2026-09-24 10:00', '1wd', '2026-09-28 17:30', 'three days off'],
  ['2026-09-24 10:00', '3wd', '2026-09-30 17:30', 'the last three days between two holidays'],
  // National Day 2026: Thu 1 to Wed 7 October; Sat 10 worked
  ['2026-10-01 10:00', '1wd', '2026-10-08 17:30', 'received on the first day off'],
  ['2026-09-26 10:00', '2w', '2026-10-10 17:30', 'ends on the Saturday made up'],
  ['2026-09-29 10:00', '3d', '2026-10-08 17:30', 'three days end on Fri 2, off'],
  ['2026-09-30 16:10', '24h', '2026-10-01 16:10', 'the same moment of the next day, holiday or not'],
  ['2026-10-09 10:00', '1wd', '2026-10-10 17:30', 'Saturday after Friday'],
  ['2026-10-09 10:00', '2wd', '2026-10-12 17:30', 'the Saturday made up, not the Sunday, Monday'],
  ['2026-10-10 16:00', 'same', '2026-10-10 17:30', 'the Saturday made up'],
  // plain weekends, weekend duty, closing
  ['2026-10-17 10:00', 'same', '2026-10-17 17:30', 'weekend duty closes a Saturday'],
  ['2026-10-17 18:00', 'same', '2026-10-18 17:30', 'after closing it is Sunday duty'],
  ['2026-10-16 17:30', 'same', '2026-10-17 17:30', 'the closing moment is past business'],
  ['2026-10-10 10:00', '1w', '2026-10-19 17:30', 'weekend duty does not end a week on a Saturday'],
  ['2026-10-13 23:59', '1wd', '2026-10-14 17:30', 'late in the evening is still that day'],
  ['2026-10-14 00:00', '1wd', '2026-10-15 17:30', 'midnight belongs to the day that begins'],
] as const;

describe('worked by hand', () => {
  it.each(cases)('%s with %s is due %s: %s', (start, period, expected) => {
    const result = due(start, period);
    expect(onTheWall(result.dueAt, zone)).toBe(expected);
    expect(result.lastDay).toBe(expected.slice(0, 10));
    expect(result.provisional).toBe(false);
  });

  it.each([
    ['2026-12-31 10:00', '1wd', '2027-01-01 17:30'],
    ['2026-12-25 10:00', '1w', '2027-01-01 17:30'],
    ['2026-11-30 10:00', '3m', '2027-03-01 17:30'],
  ])('%s with %s reaches an unpublished year and is provisionally due %s', (start, period, expected) => {
    const result = due(start, period);
    expect(onTheWall(result.dueAt, zone)).toBe(expected);
    expect(result.provisional).toBe(true);
    expect(result.steps.at(-1)).toEqual({ rule: 'TIME-7', kind: 'provisional', year: 2027 });
  });

  it('is not provisional when the unpublished year was never asked about', () => {
    expect(due('2026-12-30 10:00', '1wd').provisional).toBe(false);
    expect(due('2026-12-31 16:10', '24h').provisional).toBe(false);
  });
});
