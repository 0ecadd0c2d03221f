import type { Fen } from '../money/index.ts';

type Effect = { [sum in 'bill' | 'credit' | 'deposit' | 'cash']?: 1 | -1 };

/**
 * The kinds of entries and which of the four sums each one moves: what is open on a bill, credit (money of the payer that
 * no bill has used), deposits held, cash that came in. Everything the books say is a sum of entries by this table.
 */
export const entryKinds = {
  /** A bill was issued (账单). */
  charge: { bill: 1 },
  /** FEE-9 (滞纳金). */
  lateFee: { bill: 1 },
  /** Part of a bill is let off by decision (减免). */
  waiver: { bill: -1 },
  /** A bill was taken back; what had been paid on it is released first. */
  void: { bill: -1 },
  /** Money came in; it is credit until allocated. */
  payment: { cash: 1, credit: 1 },
  /** Credit pays a bill, together with the payment that brought it. */
  allocation: { credit: -1, bill: -1 },
  /** Credit kept from earlier pays a bill. */
  creditUsed: { credit: -1, bill: -1 },
  /** An allocation is undone (bill void, payment reversed): open again, credit again. */
  release: { credit: 1, bill: 1 },
  /** A payment did not hold (returned, booked in error); never deleted. */
  reversal: { cash: -1, credit: -1 },
  /** Credit is paid back (退款). */
  refund: { cash: -1, credit: -1 },
  /** A refund of credit did not happen (returned by the bank, booked in error): the money is credit again. */
  refundReversed: { cash: 1, credit: 1 },
  /** Credit goes to another account of the office: a wrong payer, put right on record. */
  transferOut: { credit: -1 },
  transferIn: { credit: 1 },
  /** FEE-7 (押金). */
  depositHeld: { cash: 1, deposit: 1 },
  /** Kept by the office, with a reason. */
  depositDeducted: { deposit: -1 },
  /** Turned into credit of the account. */
  depositApplied: { deposit: -1, credit: 1 },
  depositRefunded: { cash: -1, deposit: -1 },
  /** A refund of a deposit did not happen: it is held again. */
  depositRestored: { cash: 1, deposit: 1 },
  /** A deposit did not hold: it never came in, or was booked in error. */
  depositReversed: { cash: -1, deposit: -1 },
} as const satisfies Record<string, Effect>;

export type EntryKind = keyof typeof entryKinds;

/** One movement within a posting. `amount` is above zero; the kind says the direction. */
export interface Movement {
  kind: EntryKind;
  amount: Fen;
  /** of kinds that move a bill */
  billId?: string;
  /** of kinds that move credit: where that money came from (a payment, a transfer, a deposit) */
  source?: string;
  /** of kinds that move a deposit */
  depositId?: string;
}

/** One immutable line of the books (分录), as the movement of a posting or of a bill. */
export interface Entry extends Movement {
  /** `<id of the bill, payment or posting>.<number within>` */
  id: string;
  at: string;
  propertyId: string;
  unitId: string;
  payerId: string;
  reason?: string;
}

/** What a row of movements adds up to. Bills, sources and deposits whose sum is zero are left out. */
export interface Sums {
  /** open amount by bill */
  bills: Map<string, Fen>;
  /** credit by where it came from */
  credits: Map<string, Fen>;
  deposits: Map<string, Fen>;
  cash: Fen;
}

/** Adds movements up; the ones of several accounts give the sums over these. */
export function sums(movements: Iterable<Movement>): Sums {
  const all: Sums = { bills: new Map(), credits: new Map(), deposits: new Map(), cash: 0 };
  for (const movement of movements) add(all, movement);
  return all;
}

/**
 * The first thing that is negative and may not be, reading movements in their order; undefined if nothing ever is. Cash is none of it:
 * an account may give back money that another one brought, so only the office's sum of it may not be negative.
 */
export function overdrawn(movements: Iterable<Movement>): string | undefined {
  const all = sums([]);
  for (const movement of movements) {
    add(all, movement);
    const of = [
      ['bill', movement.billId, all.bills],
      ['credit', movement.source, all.credits],
      ['deposit', movement.depositId, all.deposits],
    ] as const;
    for (const [what, id, amounts] of of) if (id && (amounts.get(id) ?? 0) < 0) return `${what} ${id}`;
  }
  return undefined;
}

function add(all: Sums, movement: Movement): void {
  const { bill, credit, deposit, cash }: Effect = entryKinds[movement.kind];
  if (bill) move(all.bills, movement.billId, bill * movement.amount);
  if (credit) move(all.credits, movement.source, credit * movement.amount);
  if (deposit) move(all.deposits, movement.depositId, deposit * movement.amount);
  if (cash) all.cash += cash * movement.amount;
}

function move(amounts: Map<string, Fen>, id: string | undefined, by: Fen): void {
  if (id === undefined) throw new Error('a movement that does not say what it moves');
  const after = (amounts.get(id) ?? 0) + by;
  if (after === 0) amounts.delete(id);
  else amounts.set(id, after);
}

/** The sum of a map's amounts. */
export const total = (amounts: Map<string, Fen>): Fen => [...amounts.values()].reduce((a, b) => a + b, 0);
