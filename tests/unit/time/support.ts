import fc from 'fast-check';
import { createCalendar, type Period, standardHours } from '../../../shared/time/index.ts';

/* What deadlines are counted from. */

export const calendar = createCalendar();
export const hours = standardHours;

export const zones = fc.constantFrom(
  'Asia/Shanghai',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Pacific/Niue',
);
export const starts = fc
  .date({ min: new Date('2025-01-02T00:00:00Z'), max: new Date('2026-06-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const counted = <U extends 'days' | 'workingDays' | 'weeks' | 'months'>(unit: U, max: number) =>
  fc.integer({ min: 1, max }).map((n) => ({ unit, n }));
export const dayPeriods = fc.oneof(
  counted('days', 100),
  counted('workingDays', 60),
  counted('weeks', 14),
  counted('months', 3),
);
export const periods: fc.Arbitrary<Period> = fc.oneof(
  dayPeriods,
  fc.integer({ min: 1, max: 2000 }).map((n) => ({ unit: 'hours' as const, n })),
  fc.constant({ unit: 'sameDay' as const }),
);

/** The State Council's arrangements for 2025 and 2026, typed from the notices: first and last day off, days worked. */
const daysOff = [
  ['2025-01-01', '2025-01-01'],
  ['2025-01-28', '2025-02-04'],
  ['2025-04-04', '2025-04-06'],
  ['2025-05-01', '2025-05-05'],
  ['2025-05-31', '2025-06-02'],
  ['2025-10-01', '2025-10-08'],
  ['2026-01-01', '2026-01-03'],
  ['2026-02-15', '2026-02-23'],
  ['2026-04-04', '2026-04-06'],
  ['2026-05-01', '2026-05-05'],
  ['2026-06-19', '2026-06-21'],
  ['2026-09-25', '2026-09-27'],
  ['2026-10-01', '2026-10-07'],
] as const;

const daysWorked = new Set([
  '2025-01-26',
  '2025-02-08',
  '2025-04-27',
  '2025-09-28',
  '2025-10-11',
  '2026-01-04',
  '2026-02-14',
  '2026-02-28',
  '2026-05-09',
  '2026-09-20',
  '2026-10-10',
]);

export const nextDay = (day: string): string => {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
};

export const isOff = (day: string) => daysOff.some(([from, to]) => from <= day && day <= to);
export const isMadeUp = (day: string) => daysWorked.has(day);

const isSaturdayOrSunday = (day: string) => {
  const name = new Date(`${day}T12:00:00Z`).toUTCString().slice(0, 3);
  return name === 'Sat' || name === 'Sun';
};

/** Whether people work that day in China, by the lists above. */
export const works = (day: string): boolean => isMadeUp(day) || !(isOff(day) || isSaturdayOrSunday(day));

/** The last day of a period that starts on a day, counted on the fingers. */
export function naiveLastDay(
  start: string,
  period: Exclude<Extract<Period, { n: number }>, { unit: 'hours' }>,
): string {
  let day = start;
  if (period.unit === 'workingDays') {
    for (let left = period.n; left > 0; ) {
      day = nextDay(day);
      if (works(day)) left--;
    }
    return day;
  }
  if (period.unit === 'months') {
    const monthOf = (d: string) => Number(d.slice(0, 4)) * 12 + Number(d.slice(5, 7));
    while (monthOf(day) < monthOf(start) + period.n) day = nextDay(day);
    while (day.slice(8) < start.slice(8) && monthOf(nextDay(day)) === monthOf(day)) day = nextDay(day);
  } else {
    for (let left = period.n * (period.unit === 'weeks' ? 7 : 1); left > 0; left--) day = nextDay(day);
  }
  while (!works(day)) day = nextDay(day);
  return day;
}

/** An instant on the zone's wall, `YYYY-MM-DD HH:MM`, by Intl alone. */
export function onTheWall(instant: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(instant));
  const get = (type: string) => parts.find((part) => part.type === type)?.value;
  return `${get('year')}-${get('month')}-${get('day')} ${get('hour')}:${get('minute')}`;
}
