import { type Fen, yuan } from '../money/index.ts';
import { invalidField, Refusal } from '../problem.ts';
import {
  type Account,
  creditOf,
  Draft,
  depositOf,
  type Moves,
  type OpenBill,
  openOf,
  tooMuch,
} from './account.ts';
import type { Movement } from './entry.ts';

/*
 * The steps by which an account changes. All pure: account in, moves out, a `Refusal` thrown where the step may not be.
 * Amounts are above zero unless said otherwise.
 */

const credit = { en: 'credit', zh: '预存余额' };

/** A bill is issued; credit in hand pays it at once, the oldest first. The amount may be zero: then nothing is open. */
export function charge(account: Account, bill: { id: string; dueDay: string; amount: Fen }): Moves {
  const draft = new Draft(account);
  if (bill.amount > 0) draft.movements.push({ kind: 'charge', amount: bill.amount, billId: bill.id });
  draft.openBy(bill, bill.amount);
  draft.useOldest([{ id: bill.id, dueDay: bill.dueDay, open: bill.amount }]);
  return draft.moves();
}

export interface Stated {
  billId: string;
  amount: Fen;
}

/**
 * What a payment pays: the bills as stated, else the oldest due first; the rest is `left`. What is stated has to be open
 * on that bill and may not be more than the amount: a field problem under `path` otherwise.
 */
export function allocate(
  bills: readonly OpenBill[],
  amount: Fen,
  stated?: readonly Stated[],
  path = '/body/allocations',
): { parts: { bill: OpenBill; amount: Fen }[]; left: Fen } {
  let left = amount;
  const parts: { bill: OpenBill; amount: Fen }[] = [];
  if (!stated) {
    for (const bill of bills) {
      const part = Math.min(bill.open, left);
      if (part === 0) break;
      parts.push({ bill, amount: part });
      left -= part;
    }
    return { parts, left };
  }
  const seen = new Set<string>();
  stated.forEach(({ billId, amount: part }, i) => {
    const bill = bills.find(({ id }) => id === billId);
    if (seen.has(billId)) throw invalidField(`${path}/${i}/billId`, 'repeated', 'Named twice.', '重复。');
    seen.add(billId);
    if (!bill) {
      throw invalidField(
        `${path}/${i}/billId`,
        'not_open',
        'This payer has no such bill open for this unit (FEE-3).',
        '该付款人在该房屋没有此未结账单（FEE-3）。',
      );
    }
    if (part > bill.open) {
      const open = yuan(bill.open);
      throw invalidField(
        `${path}/${i}/amount`,
        'too_much',
        `Only ${open} yuan are open on this bill (FEE-3).`,
        `该账单未结金额仅 ${open} 元（FEE-3）。`,
      );
    }
    if (part > left) {
      throw invalidField(
        `${path}/${i}/amount`,
        'too_much',
        'More is allocated than was paid (FEE-3).',
        '分配金额超过付款金额（FEE-3）。',
      );
    }
    parts.push({ bill, amount: part });
    left -= part;
  });
  return { parts, left };
}

/** Money came in: allocated as `allocate` says; what is left stays as credit and is used by the next bill. */
export function pay(
  account: Account,
  payment: { id: string; amount: Fen; stated?: readonly Stated[] },
): Moves {
  const draft = new Draft(account);
  const { id, amount } = payment;
  const { parts } = allocate(account.bills, amount, payment.stated);
  draft.movements.push({ kind: 'payment', amount, source: id });
  draft.creditBy(id, amount);
  for (const part of parts) draft.use(part.bill, id, part.amount, 'allocation');
  return draft.moves();
}

/** Uses the credit in hand on what is open, the oldest on the oldest; no movements where there is nothing to do. */
export function settle(account: Account): Moves {
  const draft = new Draft(account);
  draft.useOldest(account.bills);
  return draft.moves();
}

/** A bill as taken back: `open` and `paid` (by source) as its item has them. */
export interface BillState {
  id: string;
  dueDay: string;
  open: Fen;
  paid: Readonly<Record<string, Fen>>;
}

