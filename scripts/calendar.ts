import chineseDays from 'chinese-days';

/*
 * What the bundles carry of chinese-days: which days are holidays and which are worked, as a table. The library makes
 * its own anew whenever it is loaded, from rules for each year, and brings the lunar calendar along: 25 kB and a tenth of
 * a function's start. Here it makes the table once, at build time.
 */

/** Years asked for; the library knows some of them. */
const YEARS = { first: 2000, last: 2040 };

/** Holidays and make-up days: `names[i]` as the library writes them, and for each year five characters a day. */
export interface DayTable {
  names: string[];
  /** `MMDD`, then a character: twice the number of the name, one more if the day is worked, above `A`. */
  years: Record<string, string>;
}

/** The table, from the library itself. Throws if it knows no year at all. */
export function dayTable(): DayTable {
  const names: string[] = [];
  const years: Record<string, string> = {};
  for (let time = Date.UTC(YEARS.first, 0, 1); time < Date.UTC(YEARS.last + 1, 0, 1); time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    const { name, work } = chineseDays.getDayDetail(day);
    // Of a day it does not know the library tells the weekday, a single word.
    if (!name.includes(',')) continue;
    if (!names.includes(name)) names.push(name);
    const [year = '', month = '', date = ''] = day.split('-');
    const mark = String.fromCharCode(65 + names.indexOf(name) * 2 + (work ? 1 : 0));
    years[year] = `${years[year] ?? ''}${month}${date}${mark}`;
  }
  if (names.length === 0) throw new Error('chinese-days knows no holidays: see scripts/calendar.ts');
  return { names, years };
}

/** A module that stands in for chinese-days, with the one function in use. */
export const calendarModule = (): string => `
const { names, years } = ${JSON.stringify(dayTable())};
function getDayDetail(day) {
  const table = years[day.slice(0, 4)] ?? '';
  const wanted = day.slice(5, 7) + day.slice(8);
  for (let i = 0; i < table.length; i += 5) {
    if (table.startsWith(wanted, i)) {
      const mark = table.charCodeAt(i + 4) - 65;
      return { date: day, name: names[mark >> 1], work: mark % 2 === 1 };
    }
  }
  const weekday = new Date(day).getUTCDay();
  return { date: day, name: '', work: weekday > 0 && weekday < 6 };
}
export default { getDayDetail };
`;
