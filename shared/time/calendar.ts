import chineseDays from 'chinese-days';
import type { FieldProblem } from '../problem.ts';
import type { Text } from '../text.ts';
import { type Day, isDay, isWeekend } from './day.ts';

/**
 * What a day is. `makeup` (调休) is a weekend day the State Council has worked in exchange for a holiday;
 * `extraWork` and `extraRest` are the office's own exceptions.
 */
export type DayKind = 'working' | 'weekend' | 'holiday' | 'makeup' | 'extraWork' | 'extraRest';

export interface DayInfo {
  day: Day;
  kind: DayKind;
  /** Whether it counts as a working day (TIME-5). What is not working is a rest day (TIME-3). */
  working: boolean;
  /** The holiday that the day is, or is made up for. */
  name?: Text;
  /** The year's calendar is not published yet: plain weekends are assumed (TIME-7). */
  provisional: boolean;
}

/** A year's calendar as published: every day off by a holiday (weekend days of it too) and every make-up day. */
export interface PublishedYear {
  holidays: Day[];
  makeUp: Day[];
}

/** An office's calendar (TIME-5). `cn`: the State Council's; `weekends`: Saturday and Sunday only. */
export interface CalendarConfig {
  base: 'cn' | 'weekends';
  extraWork?: Day[] | undefined;
  extraRest?: Day[] | undefined;
  /** Whole years by their number; they stand in for what the base says of that year. */
  years?: Record<string, PublishedYear> | undefined;
}

export interface Calendar {
  /** Equal versions answer every question equally: library version, and a hash of what the office adds. */
  readonly version: string;
  /** What the day is; asked for as often as one likes. */
  day(day: Day): DayInfo;
}

/** The version of chinese-days whose holidays are used; a test compares it with the installed one. */
export const HOLIDAYS_VERSION = '1.5.7';

export const standardCalendar: CalendarConfig = { base: 'cn' };

const publicHoliday: Text = { en: 'public holiday', zh: '法定节假日' };

/** A calendar of the configuration, which must be free of `calendarProblems`. */
export function createCalendar(config: CalendarConfig = standardCalendar): Calendar {
  const extraWork = new Set(config.extraWork);
  const extraRest = new Set(config.extraRest);
  const published = new Map(
    Object.entries(config.years ?? {}).map(([year, { holidays, makeUp }]) => [
      year,
      { holidays: new Set(holidays), makeUp: new Set(makeUp) },
    ]),
  );

  function base(day: Day): DayInfo {
    const year = published.get(day.slice(0, 4));
    if (!year) return config.base === 'cn' ? chineseDay(day) : plainDay(day);
    if (year.holidays.has(day)) {
      return { day, kind: 'holiday', working: false, name: publicHoliday, provisional: false };
    }
    if (year.makeUp.has(day)) return { day, kind: 'makeup', working: true, provisional: false };
    return plainDay(day);
  }

  function look(day: Day): DayInfo {
    // An exception of the office is certain, whatever the year's calendar will say of that day.
    if (extraRest.has(day)) return { day, kind: 'extraRest', working: false, provisional: false };
    if (extraWork.has(day)) return { day, kind: 'extraWork', working: true, provisional: false };
    return base(day);
  }

  const known = new Map<Day, DayInfo>();
  return {
    version: versionOf(config),
    day(day) {
      let info = known.get(day);
      if (!info) {
        info = look(day);
        known.set(day, info);
      }
      return info;
    },
  };
}

function plainDay(day: Day, provisional = false): DayInfo {
  return isWeekend(day)
    ? { day, kind: 'weekend', working: false, provisional }
    : { day, kind: 'working', working: true, provisional };
}

function chineseDay(day: Day): DayInfo {
  if (!isPublished(day.slice(0, 4))) return plainDay(day, true);
  const { name, work } = detailOf(day);
  // A day the calendar speaks of is named `English,Chinese,length`; any other by its weekday alone.
  const [en, zh] = name.split(',') as [string, ...string[]];
  if (zh === undefined) return plainDay(day);
  return { day, kind: work ? 'makeup' : 'holiday', working: work, name: { en, zh }, provisional: false };
}

/**
 * Whether the library knows the year. It answers for other years too, as if no holiday existed; but a
 * year's arrangement is published at once, so National Day tells.
 */
function isPublished(year: string): boolean {
  let published = publishedYears.get(year);
  if (published === undefined) {
    published = detailOf(`${year}-10-01`).name.includes(',');
    publishedYears.set(year, published);
  }
  return published;
}

const publishedYears = new Map<string, boolean>();

/**
 * West of Greenwich the library builds its table a day early on this machine's clock, and looks a bare day up a day
 * early too, so holidays and make-up days come out right anywhere; but the weekday and date it answers do
 * not, nor does anything asked with a time of day or a Date. So: bare days only, and weekdays are ours.
 */
const detailOf = (day: Day) => chineseDays.getDayDetail(day);

function versionOf({ base, extraWork, extraRest, years }: CalendarConfig): string {
  const library = base === 'cn' ? `cn-${HOLIDAYS_VERSION}` : 'weekends';
  const sorted = (days: Day[] = []) => [...new Set(days)].sort();
  const work = sorted(extraWork);
  const rest = sorted(extraRest);
  // An object keeps members that are numbers in their order.
  const whole = Object.entries(years ?? {}).map(([year, { holidays, makeUp }]) => [
    year,
    sorted(holidays),
    sorted(makeUp),
  ]);
  if (work.length + rest.length + whole.length === 0) return library;
  return `${library}+${hash(JSON.stringify([work, rest, whole]))}`;
}

/** 53 bits of a text (cyrb53): tells versions apart, protects nothing. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

/** What is wrong with a calendar beyond its shape; paths are JSON pointers into it. */
export function calendarProblems(config: CalendarConfig): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const say = (path: string, code: string, en: string, zh: string) =>
    problems.push({ path, code, detail: { en, zh } });

  function list(path: string, days: Day[], year?: string) {
    const seen = new Set<Day>();
    days.forEach((day, i) => {
      if (!isDay(day)) say(`${path}/${i}`, 'not-a-day', 'This day does not exist.', '该日期不存在。');
      else if (seen.has(day)) say(`${path}/${i}`, 'repeated', 'This day is listed twice.', '该日期重复。');
      else if (year && !day.startsWith(`${year}-`)) {
        say(`${path}/${i}`, 'other-year', `This day is not in ${year}.`, `该日期不在 ${year} 年内。`);
      }
      seen.add(day);
    });
    return seen;
  }

  function apart(path: string, days: Day[], others: Set<Day>) {
    days.forEach((day, i) => {
      if (others.has(day)) {
        say(`${path}/${i}`, 'both', 'A day is either worked or off, not both.', '同一天不能既上班又休息。');
      }
    });
  }

  const { extraWork = [], extraRest = [], years = {} } = config;
  list('/extraWork', extraWork);
  apart('/extraWork', extraWork, list('/extraRest', extraRest));
  for (const [year, { holidays, makeUp }] of Object.entries(years)) {
    const path = `/years/${year}`;
    if (!isDay(`${year}-01-01`)) say(path, 'not-a-year', 'This is not a year.', '年份无效。');
    list(`${path}/makeUp`, makeUp, year);
    apart(`${path}/makeUp`, makeUp, list(`${path}/holidays`, holidays, year));
    makeUp.forEach((day, i) => {
      if (isDay(day) && !isWeekend(day)) {
        say(
          `${path}/makeUp/${i}`,
          'not-a-weekend',
          'A make-up day falls on a weekend.',
          '调休上班日应为周末。',
        );
      }
    });
  }
  return problems;
}
