import {
  overrideProblems,
  type PolicyOverride,
  type PolicyVersion,
  policyFor,
} from '../../shared/policy/index.ts';
import type { FieldProblem } from '../../shared/problem.ts';
import { type CalendarConfig, calendarProblems, createCalendar, type Day } from '../../shared/time/index.ts';

/** How many versions the item in force carries; all of them stay in items of their own. */
export const keptVersions = 50;

/** How many versions may wait for their day. */
export const maxUpcoming = 12;

/** How large the item in force may grow, in characters of JSON: a third of what the table takes. */
const maxChars = 130_000;

/**
 * The versions to carry on with after one more is saved: the one in force today and all to come, then the most recent
 * others as far as they fit. Undefined where not even the needed ones do.
 */
export function withVersion(
  versions: readonly PolicyVersion[],
  added: PolicyVersion,
  today: Day,
): PolicyVersion[] | undefined {
  const all = [...versions, added];
  const inForce = policyFor(all, today).version;
  // Of two that begin on one day only the later saved can ever hold.
  const upcoming = all.filter(
    (one) =>
      one.effectiveFrom > today &&
      !all.some((other) => other.effectiveFrom === one.effectiveFrom && other.version > one.version),
  );
  const needed = all.filter((one) => one.version === inForce || upcoming.includes(one));
  let room = maxChars - size(needed);
  if (upcoming.length > maxUpcoming || room < 0) return undefined;
  const past = all.filter((one) => one.effectiveFrom <= today && one.version !== inForce);
  const kept = [...needed];
  for (const one of past.reverse()) {
    room -= size([one]);
    if (room < 0 || kept.length >= keptVersions) break;
    kept.push(one);
  }
  return kept.sort((a, b) => a.version - b.version);
}

const size = (versions: PolicyVersion[]) => JSON.stringify(versions).length;

/** The policy of a day as it is answered, with what is to come after it. */
export function policyAnswer(versions: readonly PolicyVersion[], latest: number, day: Day) {
  const policy = policyFor(versions, day);
  const override = versions.find(({ version }) => version === policy.version)?.override;
  return {
    day,
    policy,
    ...(override && { override }),
    latest,
    upcoming: versions
      .filter(({ effectiveFrom }) => effectiveFrom > day)
      .map(({ version, effectiveFrom }) => ({ version, effectiveFrom }))
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1)),
  };
}

/** What is wrong with an override, each problem at its field of the body. */
export const policyProblems = (override: PolicyOverride, today: Day): FieldProblem[] =>
  inBody(overrideProblems(override, today));

/** An office that worked on fewer days of a year could leave a count of working days without an end. */
const fewestWorkingDays = 50;

/** What is wrong with a calendar, each problem at its field of the body. */
export function bodyCalendarProblems(config: CalendarConfig): FieldProblem[] {
  const problems = inBody(calendarProblems(config));
  if (problems.length > 0) return problems;
  const calendar = createCalendar(config);
  const years = new Set(Object.keys(config.years ?? {}));
  for (const day of config.extraRest ?? []) years.add(day.slice(0, 4));
  return [...years].flatMap((year) => {
    if (workingDays(calendar, Number(year)) >= fewestWorkingDays) return [];
    return [
      {
        path: config.years?.[year] ? `/body/years/${year}` : '/body/extraRest',
        code: 'hardly-works',
        detail: {
          en: `This leaves fewer than ${fewestWorkingDays} working days in ${year}.`,
          zh: `${year} 年的工作日不足 ${fewestWorkingDays} 天。`,
        },
      },
    ];
  });
}

function workingDays(calendar: { day(day: Day): { working: boolean } }, year: number): number {
  let count = 0;
  for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += 86_400_000) {
    if (calendar.day(new Date(ms).toISOString().slice(0, 10)).working) count++;
  }
  return count;
}

/** Whether each year from `from` on, `n` of them, has a published calendar (TIME-7). */
export function outlook(config: CalendarConfig, from: number, n = 3) {
  const calendar = createCalendar({ base: config.base, years: config.years });
  return Array.from({ length: n }, (_, i) => {
    const year = from + i;
    return { year, published: !calendar.day(`${year}-10-01`).provisional };
  });
}

const inBody = (problems: FieldProblem[]): FieldProblem[] =>
  problems.slice(0, 100).map((problem) => ({ ...problem, path: `/body${problem.path}` }));
