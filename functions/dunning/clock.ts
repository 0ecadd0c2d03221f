import type { DunningPolicy, DunningStep } from '../../shared/policy/index.ts';
import {
  addDays,
  type Day,
  daysBetween,
  instantAt,
  lastOpen,
  localDay,
  nextOpen,
  openOf,
  type Schedule,
} from '../../shared/time/index.ts';
import {
  activeBills,
  type DunningBill,
  type DunningCase,
  exceptionOn,
  stateOf,
  suspendedUntil,
} from './model.ts';

/*
 * When a case moves. Steps are counted in days from each bill's due day and come at the opening of that day; what falls on a day
 * without hours waits for the next opening, and what belongs before the due day comes forward instead, while it is still friendly.
 */

export interface Rung extends DunningStep {
  name: string;
}

export interface Setting {
  policy: DunningPolicy;
  /** Of the property. */
  schedule: Schedule;
  /** Milliseconds. */
  now: number;
}

/** A little after closing still counts as within hours: a sweep comes up to a minute late. */
const graceMs = 15 * 60_000;

export const todayOf = ({ now, schedule }: Setting): Day => localDay(now, schedule.zone);

/** The steps of a case by their days: the office's, as far as the payer's exception does not say otherwise. */
export function rungsOf(policy: DunningPolicy, of: DunningCase, today: Day): Rung[] {
  const own = new Map(Object.entries(exceptionOn(of, today)?.steps ?? {}));
  return Object.entries(policy.steps)
    .flatMap(([name, step]): Rung[] => {
      const day = own.get(name);
      return day === null ? [] : [{ ...step, name, day: day ?? step.day }];
    })
    .sort((a, b) => a.day - b.day);
}

/** The due day as its clock sees it: later by the days it stood still. */
export const effectiveDue = ({ due, shift }: DunningBill): Day => addDays(due, shift);

/** When a step comes for a bill, in milliseconds. */
export function momentOf(bill: DunningBill, rung: Rung, schedule: Schedule): number {
  const due = effectiveDue(bill);
  const midnight = instantAt(addDays(due, rung.day), 0, schedule.zone);
  const next = nextOpen(midnight, schedule);
  if (rung.day >= 0 || localDay(next, schedule.zone) <= due) return next;
  const last = lastOpen(midnight, schedule) ?? next;
  // What closes at 24:00 closes on the day after.
  return openOf(localDay(last - 1, schedule.zone), schedule) ?? next;
}

export interface Passed {
  bill: DunningBill;
  rung: Rung;
  at: number;
}

/** Every step of every bill asked for that is still to be told. */
export function pendingSteps(of: DunningCase, { policy, schedule, now }: Setting): Passed[] {
  const rungs = rungsOf(policy, of, localDay(now, schedule.zone));
  return activeBills(of).flatMap((bill) =>
    rungs
      .filter(({ name }) => !bill.told.includes(name))
      .map((rung) => ({ bill, rung, at: momentOf(bill, rung, schedule) })),
  );
}

/**
 * Whether a message has spoken of the bill not long ago, as gravely as this step or more: then the step is no occasion of its own.
 */
export function isCovered({ bill, rung }: Passed, setting: Setting, rungs: readonly Rung[]): boolean {
  const { last } = bill;
  if (!last) return false;
  const told = rungs.find(({ name }) => name === last.step);
  if (!told || told.day < rung.day) return false;
  return daysBetween(last.day, todayOf(setting)) < setting.policy.restDays;
}

/** Whether customers may be written to now. */
export const isWithinHours = ({ now, schedule }: Setting): boolean =>
  now - (lastOpen(now, schedule) ?? 0) <= graceMs;

/** When the case is to be looked at next (milliseconds); undefined where only somebody's doing moves it. */
export function wakeOf(of: DunningCase, setting: Setting): number | undefined {
  const { schedule, now } = setting;
  const today = todayOf(setting);
  const after = (day: Day) => nextOpen(instantAt(addDays(day, 1), 0, schedule.zone), schedule);
  const state = stateOf(of, today);
  if (state === 'clear' || state === 'legal' || state === 'movedOut') return undefined;
  const moments: number[] = [];
  const next = of.arrangement?.instalments.find(({ day }) => day >= today);
  if (next) moments.push(after(next.day));
  for (const until of [exceptionOn(of, today)?.until, suspendedUntil(of, today)]) {
    if (until !== undefined) moments.push(after(until));
  }
  if (state !== 'stopped') moments.push(...pendingSteps(of, setting).map(({ at }) => at));
  if (moments.length === 0) return undefined;
  return nextOpen(Math.max(now, Math.min(...moments)), schedule);
}
