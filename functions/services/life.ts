import type { Status } from '../tickets/life.ts';

/** The life of an order of a paid service as data (FEE-6): what there is, which step leads from where to where. */

/** What the order itself keeps. Whether it is paid and what the customer said is seen from bill and ticket, see `Phase`. */
export const states = ['ordered', 'quoted', 'agreed', 'executed', 'noticed', 'cancelled'] as const;
export type State = (typeof states)[number];

/**
 * Where an order is, with its bill and its ticket. After the payment notice was delivered (`noticed`) two things go on side by side:
 * the payment, and the callback, which is owed from the delivery on (CALLBACK-7) whether the customer pays early or late. An order is
 * `closed` when both are done, whichever came first: paid, and the customer satisfied. A payment that is reversed leads back by itself.
 */
export const phases = [
  'ordered',
  'quoted',
  'agreed',
  'executed',
  'noticed',
  /** Paid; the callback is still to be made. */
  'paid',
  /** The customer is satisfied; the payment is still to come. */
  'calledBack',
  /** Not satisfied, or claimed within its warranty: done again, free of charge. */
  'rework',
  /** Paid; nobody could be reached, and the supervisor let it rest (CALLBACK-6). */
  'unconfirmed',
  'closed',
  'cancelled',
] as const;
export type Phase = (typeof phases)[number];

/** The phase of an order in a state, by its ticket's status and whether its bill has nothing open. */
export function phaseOf(state: State, ticket: Status, settled: boolean): Phase {
  if (state !== 'noticed') return state;
  switch (ticket) {
    case 'closed':
      return settled ? 'closed' : 'calledBack';
    case 'resolved':
      return settled ? 'paid' : 'noticed';
    case 'unconfirmed':
      return settled ? 'unconfirmed' : 'noticed';
    default:
      return 'rework';
  }
}

export const steps = ['quote', 'agree', 'execute', 'notice', 'claim', 'cancel'] as const;
export type Step = (typeof steps)[number];

/**
 * Where a step leads from a phase; one that is not listed is not open there. Callbacks, and what is done again, are steps of the ticket;
 * what has a bill is not cancelled: the bill is taken back or waived.
 */
export const transitions: Record<Phase, Partial<Record<Step, State>>> = {
  ordered: { quote: 'quoted', agree: 'agreed', cancel: 'cancelled' },
  quoted: { quote: 'quoted', agree: 'agreed', cancel: 'cancelled' },
  agreed: { quote: 'quoted', execute: 'executed', cancel: 'cancelled' },
  executed: { notice: 'noticed' },
  noticed: {},
  paid: {},
  calledBack: { claim: 'noticed' },
  rework: {},
  unconfirmed: { claim: 'noticed' },
  closed: { claim: 'noticed' },
  cancelled: {},
};
