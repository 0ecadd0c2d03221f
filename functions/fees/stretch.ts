import { addDays, type Day, daysBetween } from '../../shared/time/index.ts';
import { type BillInput, Unbillable } from './line.ts';
import type { Exception, Standard, StandardVersion } from './schema.ts';

/** A run of days on which everything that decides about a fee is the same. */
export interface Stretch {
  days: number;
  version: StandardVersion;
  quantity: string;
  payerId: string | undefined;
  vacant: boolean;
  exception: Exception | undefined;
}

const covers = (period: { from: Day; to?: Day | undefined }, day: Day) =>
  period.from <= day && (period.to === undefined || day <= period.to);

/** The version of a standard in force on a day; undefined before the first and after the end. */
export const versionOn = (standard: Standard, day: Day): StandardVersion | undefined =>
  standard.versions.findLast(({ from }) => covers({ from, to: standard.to }, day));

/** Cuts the cycle wherever something changes, and joins what is equal. Days on which nothing is charged are left out. */
export function stretchesOf({ facts, cycle }: BillInput, standard: Standard): Stretch[] {
  const exceptions = facts.exceptions.filter(({ standardId }) => standardId === standard.id);
  const assignments = facts.assignments.filter(({ standardId }) => standardId === standard.id);
  const cuts = new Set<Day>([cycle.from]);
  const cut = (day: Day) => {
    if (day > cycle.from && day <= cycle.to) cuts.add(day);
  };
  const periods = [...facts.occupancies, ...facts.vacancies, ...exceptions, ...assignments];
  const inForce = standard.versions.map(({ from }) => ({ from, to: standard.to }));
  for (const { from, to } of [...periods, ...inForce]) {
    cut(from);
    if (to !== undefined) cut(addDays(to, 1));
  }
  const days = [...cuts].sort();
  const joined = new Map<string, Stretch>();
  days.forEach((from, i) => {
    const to = days[i + 1] === undefined ? cycle.to : addDays(days[i + 1] as Day, -1);
    const version = versionOn(standard, from);
    const assigned = assignments.find((assignment) => covers(assignment, from));
    if (!version || (standard.appliesTo === 'assigned' && !assigned)) return;
    const nth = exceptions.findIndex((exception) => covers(exception, from));
    const who = (role: string) =>
      facts.occupancies.find((occupancy) => occupancy.role === role && covers(occupancy, from))?.payerId;
    const stretch: Stretch = {
      days: daysBetween(from, to) + 1,
      version,
      quantity: assigned?.quantity ?? '1',
      // Where there is no tenant the owner pays: the office is owed by somebody on every day.
      payerId: (version.payer === 'tenant' ? who('tenant') : undefined) ?? who('owner'),
      vacant: facts.vacancies.some((vacancy) => covers(vacancy, from)),
      exception: exceptions[nth],
    };
    const { payerId, vacant, quantity } = stretch;
    const alike = JSON.stringify([version.n, quantity, payerId, vacant, nth]);
    const known = joined.get(alike);
    if (known) known.days += stretch.days;
    else joined.set(alike, stretch);
  });
  const all = [...joined.values()];
  if (all.length > 0 && all.every(({ payerId }) => payerId === undefined)) {
    throw new Unbillable(
      'noPayer',
      { en: 'Nobody is on file to pay for this unit.', zh: '该房屋未登记付款人。' },
      standard.id,
    );
  }
  return all;
}
