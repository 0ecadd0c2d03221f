import type { Text } from '../text.ts';
import type { Calendar, DayInfo, DayKind } from './calendar.ts';
import { addDays, addMonths, type Day } from './day.ts';
import { type Closing, closeOf, type Schedule } from './hours.ts';
import { type Period, periodProblems } from './period.ts';
import { iso, localDay, msOf } from './zone.ts';

/** One fact of a deadline's reckoning, with the rule it follows; `explain` puts it into words. */
export type Reason =
  /** Counting begins on the day after the start. */
  | { rule: 'TIME-1'; kind: 'begins'; day: Day }
  /** Hours run from the very moment. */
  | { rule: 'TIME-2'; kind: 'runs'; from: string; n: number }
  /** The last day by plain counting; `clamped`: the month has no day of the start's number. */
  | { rule: 'TIME-1' | 'TIME-8'; kind: 'ends'; day: Day; clamped?: boolean }
  /** A rest day on which a day, week or month period may not end. */
  | { rule: 'TIME-3'; kind: 'rest'; day: Day; why: DayKind; name?: Text }
  /** A day off that does not count as a working day. */
  | { rule: 'TIME-5'; kind: 'skipped'; day: Day; why: DayKind; name?: Text }
  /** A day that counts although it looks like a day off. */
  | { rule: 'TIME-5'; kind: 'worked'; day: Day; why: DayKind; name?: Text }
  /** The n-th working day. */
  | { rule: 'TIME-6'; kind: 'counted'; day: Day; n: number }
  /** The same day is over for the office, or has no hours, so the next one is looked at. */
  | { rule: 'TIME-9'; kind: 'closed'; day: Day; why: DayKind | 'pastClosing'; name?: Text }
  /** Due when business closes; `open` false: at 24:00, the office having no hours that day. */
  | { rule: 'TIME-4'; kind: 'closes'; day: Day; time: string; open: boolean }
  /** Nobody counted: the moment is the service order's. */
  | { rule: 'TICKET-6'; kind: 'named'; at: string }
  /** The year's calendar was not published; plain weekends were assumed. */
  | { rule: 'TIME-7'; kind: 'provisional'; year: number };

export interface Deadline {
  /** The instant by which it must be done. */
  dueAt: string;
  /** The day of that instant in the zone; of 24:00, the day that ends. */
  lastDay: Day;
  /** TIME-7: reckon again when the calendar of the year arrives. */
  provisional: boolean;
  calendarVersion: string;
  zone: string;
  steps: Reason[];
}

export interface DeadlineInput extends Schedule {
  /** ISO instant. */
  start: string;
  period: Period;
}

/** The deadline that somebody has named: the moment as it was said, whatever the calendar. */
export const namedDeadline = (at: string, { calendar, zone }: Schedule): Deadline => ({
  dueAt: iso(msOf(at)),
  lastDay: localDay(msOf(at), zone),
  provisional: false,
  calendarVersion: calendar.version,
  zone,
  steps: [{ rule: 'TICKET-6', kind: 'named', at: iso(msOf(at)) }],
});

/** More than the longest run of days off that could follow a day. */
const SEARCH_DAYS = 1000;

/**
 * When a period that starts at an instant ends (TIME-1..9).
 *
 * - `hours` run through nights and days off.
 * - `days`, `weeks`, `months` begin the next day and do not end on a rest day: a weekend or holiday, or an
 *   `extraRest` day of the office. A make-up or `extraWork` day is no rest day, and weekend duty does not make
 *   a Saturday one on which a period may end.
 * - `workingDays` are counted from the next day and end on a working day by definition.
 * - `sameDay` ends when business closes that day, weekend duty included: nothing is counted, so TIME-3 has
 *   nothing to move. Started at or after closing, or on a day without hours, it is the next day with hours.
 *
 * Throws RangeError for a bad instant, zone or period, or where the calendar has no working day for years.
 */
