import { yuan } from '../../shared/money/index.ts';
import type { PauseKind, RuleId } from '../../shared/policy/index.ts';
import { type Day, daysBetween } from '../../shared/time/index.ts';
import {
  isCovered,
  isWithinHours,
  pendingSteps,
  type Rung,
  rungsOf,
  type Setting,
  todayOf,
} from './clock.ts';
import {
  type Arrangement,
  activeBills,
  type DunningBill,
  type DunningCase,
  type OpenBill,
  type Owed,
  openBills,
  paidOf,
  stateOf,
  suspendedUntil,
} from './model.ts';

/*
 * How a dunning case changes. All pure: the case and what the books say go in, the case after it comes out with what happened,
 * what a person owes from now on, and what nobody owes any longer.
 */

export interface Happening {
  type: string;
  data: Record<string, unknown>;
}

export interface Change {
  after: DunningCase;
  events: Happening[];
  opens: Owed[];
  /** `done`: what was owed is not needed any more because of this. */
  ends: { key: string; because: Record<string, unknown>; done: boolean }[];
}

export const unchanged = (after: DunningCase): Change => ({ after, events: [], opens: [], ends: [] });

/** Bills that are gone are remembered, the latest so many. */
const remembered = 24;

/** Several changes, one after the other. */
export function inTurn(first: Change, ...steps: ((of: DunningCase) => Change)[]): Change {
  return steps.reduce((sum, step) => {
    const next = step(sum.after);
    return {
      after: next.after,
      events: [...sum.events, ...next.events],
      opens: [...sum.opens, ...next.opens],
      ends: [...sum.ends, ...next.ends],
    };
  }, first);
}

/**
 * Brings a case up to what the books say: bills that came and went, promises kept and broken, nothing left open. `today` is the
 * property's day.
 */
export function follow(stored: DunningCase, books: readonly OpenBill[], today: Day): Change {
  const known = new Map(stored.bills.map((bill) => [bill.id, bill]));
  const open = books.map(({ id, dueDay }): DunningBill => {
    const { gone: _, ...bill } = known.get(id) ?? { id, due: dueDay, shift: 0, told: [] };
    return bill;
  });
  const gone = stored.bills
    .filter(({ id }) => !books.some((bill) => bill.id === id))
    .map((bill) => ({ ...bill, gone: true }))
    .slice(-remembered);
  const bills = [...gone, ...open];
  const after: DunningCase = {
    ...stored,
    bills,
    fees: Object.fromEntries(
      Object.entries(stored.fees).filter(([id]) => bills.some((bill) => bill.id === id)),
    ),
    open: books.reduce((sum, bill) => sum + bill.open, 0),
  };
  const clear = books.length === 0;
  return inTurn(
    clear ? nothingOwed(after) : unchanged(after),
    (of) => undisputed(of, books, today),
    (of) => promised(of, books, today),
    (of) => (clear ? cleared(of, stored, today) : unchanged(of)),
  );
}

/** With all that is paid nobody owes anything in the case. */
const nothingOwed = (of: DunningCase): Change => ({
  ...unchanged({ ...of, owed: [] }),
  ends: of.owed.map(({ key }) => ({ key, because: { paid: true }, done: true })),
});

function cleared(of: DunningCase, before: DunningCase, today: Day): Change {
  const { decision, movedOut: _, ...rest } = of;
  // A suspension is the payer's until its day, whatever he pays meanwhile.
  const suspended = decision && suspendedUntil(of, today) !== undefined;
  // Of a bill paid before anybody asked for it there is nothing to tell.
  const asked = openBills(before).some(({ told }) => told.length > 0);
  return {
    ...unchanged({ ...rest, ...(suspended && { decision }) }),
    events: asked ? [{ type: 'dunning.cleared', data: {} }] : [],
  };
}

const kept = ({ id, kind }: Arrangement): Happening => ({
  type: 'dunning.kept',
  data: { arrangementId: id, kind },
});

/** Bills that are paid or taken back are disputed no longer; their clocks stood still until now all the same. */
function undisputed(of: DunningCase, books: readonly OpenBill[], today: Day): Change {
  const { dispute, ...rest } = of;
  if (!dispute) return unchanged(of);
  const bills = dispute.bills.filter((id) => books.some((bill) => bill.id === id));
  const gone = dispute.bills.filter((id) => !bills.includes(id));
  const after = resumed(rest, gone, dispute.from, today, 'dispute');
  return bills.length > 0
    ? unchanged({ ...after, dispute: { ...dispute, bills } })
    : settleOwed(after, 'FEE-5', { gone: true });
}

/** Ends what is owed under a rule. */
export function settleOwed(of: DunningCase, ruleId: RuleId, because: Record<string, unknown>): Change {
  const ending = of.owed.filter((owed) => owed.ruleId === ruleId);
  return {
    after: { ...of, owed: of.owed.filter((owed) => owed.ruleId !== ruleId) },
    events: [],
    opens: [],
    ends: ending.map(({ key }) => ({ key, because, done: true })),
  };
}

