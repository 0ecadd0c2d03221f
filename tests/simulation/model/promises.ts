import { dayOf, type Period, type Times } from './time.ts';

/*
 * What is owed and who hears of it when: the standard pack's figures written down once more, in the rulebook's words where it has them.
 * A rung: when, for whom, and how often again. `!` tells at any hour.
 */

type When = 'half' | 'due' | { hours: number } | { workingDays: number };

interface Rung {
  when: When;
  kind: 'remind' | 'due' | 'escalate';
  critical?: true;
  /** Told again so often, each time so much later. */
  again?: { times: number; every: Exclude<When, string> };
}

const remind = (when: When, critical?: true): Rung => ({
  when,
  kind: 'remind',
  ...(critical && { critical }),
});
const dueNow = (critical?: true): Rung[] => [
  { when: 'due', kind: 'due', ...(critical && { critical }) },
  { when: 'due', kind: 'escalate', ...(critical && { critical }) },
];
const daily = { times: 5, every: { workingDays: 1 } };
const upwards: Rung[] = [
  { when: { workingDays: 1 }, kind: 'escalate' },
  { when: { workingDays: 2 }, kind: 'escalate', again: daily },
];

const ladders = {
  resolve: [remind('half'), remind({ hours: -2 }), ...dueNow(), ...upwards],
  urgent: [
    remind('half', true),
    remind({ hours: -2 }, true),
    ...dueNow(true),
    { when: { hours: 2 }, kind: 'escalate', critical: true },
    { when: { hours: 4 }, kind: 'escalate', critical: true, again: { times: 5, every: { hours: 4 } } },
  ],
  superior: [
    { when: { hours: -1 }, kind: 'escalate' },
    { when: 'due', kind: 'escalate' },
    { when: { hours: 2 }, kind: 'escalate' },
  ],
  answer: [
    remind('half'),
    remind({ hours: -2 }),
    ...dueNow(),
    { when: { hours: 4 }, kind: 'escalate' },
    { when: { workingDays: 1 }, kind: 'escalate', again: daily },
  ],
  callback: [remind({ workingDays: -2 }), remind({ hours: -4 }), ...dueNow(), ...upwards],
  sameDay: [remind({ hours: -1 }), ...dueNow(), ...upwards],
  decide: [
    remind('half'),
    { when: 'due', kind: 'due' },
    { when: { workingDays: 1 }, kind: 'escalate', again: daily },
  ],
  order: [
    remind('half'),
    ...dueNow(),
    { when: { workingDays: 1 }, kind: 'escalate' },
    { when: { workingDays: 2 }, kind: 'escalate' },
  ],
  manage: [remind('half'), { when: 'due', kind: 'due', again: daily }],
} satisfies Record<string, Rung[]>;

const days = (n: number): Period => ({ unit: 'workingDays', n });
const hours = (n: number): Period => ({ unit: 'hours', n });

/** Rule -> its period and its ladder; a service order says itself by when. */
export const rules: Record<string, [Period | 'named', keyof typeof ladders]> = {
  'TICKET-3.major': [days(1), 'resolve'],
  'TICKET-3.general': [days(3), 'resolve'],
  'TICKET-4.serious': [hours(1), 'superior'],
  'TICKET-4.critical': [hours(1), 'superior'],
  'TICKET-5': [days(1), 'resolve'],
  'TICKET-6.urgent': [hours(24), 'urgent'],
  'TICKET-6.normal': [days(3), 'resolve'],
  'TICKET-6.order': ['named', 'order'],
  'TICKET-8': [hours(24), 'answer'],
  'TICKET-12': [days(3), 'resolve'],
  'CALLBACK-1': [{ unit: 'weeks', n: 1 }, 'callback'],
  'CALLBACK-2': [{ unit: 'weeks', n: 2 }, 'callback'],
  'CALLBACK-4': [{ unit: 'sameDay' }, 'sameDay'],
  'CALLBACK-5.major': [days(1), 'resolve'],
  'CALLBACK-5.general': [days(3), 'resolve'],
  'CALLBACK-5.urgent': [hours(24), 'urgent'],
  'CALLBACK-5.other': [days(1), 'resolve'],
  'CALLBACK-6': [days(1), 'decide'],
  'FEE-4.notice': [days(3), 'resolve'],
  'FEE-4.visit': [days(3), 'resolve'],
  'FEE-4.decision': [days(5), 'manage'],
  'FEE-5': [days(5), 'resolve'],
};

/** A message about something owed: its number on the ladder, its moment. */
export interface Step {
  n: number;
  at: number;
}

const ms = 3_600_000;

/** The ladder of something owed from one moment until another. */
export function stepsOf(
  ladder: keyof typeof ladders,
  start: number,
  due: number,
  critical: boolean,
  times: Times,
): Step[] {
  const steps: Step[] = [];
  let n = 0;
  for (const rung of ladders[ladder] as Rung[]) {
    const loud = critical || rung.critical === true;
    // Told that it is due only when somebody is there, everything after counts from there.
    const told = loud ? due : times.waiting(due);
    let before: number | undefined;
    for (let k = 0; k <= (rung.again?.times ?? 0); k++) {
      n++;
      const at = momentOf(rung, k, { start, due, told }, times);
      const early = rung.when === 'half' || before_(rung.when);
      if (at < start || (early && at >= due)) continue;
      let tell = at;
      if (!loud) {
        tell = times.waiting(at);
        if (rung.kind === 'remind' && at < due && tell >= due && tell !== at) tell = times.lastOpen(at);
      }
      if (tell < start || tell === before) continue;
      before = tell;
      steps.push({ n, at: tell });
    }
  }
  return steps.sort((a, b) => a.at - b.at || a.n - b.n);
}

const before_ = (when: When): boolean =>
  typeof when === 'object' && ('hours' in when ? when.hours : when.workingDays) < 0;

function momentOf(
  { when, again }: Rung,
  k: number,
  { start, due, told }: { start: number; due: number; told: number },
  times: Times,
): number {
  const first =
    when === 'due'
      ? due
      : when === 'half'
        ? due - Math.floor((due - start) / 2)
        : moved(before_(when) ? due : told, when, times, before_(when) || told === due);
  if (k === 0 || !again) return first;
  const every = again.every;
  const by = 'hours' in every ? { hours: every.hours * k } : { workingDays: every.workingDays * k };
  return moved(first, by, times, first === due);
}

/** Midnight belongs to the day that ends where it is the due moment. */
function moved(from: number, by: Exclude<When, string>, times: Times, isDue: boolean): number {
  if ('hours' in by) return from + by.hours * ms;
  return times.workingDays(dayOf(isDue ? from - 1 : from), by.workingDays);
}