export function deadline({ start, period, ...schedule }: DeadlineInput): Deadline {
  const problem = periodProblems(period)[0];
  if (problem) throw new RangeError(problem.detail.en);
  const { calendar, zone } = schedule;
  const from = msOf(start);

  if (period.unit === 'named') throw new RangeError('what is named is not counted');
  if (period.unit === 'hours') {
    const due = from + period.n * 3_600_000;
    return {
      dueAt: iso(due),
      lastDay: localDay(due, zone),
      provisional: false,
      calendarVersion: calendar.version,
      zone,
      steps: [{ rule: 'TIME-2', kind: 'runs', from: iso(from), n: period.n }],
    };
  }

  const startDay = localDay(from, zone);
  const look = recording(calendar);
  const steps: Reason[] = [];
  let lastDay: Day;
  let closing: Closing;
  if (period.unit === 'sameDay') {
    lastDay = sameDay(startDay, from, look.day, schedule, steps);
    closing = closeOf(lastDay, schedule);
  } else {
    steps.push({ rule: 'TIME-1', kind: 'begins', day: addDays(startDay, 1) });
    lastDay =
      period.unit === 'workingDays'
        ? countWorkingDays(startDay, period.n, look.day, steps)
        : pastRest(plainEnd(startDay, period.unit, period.n, steps), look.day, steps);
    closing = closeOf(lastDay, schedule);
  }
  steps.push({ rule: 'TIME-4', kind: 'closes', day: lastDay, time: closing.time, open: closing.open });
  for (const year of look.unpublished) steps.push({ rule: 'TIME-7', kind: 'provisional', year });

  return {
    dueAt: iso(closing.at),
    lastDay,
    provisional: look.unpublished.size > 0,
    calendarVersion: calendar.version,
    zone,
    steps,
  };
}

type Look = (day: Day) => DayInfo;

/** The calendar, noting the unpublished years that were asked about: only those make a deadline provisional. */
function recording(calendar: Calendar): { day: Look; unpublished: Set<number> } {
  const unpublished = new Set<number>();
  return {
    unpublished,
    day(day) {
      const info = calendar.day(day);
      if (info.provisional) unpublished.add(Number(day.slice(0, 4)));
      return info;
    },
  };
}

/** TIME-6: the n-th working day after the start. */
function countWorkingDays(startDay: Day, n: number, look: Look, steps: Reason[]): Day {
  let day = startDay;
  let counted = 0;
  for (let off = 0; counted < n; ) {
    day = addDays(day, 1);
    const info = look(day);
    if (info.working) {
      off = 0;
      counted++;
      noteWorked(info, steps);
    } else {
      if (++off > SEARCH_DAYS) throw new RangeError('the calendar has no working day');
      steps.push({ rule: 'TIME-5', kind: 'skipped', ...what(info) });
    }
  }
  steps.push({ rule: 'TIME-6', kind: 'counted', day, n });
  return day;
}

/** TIME-1, TIME-8: the last day by plain counting. */
function plainEnd(startDay: Day, unit: 'days' | 'weeks' | 'months', n: number, steps: Reason[]): Day {
  if (unit === 'months') {
    const day = addMonths(startDay, n);
    const clamped = day.slice(8) !== startDay.slice(8);
    steps.push({ rule: 'TIME-8', kind: 'ends', day, ...(clamped && { clamped }) });
    return day;
  }
  const day = addDays(startDay, unit === 'weeks' ? 7 * n : n);
  steps.push({ rule: 'TIME-1', kind: 'ends', day });
  return day;
}

/** TIME-3: the day itself, or the first after the rest it falls into. */
function pastRest(end: Day, look: Look, steps: Reason[]): Day {
  let day = end;
  for (let i = 0; i <= SEARCH_DAYS; i++, day = addDays(day, 1)) {
    const info = look(day);
    if (info.working) {
      noteWorked(info, steps);
      return day;
    }
    steps.push({ rule: 'TIME-3', kind: 'rest', ...what(info) });
  }
  throw new RangeError('the calendar has no working day');
}

/** The start's own day, or the next one on which the office still closes after the start. */
function sameDay(startDay: Day, from: number, look: Look, schedule: Schedule, steps: Reason[]): Day {
  let day = startDay;
  for (let i = 0; i <= SEARCH_DAYS; i++, day = addDays(day, 1)) {
    const info = look(day);
    const closing = closeOf(day, schedule);
    if (closing.open && from < closing.at) return day;
    steps.push(
      closing.open
        ? { rule: 'TIME-9', kind: 'closed', day, why: 'pastClosing' }
        : { rule: 'TIME-9', kind: 'closed', ...what(info) },
    );
  }
  throw new RangeError('the office never opens');
}

function noteWorked(info: DayInfo, steps: Reason[]): void {
  if (info.kind !== 'working') steps.push({ rule: 'TIME-5', kind: 'worked', ...what(info) });
}

function what({ day, kind, name }: DayInfo): { day: Day; why: DayKind; name?: Text } {
  return { day, why: kind, ...(name && { name }) };
}