function promised(of: DunningCase, books: readonly OpenBill[], today: Day): Change {
  const { arrangement, ...rest } = of;
  if (!arrangement) return unchanged(of);
  const paid = paidOf(arrangement, books);
  const whole = arrangement.instalments.reduce((sum, { amount }) => sum + amount, 0);
  const over = resumed(rest, arrangement.bills, arrangement.from, today, arrangement.kind);
  if (paid >= whole) return { ...unchanged(over), events: [kept(arrangement)] };
  const late = arrangement.instalments.filter(({ day }) => day < today);
  const due = late.reduce((sum, { amount }) => sum + amount, 0);
  if (paid >= due) return unchanged(of);
  const { id, kind } = arrangement;
  const day = late.at(-1)?.day;
  return {
    ...unchanged(over),
    events: [
      { type: 'dunning.broken', data: { arrangementId: id, kind, day, due: yuan(due), paid: yuan(paid) } },
    ],
  };
}

/** Bills go on where they stopped: their steps come later by the days that their clocks stood still. */
export function resumed(
  of: DunningCase,
  ids: readonly string[],
  from: Day,
  today: Day,
  why: PauseKind,
): DunningCase {
  const days = Math.max(0, daysBetween(from, today));
  return {
    ...of,
    bills: of.bills.map((bill) => {
      if (!ids.includes(bill.id)) return bill;
      const { shift, stood } = bill;
      return { ...bill, shift: shift + days, stood: { ...stood, [why]: (stood?.[why] ?? 0) + days } };
    }),
  };
}

/**
 * When nothing is asked for any more, nobody has to go and ask: notices and visits that were not made are called off, and their
 * steps come again when dunning goes on.
 */
export function calledOff(of: DunningCase, why: string): Change {
  const off = of.owed.filter(({ ruleId }) => ruleId === 'FEE-4.notice' || ruleId === 'FEE-4.visit');
  const steps = new Set(off.map(({ step }) => step));
  return {
    after: {
      ...of,
      owed: of.owed.filter((owed) => !off.includes(owed)),
      bills: of.bills.map((bill) => untold(bill, steps)),
    },
    events: [],
    opens: [],
    ends: off.map(({ key }) => ({ key, because: { calledOff: why }, done: false })),
  };
}

function untold(bill: DunningBill, steps: ReadonlySet<string | undefined>): DunningBill {
  const { last, ...rest } = bill;
  return {
    ...rest,
    told: bill.told.filter((step) => !steps.has(step)),
    ...(last && !steps.has(last.step) && { last }),
  };
}

/** Owes a person something, unless the same is owed already. */
export function owing(of: DunningCase, ruleId: RuleId, step?: string): Change {
  if (of.owed.some((owed) => owed.ruleId === ruleId)) return unchanged(of);
  const opened = of.opened + 1;
  const owed: Owed = { key: `${ruleId}#${opened}`, ruleId, ...(step !== undefined && { step }) };
  return { after: { ...of, opened, owed: [...of.owed, owed] }, events: [], opens: [owed], ends: [] };
}

/** Which rule a step puts on a person. */
export const ruleOfKind = {
  message: undefined,
  notice: 'FEE-4.notice',
  visit: 'FEE-4.visit',
  letter: 'FEE-4.decision',
} as const satisfies Record<string, RuleId | undefined>;

export interface Telling extends Change {
  rung: Rung;
  /** All open bills that are asked for. */
  bills: DunningBill[];
}

/**
 * What is to be told now: one message for all bills, by the gravest step that has come. Steps of the same bills that lie behind
 * it, and those that a late message has covered, are done with. Without `rung` there is nothing to tell, though the case may have
 * changed. Outside office hours nothing is told.
 */
export function tell(of: DunningCase, setting: Setting): Telling | Change {
  const today = todayOf(setting);
  if (stateOf(of, today) !== 'running' || !isWithinHours(setting)) return unchanged(of);
  const passed = pendingSteps(of, setting).filter(({ at }) => at <= setting.now);
  const rungs = rungsOf(setting.policy, of, today);
  const come = new Set(passed.filter((one) => !isCovered(one, setting, rungs)).map(({ rung }) => rung.name));
  const gravest = rungs.findLast(({ name }) => come.has(name));
  const active = new Set(activeBills(of).map(({ id }) => id));
  const after: DunningCase = {
    ...of,
    bills: of.bills.map((bill) => {
      const done = passed.filter((one) => one.bill.id === bill.id).map(({ rung }) => rung.name);
      const spoken = gravest && active.has(bill.id);
      return {
        ...bill,
        ...(done.length > 0 && { told: [...bill.told, ...done] }),
        ...(spoken && { last: { step: gravest.name, day: today } }),
      };
    }),
  };
  if (!gravest) return unchanged(after);
  const ruleId = ruleOfKind[gravest.kind];
  const change = ruleId ? owing(after, ruleId, gravest.name) : unchanged(after);
  const told = { ...change.after, told: of.told + 1 };
  return { ...change, after: told, rung: gravest, bills: activeBills(told) };
}

/** The gravest step told about what is open; undefined before the first. */
export function stageOf(of: DunningCase, rungs: readonly Rung[]): string | undefined {
  const told = new Set(openBills(of).flatMap((bill) => bill.told));
  return rungs.findLast(({ name }) => told.has(name))?.name;
}

/** The payer has left: what is open is the manager's to decide. Somebody who is there again is asked again. */
export function whereabouts(of: DunningCase, gone: boolean): Change {
  if (gone === (of.movedOut === true)) return unchanged(of);
  if (!gone) {
    const { movedOut: _, ...rest } = of;
    return unchanged(rest);
  }
  const { after, ...change } = owing({ ...of, movedOut: true }, 'FEE-4.decision');
  return { ...change, after, events: [{ type: 'dunning.movedOut', data: {} }] };
}
