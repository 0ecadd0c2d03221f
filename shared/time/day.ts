/** A plain day `YYYY-MM-DD`: no zone, no time; days compare as strings. */
export type Day = string;

const MS_PER_DAY = 86_400_000;

/** Whether the text is a day of the calendar that exists, from 1900 to 2999. */
export function isDay(text: string): boolean {
  return '1900-01-01' <= text && text <= '2999-12-31' && dayOf(Date.parse(`${text}T00:00:00Z`)) === text;
}

/** The day of a moment whose UTC fields are read as the calendar's; '' where there is none. */
export function dayOf(ms: number): Day {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : '';
}

/** Midnight of the day as if it were a day of UTC, in milliseconds: the day's place on a plain line. */
export function dayMs(day: Day): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10)));
}

export function addDays(day: Day, n: number): Day {
  return dayOf(dayMs(day) + n * MS_PER_DAY);
}

/** How many days later the second day is; negative if it is the earlier one. */
export const daysBetween = (from: Day, to: Day): number => (dayMs(to) - dayMs(from)) / MS_PER_DAY;

/** The day of the same number `n` months on, or that month's last day where there is none (TIME-8). */
export function addMonths(day: Day, n: number): Day {
  const year = Number(day.slice(0, 4));
  const month = Number(day.slice(5, 7)) - 1 + n;
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month, Math.min(Number(day.slice(8, 10)), lastOfMonth)));
}

/** 1 (Monday) to 7 (Sunday), as ISO 8601 counts. */
export function weekday(day: Day): number {
  return new Date(dayMs(day)).getUTCDay() || 7;
}

export function isWeekend(day: Day): boolean {
  return weekday(day) > 5;
}
