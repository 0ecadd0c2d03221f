import {
  addDays,
  addMonths,
  type Calendar,
  type Day,
  deadline,
  iso,
  localDay,
  type Schedule,
} from '../../shared/time/index.ts';
import type { DueRule } from './schema.ts';

/**
 * The day on which a bill of a cycle that begins on `from`, the first of a month, is due. The 29th to 31st mean the last day of
 * a shorter month (TIME-8); a rest day is passed over (TIME-3); nothing is due before it is issued. `issuedAt` in milliseconds.
 */
export function dueDay(rule: DueRule, from: Day, issuedAt: number, schedule: Schedule): Day {
  if (rule.kind === 'workingDaysAfterIssue') {
    const period = { unit: 'workingDays' as const, n: rule.days };
    return deadline({ ...schedule, start: iso(issuedAt), period }).lastDay;
  }
  const issueDay = localDay(issuedAt, schedule.zone);
  const planned = dayOfMonth(addMonths(from, rule.monthsAfter), rule.day);
  const earliest = [planned, issueDay].sort().at(-1) as Day;
  return pastRest(earliest, schedule.calendar);
}

/** The day of a number in the month of a first day, or that month's last (TIME-8). */
export function dayOfMonth(first: Day, day: number): Day {
  const last = addDays(addMonths(first, 1), -1);
  const number = Math.min(day, Number(last.slice(8)));
  return `${first.slice(0, 8)}${String(number).padStart(2, '0')}`;
}

function pastRest(day: Day, calendar: Calendar): Day {
  let on = day;
  // More than the longest run of days off an office could have and still be an office.
  for (let i = 0; i < 1000 && !calendar.day(on).working; i++) on = addDays(on, 1);
  return on;
}
