import { Trouble } from './problem.ts';

/** When a schedule runs. Instants are milliseconds; `next` is strictly after, `last` at or before. */
export interface Timing {
  next(after: number): number | undefined;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const units: Record<string, number> = {
  minute,
  minutes: minute,
  hour: 60 * minute,
  hours: 60 * minute,
  day,
  days: day,
};

/**
 * A schedule expression of EventBridge Scheduler: `rate(n unit)` counted from the epoch, `cron(…)` in `zone`.
 * Local times that a change of clocks leaves out do not run; those that come twice run once. Throws Trouble.
 */
export function timing(expression: string, zone = 'UTC'): Timing {
  const rate = /^rate\((\d+) (\w+)\)$/.exec(expression);
  if (rate) {
    const period = Number(rate[1]) * (units[rate[2] ?? ''] ?? 0);
    if (period > 0) return { next: (after) => (Math.floor(after / period) + 1) * period };
  }
  const cron = /^cron\(([^)]+)\)$/.exec(expression);
  const fields = cron?.[1]?.trim().split(/\s+/);
  if (fields?.length === 6) return cronTiming(fields as CronFields, zone, expression);
  throw new Trouble(`the local cloud cannot read the schedule ${expression}`);
}

/** The period of a `rate(…)`; undefined for a `cron(…)`. */
export function ratePeriod(expression: string): number | undefined {
  const rate = /^rate\((\d+) (\w+)\)$/.exec(expression);
  return rate ? Number(rate[1]) * (units[rate[2] ?? ''] ?? 0) : undefined;
}

type CronFields = [string, string, string, string, string, string];

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function cronTiming(fields: CronFields, zone: string, expression: string): Timing {
  const [minutes, hours, monthDays, months, weekDays, years] = fields;
  const matches = {
    minute: matcher(minutes, 0, 59, [], 0, expression),
    hour: matcher(hours, 0, 23, [], 0, expression),
    monthDay: matcher(monthDays, 1, 31, [], 0, expression),
    month: matcher(months, 1, 12, monthNames, 1, expression),
    // Sunday is 1 there.
    weekDay: matcher(weekDays, 1, 7, weekdayNames, 1, expression),
    year: matcher(years, 1970, 2199, [], 0, expression),
  };
  const times: [number, number][] = [];
  for (let hour = 0; hour < 24; hour++)
    for (let min = 0; min < 60; min++) if (matches.hour(hour) && matches.minute(min)) times.push([hour, min]);
  const next = (after: number): number | undefined => {
    // From the day before, for the zone may be ahead; 8 years cover a 29 February of one weekday's choice.
    let date = Math.floor((after + offsetAt(zone, after)) / day) * day - day;
    for (let at = 0; at < 8 * 366; at++, date += day) {
      const local = new Date(date);
      const fits =
        matches.year(local.getUTCFullYear()) &&
        matches.month(local.getUTCMonth() + 1) &&
        matches.monthDay(local.getUTCDate()) &&
        matches.weekDay(local.getUTCDay() + 1);
      if (!fits) continue;
      for (const [hour, min] of times) {
        const instant = instantOf(date + (hour * 60 + min) * minute, zone);
        if (instant !== undefined && instant > after) return instant;
      }
    }
    return undefined;
  };
  return { next };
}

function matcher(
  field: string,
  low: number,
  high: number,
  names: string[],
  firstName: number,
  expression: string,
): (value: number) => boolean {
  if (field === '*' || field === '?') return () => true;
  const read = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    const value = named >= 0 ? named + firstName : Number(text);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new Trouble(`the local cloud cannot read ${field} in the schedule ${expression}`);
    return value;
  };
  const allowed = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const [from = '', to] = range.split('-');
    const start = from === '*' ? low : read(from);
    const end = to !== undefined ? read(to) : step !== undefined || from === '*' ? high : start;
    for (let value = start; value <= end; value += step === undefined ? 1 : Number(step)) allowed.add(value);
  }
  return (value) => allowed.has(value);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far `zone` is ahead of UTC at an instant, in ms. */
function offsetAt(zone: string, instant: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day: date = 1, hour = 0, minute: min = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, date, hour, min, second) - Math.floor(instant / 1000) * 1000;
}

/** The (earlier) instant of a local time written as if it were UTC; undefined if the zone leaves it out. */
function instantOf(local: number, zone: string): number | undefined {
  const candidates = [local - offsetAt(zone, local - day), local - offsetAt(zone, local + day)].sort(
    (a, b) => a - b,
  );
  return candidates.find((instant) => instant + offsetAt(zone, instant) === local);
}
