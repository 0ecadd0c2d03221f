import type { FieldProblem } from '../problem.ts';
import type { Calendar, DayInfo, DayKind } from './calendar.ts';
import { addDays, type Day } from './day.ts';
import { instantAt, localDay } from './zone.ts';

/** A stretch of business on one day, local `HH:MM`; `to` may be `24:00`. Open from `from` until before `to`. */
export interface Span {
  from: string;
  to: string;
}

/** A property's office hours (办公时间) by kind of day; make-up days have the hours of working days (TIME-9). */
export interface Hours {
  working: Span[];
  /** Weekend duty; none when absent. */
  weekend?: Span[] | undefined;
  /** Public holidays and the office's own rest days; none when absent. */
  holiday?: Span[] | undefined;
}

/** Where and when a property does business: what every answer about time needs. */
export interface Schedule {
  calendar: Calendar;
  hours: Hours;
  /** IANA zone. */
  zone: string;
}

/** TIME-9. */
export const standardHours: Hours = {
  working: [
    { from: '08:30', to: '12:00' },
    { from: '13:30', to: '17:30' },
  ],
  weekend: [
    { from: '09:00', to: '12:00' },
    { from: '13:30', to: '17:30' },
  ],
};

/** More than the longest run of days an office could close for and still be an office. */
const SEARCH_DAYS = 1000;

const MAX_SPANS = 6;

const hoursOf: Record<DayKind, keyof Hours> = {
  working: 'working',
  makeup: 'working',
  extraWork: 'working',
  weekend: 'weekend',
  holiday: 'holiday',
  extraRest: 'holiday',
};

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The spans of business on a day of that kind, in order. */
export function spansOf(info: DayInfo, hours: Hours): Span[] {
  return hours[hoursOf[info.kind]] ?? [];
}

/** The closing of a day: its instant, the local time, and whether the office has hours that day at all (TIME-4). */
export interface Closing {
  at: number;
  time: string;
  open: boolean;
}

/** When business closes on that day; 24:00 where the office has no hours (TIME-4). */
export function closeOf(day: Day, { calendar, hours, zone }: Schedule): Closing {
  const last = spansOf(calendar.day(day), hours).at(-1);
  const time = last?.to ?? '24:00';
  return { at: instantAt(day, minuteOf(time), zone), time, open: last !== undefined };
}

/** The day's stretches of business as instants, in order. A day the zone skipped altogether has none. */
function openings(day: Day, { calendar, hours, zone }: Schedule): { from: number; to: number }[] {
  return spansOf(calendar.day(day), hours)
    .map(({ from, to }) => ({
      from: instantAt(day, minuteOf(from), zone),
      to: instantAt(day, minuteOf(to), zone),
    }))
    .filter(({ from, to }) => from < to && localDay(from, zone) === day);
}

/** Whether the office does business at that instant (milliseconds); the closing minute is past business. */
export function isOpen(ms: number, schedule: Schedule): boolean {
  return openings(localDay(ms, schedule.zone), schedule).some(({ from, to }) => from <= ms && ms < to);
}

/** The instant itself when the office is open, else its next opening. Throws RangeError if it never opens. */
export function nextOpen(ms: number, schedule: Schedule): number {
  let day = localDay(ms, schedule.zone);
  for (let i = 0; i < SEARCH_DAYS; i++, day = addDays(day, 1)) {
    const span = openings(day, schedule).find(({ to }) => ms < to);
    if (span) return Math.max(ms, span.from);
  }
  throw new RangeError('the office never opens');
}

/** The last moment of business at or before the instant, closing times included; undefined if there is none. */
export function lastOpen(ms: number, schedule: Schedule): number | undefined {
  let day = localDay(ms, schedule.zone);
  for (let i = 0; i < SEARCH_DAYS; i++, day = addDays(day, -1)) {
    const span = openings(day, schedule).findLast(({ from }) => from <= ms);
    if (span) return Math.min(ms, span.to);
  }
  return undefined;
}

/** The first opening of that day; undefined where the office has no hours. */
export function openOf(day: Day, schedule: Schedule): number | undefined {
  return openings(day, schedule)[0]?.from;
}

/** What is wrong with office hours; paths are JSON pointers into them. */
export function hoursProblems(hours: Hours): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const say = (path: string, code: string, en: string, zh: string) =>
    problems.push({ path, code, detail: { en, zh } });

  for (const kind of ['working', 'weekend', 'holiday'] as const) {
    const spans = hours[kind] ?? [];
    if (spans.length > MAX_SPANS) {
      say(`/${kind}`, 'too-many', `At most ${MAX_SPANS} spans a day.`, `每天最多 ${MAX_SPANS} 段。`);
    }
    let closed = 0;
    spans.forEach(({ from, to }, i) => {
      const path = `/${kind}/${i}`;
      const fromOk = isTime(from);
      const toOk = isTime(to) || to === '24:00';
      if (!fromOk)
        say(`${path}/from`, 'not-a-time', 'Use HH:MM, 00:00 to 23:59.', '请用 HH:MM，00:00 至 23:59。');
      if (!toOk)
        say(`${path}/to`, 'not-a-time', 'Use HH:MM, 00:01 to 24:00.', '请用 HH:MM，00:01 至 24:00。');
      if (!fromOk || !toOk) return;
      if (minuteOf(from) >= minuteOf(to)) {
        say(`${path}/to`, 'ends-early', 'A span ends after it begins.', '结束时间须晚于开始时间。');
      }
      if (minuteOf(from) < closed) {
        say(
          `${path}/from`,
          'overlap',
          'Spans come in order and do not overlap.',
          '各时段须按先后排列且不得重叠。',
        );
      }
      closed = Math.max(closed, minuteOf(to));
    });
  }
  if (hours.working.length === 0 && !hours.weekend?.length) {
    say('/working', 'never-open', 'The office must open on some day.', '至少须有一天营业。');
  }
  return problems;
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