/** Takes a bill back: what was paid on it becomes credit again, then the whole of it is gone. */
export function voidBill(account: Account, bill: BillState): Moves {
  const draft = new Draft(account);
  for (const [source, amount] of Object.entries(bill.paid)) release(draft, bill, source, amount);
  const amount = draft.openOn(bill.id);
  if (amount > 0) {
    draft.movements.push({ kind: 'void', amount, billId: bill.id });
    draft.openBy(bill, -amount);
  }
  draft.touch(bill.id);
  return draft.moves();
}

function release(draft: Draft, bill: { id: string; dueDay: string }, source: string, amount: Fen): void {
  if (amount === 0) return;
  draft.creditBy(source, amount);
  draft.openBy(bill, amount);
  const change = draft.touch(bill.id);
  change.paid[source] = (change.paid[source] ?? 0) - amount;
  draft.movements.push({ kind: 'release', amount, billId: bill.id, source });
}

/**
 * Takes a payment's money off the bills it is on, so that all of it is credit of this account again. `bills` are those bills (also
 * those its credit paid later). Refused if part of the money has left the account by refund or transfer, or is not accounted for.
 */
export function releasePayment(
  account: Account,
  payment: { id: string; amount: Fen; bills: readonly BillState[] },
): Moves {
  const draft = new Draft(account);
  releaseAll(draft, payment);
  return draft.moves();
}

function releaseAll(draft: Draft, payment: { id: string; amount: Fen; bills: readonly BillState[] }): void {
  for (const bill of payment.bills) release(draft, bill, payment.id, bill.paid[payment.id] ?? 0);
  const there = draft.account.credits.find(({ source }) => source === payment.id)?.amount ?? 0;
  if (there !== payment.amount) {
    throw new Refusal('unprocessable', {
      detail: {
        en: 'Part of this money was refunded or moved to another account; undo that first (FEE-3).',
        zh: '该款项已部分退款或转出，请先处理（FEE-3）。',
      },
    });
  }
}

/**
 * A payment did not hold: its money is taken off its bills as `releasePayment` does, and is gone.
 */
export function reverse(
  account: Account,
  payment: { id: string; amount: Fen; bills: readonly BillState[] },
): Moves {
  const draft = new Draft(account);
  releaseAll(draft, payment);
  draft.creditBy(payment.id, -payment.amount);
  draft.movements.push({ kind: 'reversal', amount: payment.amount, source: payment.id });
  return draft.moves();
}

/** Pays credit back, the oldest first or of one source. Refused past the credit there is. */
export function refund(account: Account, amount: Fen, source?: string): Moves {
  const draft = new Draft(account);
  takeCredit(draft, amount, 'refund', source);
  return draft.moves();
}

/**
 * Moves credit to another account of the office (a wrong payer put right). The other account gets one source, `transferId`.
 * What is open there is paid with it as far as it goes.
 */
export function transfer(
  from: Account,
  to: Account,
  move: { transferId: string; amount: Fen; source?: string },
): { from: Moves; to: Moves } {
  const out = new Draft(from);
  takeCredit(out, move.amount, 'transferOut', move.source);
  const into = new Draft(to);
  into.creditBy(move.transferId, move.amount);
  into.movements.push({ kind: 'transferIn', amount: move.amount, source: move.transferId });
  into.useOldest(into.account.bills, 'allocation');
  return { from: out.moves(), to: into.moves() };
}

function takeCredit(draft: Draft, amount: Fen, kind: 'refund' | 'transferOut', source?: string): void {
  const lots = draft.account.credits.filter((lot) => source === undefined || lot.source === source);
  const there = lots.reduce((sum, lot) => sum + lot.amount, 0);
  if (amount > there) throw tooMuch(credit, yuan(there));
  let left = amount;
  for (const lot of [...lots]) {
    const part = Math.min(left, lot.amount);
    if (part === 0) break;
    draft.creditBy(lot.source, -part);
    draft.movements.push({ kind, amount: part, source: lot.source });
    left -= part;
  }
}

