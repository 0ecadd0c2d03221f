import type { Head } from '../../shared/history.ts';
import type { Fen } from '../../shared/money/index.ts';
import type { PauseKind, RuleId } from '../../shared/policy/index.ts';
import type { Day } from '../../shared/time/index.ts';

/** Days that a bill's clock stood still, by what for. */
export type Stood = Partial<Record<PauseKind, number>>;

/** A bill as dunning sees it. What it says of money is in the books. */
export interface DunningBill {
  id: string;
  due: Day;
  /** Days for which its clock stood still (FEE-5): its steps come so much later. */
  shift: number;
  /** The same days by what it stood still for. */
  stood?: Stood;
  /** Steps done with: told, or covered by a message that spoke of this bill as well. */
  told: string[];
  /** The last message that spoke of it: its step and day. */
  last?: { step: string; day: Day };
  /** Paid or taken back; kept so that a payment that did not hold lets it go on where it stopped. */
  gone?: boolean;
}

/** A promise to pay (付款承诺) or an instalment plan (分期计划), which is several promises. */
export interface Arrangement {
  id: string;
  kind: 'promise' | 'plan';
  bills: string[];
  /** Days by which so much more has to be paid, in order. */
  instalments: { day: Day; amount: Fen }[];
  /** The day from which the bills' clocks stand still. */
  from: Day;
  /** What the bills had open then. */
  open: Fen;
  note?: string;
}

/** The payer says the bills are wrong (账单异议). */
export interface Dispute {
  bills: string[];
  from: Day;
  reason: string;
}

/** What is different for one payer (催费例外). */
export interface Exception {
  /** No dunning at all. */
  stop?: boolean | undefined;
  /** Last day on which it holds; without one until it is lifted. */
  until?: Day | undefined;
  /** Own days for steps; null leaves the step out. */
  steps?: Record<string, number | null> | undefined;
  noLateFee?: boolean | undefined;
  reason: string;
}

export const decisions = ['legal', 'continue', 'suspend'] as const;

/** What the manager decided after the formal letter, or about somebody who has moved out. */
export interface Decision {
  decision: (typeof decisions)[number];
  /** Of `suspend`: the last day on which the case stands still. */
  until?: Day;
  reason: string;
  at: string;
  by: string;
}

/** Something a person owes in this case; the rest is in the obligation. */
export interface Owed {
  key: string;
  ruleId: RuleId;
  /** The dunning step it came from. */
  step?: string;
}

/** How a case stands. `clear`: nothing is open. `stopped`: by exception or decision. */
export const states = [
  'running',
  'promised',
  'plan',
  'disputed',
  'stopped',
  'movedOut',
  'legal',
  'clear',
] as const;
export type State = (typeof states)[number];

/** A dunning case (催费单): one payer of one unit, for as long as there are two of them; open while something is. */
export interface DunningCase {
  id: string;
  propertyId: string;
  unitId: string;
  payerId: string;
  /** What all bills together had open when it was last looked at. */
  open: Fen;
  bills: DunningBill[];
  arrangement?: Arrangement;
  dispute?: Dispute;
  exception?: Exception;
  /** The last day on which an exception that is over spared the payer late fees. */
  spared?: Day;
  decision?: Decision;
  movedOut?: boolean;
  owed: Owed[];
  /** Obligations opened so far: their keys. */
  opened: number;
  /** Messages told so far: the number of the last log entry. */
  told: number;
  /** Late fees by bill: how much, up to which day they are charged, and what of its standing still lay before that. */
  fees: Record<string, { sum: Fen; through: Day; stood?: Stood }>;
  head: Head;
  /** 0 while there is none in the table. */
  version: number;
}

/** A line of late fees as it was charged (FEE-9). */
export interface FeeLine {
  billId: string;
  from: Day;
  to: Day;
  days: number;
  base: Fen;
  rate: string;
  amount: Fen;
}

/** Open bills of the payer's account, as the books have them. */
export interface OpenBill {
  id: string;
  dueDay: Day;
  open: Fen;
}

/** Bills with something open. */
export const openBills = (of: Pick<DunningCase, 'bills'>): DunningBill[] =>
  of.bills.filter(({ gone }) => !gone);

/**
 * What has been paid of an arrangement. Taken back counts as paid: it is not owed either. Nothing is where a payment from before
 * did not hold.
 */
export const paidOf = ({ open: before, bills }: Arrangement, books: readonly OpenBill[]): Fen =>
  Math.max(0, before - books.filter(({ id }) => bills.includes(id)).reduce((sum, { open }) => sum + open, 0));

/** Bills whose clock stands still. */
export function pausedBills({ arrangement, dispute }: DunningCase): Set<string> {
  return new Set([...(arrangement?.bills ?? []), ...(dispute?.bills ?? [])]);
}

/** Bills that are asked for. */
export function activeBills(of: DunningCase): DunningBill[] {
  const paused = pausedBills(of);
  return openBills(of).filter(({ id }) => !paused.has(id));
}

/** How the case stands on a day. */
export function stateOf(of: DunningCase, today: Day): State {
  const open = openBills(of);
  if (open.length === 0) return 'clear';
  if (of.decision?.decision === 'legal') return 'legal';
  if (stopped(of, today)) return 'stopped';
  if (of.movedOut && of.decision?.decision !== 'continue') return 'movedOut';
  if (activeBills(of).length > 0) return 'running';
  return of.arrangement ? (of.arrangement.kind === 'plan' ? 'plan' : 'promised') : 'disputed';
}

/** The exception, while it holds. */
export const exceptionOn = (
  { exception }: Pick<DunningCase, 'exception'>,
  today: Day,
): Exception | undefined =>
  exception && (exception.until === undefined || exception.until >= today) ? exception : undefined;

/** The last day up to today on which the payer is or was spared late fees; undefined if never. */
export function sparedThrough({ exception, spared }: DunningCase, today: Day): Day | undefined {
  const last = exception?.noLateFee ? [exception.until ?? today, today].sort()[0] : undefined;
  return [spared, last]
    .filter((day) => day !== undefined)
    .sort()
    .at(-1);
}

/** A case whose exception is lifted today: what it spared stays spared. */
export function withoutException(of: DunningCase, today: Day): DunningCase {
  const { exception: _, ...rest } = of;
  const spared = sparedThrough(of, today);
  return { ...rest, ...(spared !== undefined && { spared }) };
}

/** The last day of a suspension, while it holds. It stands beside the exception, which is there again afterwards. */
export const suspendedUntil = ({ decision }: Pick<DunningCase, 'decision'>, today: Day): Day | undefined =>
  decision?.decision === 'suspend' && (decision.until ?? '') >= today ? decision.until : undefined;

export const stopped = (of: DunningCase, today: Day): boolean =>
  exceptionOn(of, today)?.stop === true || suspendedUntil(of, today) !== undefined;

/** The oldest due day of what is open: how old the case is. */
export const oldestDue = (of: Pick<DunningCase, 'bills'>): Day | undefined =>
  openBills(of)
    .map(({ due }) => due)
    .sort()[0];

/** The steps of a person that are open in a case. */
export function openStepsOf(of: DunningCase): string[] {
  if (openBills(of).length === 0) return ['exception'];
  const free = activeBills(of).length > 0;
  return [
    ...(free && !of.arrangement ? ['promise', 'plan'] : []),
    ...(free && !of.dispute ? ['dispute'] : []),
    ...(of.dispute ? ['resolve-dispute'] : []),
    'served',
    'visit',
    'decision',
    'exception',
  ];
}