/** FEE-9: a late fee on a bill. The bill need not be open. */
export function lateFee(account: Account, bill: { id: string; dueDay: string }, amount: Fen): Moves {
  const draft = new Draft(account);
  draft.movements.push({ kind: 'lateFee', amount, billId: bill.id });
  draft.openBy(bill, amount);
  draft.useOldest([{ ...bill, open: amount }]);
  return draft.moves();
}

/** Lets off part of what is open on a bill. Refused past that. */
export function waive(account: Account, bill: { id: string; dueDay: string }, amount: Fen): Moves {
  const draft = new Draft(account);
  const open = draft.openOn(bill.id);
  if (amount > open) throw tooMuch({ en: 'open amount on this bill', zh: '该账单未结金额' }, yuan(open));
  draft.movements.push({ kind: 'waiver', amount, billId: bill.id });
  draft.openBy(bill, -amount);
  return draft.moves();
}

/** FEE-7: takes a deposit. */
export function holdDeposit(account: Account, id: string, amount: Fen): Moves {
  const draft = new Draft(account);
  draft.movements.push({ kind: 'depositHeld', amount, depositId: id });
  draft.account.deposits.push({ id, amount });
  return draft.moves();
}

/** Keeps part of a deposit, makes it credit (source: the deposit), or pays it back. Refused past what is held. */
export function takeDeposit(
  account: Account,
  kind: 'depositDeducted' | 'depositApplied' | 'depositRefunded',
  id: string,
  amount: Fen,
): Moves {
  const draft = new Draft(account);
  const held = draft.account.deposits.find((deposit) => deposit.id === id);
  const there = held?.amount ?? 0;
  if (amount > there) throw tooMuch({ en: 'this deposit', zh: '该押金' }, yuan(there));
  if (held) held.amount -= amount;
  draft.account.deposits = draft.account.deposits.filter((deposit) => deposit.amount > 0);
  if (kind === 'depositApplied') {
    draft.movements.push({ kind, amount, depositId: id, source: id });
    draft.creditBy(id, amount);
    draft.useOldest(draft.account.bills, 'allocation');
  } else {
    draft.movements.push({ kind, amount, depositId: id });
  }
  return draft.moves();
}

/** A deposit did not hold: all of it is gone. Refused where anything was taken from it; undo that first. */
export function reverseDeposit(account: Account, deposit: { id: string; amount: Fen }): Moves {
  const held = account.deposits.find(({ id }) => id === deposit.id)?.amount ?? 0;
  if (held !== deposit.amount) {
    throw new Refusal('unprocessable', {
      detail: {
        en: `Only ${yuan(held)} yuan of this deposit are held still: what was taken from it comes first (FEE-7).`,
        zh: `该押金仅余 ${yuan(held)} 元，请先处理已扣除或已退还的部分（FEE-7）。`,
      },
    });
  }
  const draft = new Draft(account);
  draft.movements.push({ kind: 'depositReversed', amount: held, depositId: deposit.id });
  draft.account.deposits = draft.account.deposits.filter(({ id }) => id !== deposit.id);
  return draft.moves();
}

/** A refund did not happen: each of its movements the other way round. Credit goes back to where it came from, a deposit is held again. */
export function reverseRefund(account: Account, movements: readonly Movement[]): Moves {
  const draft = new Draft(account);
  for (const { kind, amount, source, depositId } of movements) {
    if (kind === 'refund' && source !== undefined) {
      draft.creditBy(source, amount);
      draft.movements.push({ kind: 'refundReversed', amount, source });
    } else if (kind === 'depositRefunded' && depositId !== undefined) {
      const held = draft.account.deposits.find(({ id }) => id === depositId);
      if (held) held.amount += amount;
      else draft.account.deposits.push({ id: depositId, amount });
      draft.movements.push({ kind: 'depositRestored', amount, depositId });
    } else throw new Error('a refund that is none');
  }
  return draft.moves();
}

/** Whether an account has nothing on it: it may be left behind (MOVE-2). */
export const isClear = (account: Account): boolean =>
  openOf(account) === 0 && creditOf(account) === 0 && depositOf(account) === 0;
