import type { Fen } from '../money/index.ts';
import { Refusal } from '../problem.ts';
import type { Movement } from './entry.ts';

/**
 * The account (往来账) of one payer for one unit: what is open and what is in hand, kept beside the entries and always equal
 * to their sums. It is changed in the transaction that writes them, on its version: two payments at one instant are both
 * right because the second is decided again on what the first left.
 */
export interface Account {
  propertyId: string;
  unitId: string;
  payerId: string;
  /** 0 while there is none in the table */
  version: number;
  /** Bills with something open, the oldest due first. */
  bills: OpenBill[];
  /** Credit by where it came from, the oldest first. */
  credits: Lot[];
  deposits: Held[];
}

export interface OpenBill {
  id: string;
  dueDay: string;
  open: Fen;
}

/** Money not used yet; `source` is the payment, transfer or deposit that brought it. */
export interface Lot {
  source: string;
  amount: Fen;
}

export interface Held {
  id: string;
  amount: Fen;
}

/** What a step did: the account after it, its movements in order, and the bills whose items change with it. */
export interface Moves {
  account: Account;
  movements: Movement[];
  bills: BillChange[];
}

/** What a bill's item has to say differently. */
export interface BillChange {
  id: string;
  /** after the step */
  open: Fen;
  /** by how much what is paid on it changed, by source */
  paid: Record<string, Fen>;
}

export const newAccount = (of: Pick<Account, 'propertyId' | 'unitId' | 'payerId'>): Account => ({
  propertyId: of.propertyId,
  unitId: of.unitId,
  payerId: of.payerId,
  version: 0,
  bills: [],
  credits: [],
  deposits: [],
});

const added = (of: readonly { amount: Fen }[]): Fen => of.reduce((sum, { amount }) => sum + amount, 0);

/** What all bills together have open: the arrears once it is due. */
export const openOf = (account: Account): Fen => account.bills.reduce((sum, { open }) => sum + open, 0);
export const creditOf = (account: Account): Fen => added(account.credits);
export const depositOf = (account: Account): Fen => added(account.deposits);
/** What the payer owes after credit; negative when the office owes the payer. Deposits are no part of it. */
export const balanceOf = (account: Account): Fen => openOf(account) - creditOf(account);

/** What is open and past its due day on a day. */
export const overdueOf = (account: Account, day: string): Fen =>
  account.bills.reduce((sum, { dueDay, open }) => (dueDay < day ? sum + open : sum), 0);

/** How many bills one step may touch: they are written in one transaction, which has a hundred writes. */
export const mostBills = 80;

/** One step in the making: a copy of the account that steps are taken on, and what they have done so far. */
export class Draft {
  readonly account: Account;
  readonly movements: Movement[] = [];
  private readonly changed = new Map<string, BillChange>();

  constructor(account: Account) {
    this.account = structuredClone(account);
  }

  moves(): Moves {
    const bills = [...this.changed.values()].map((bill) => ({ ...bill, open: this.openOn(bill.id) }));
    return { account: this.account, movements: this.movements, bills };
  }

  openOn(billId: string): Fen {
    return this.account.bills.find(({ id }) => id === billId)?.open ?? 0;
  }

  /** Changes what a bill has open. Due days order the account; a bill with nothing open is none of it. */
  openBy(bill: { id: string; dueDay: string }, by: Fen): void {
    const { account } = this;
    const open = this.openOn(bill.id) + by;
    if (open < 0) throw new Error('a bill paid past its amount');
    account.bills = account.bills.filter(({ id }) => id !== bill.id);
    if (open > 0) {
      account.bills.push({ id: bill.id, dueDay: bill.dueDay, open });
      account.bills.sort(byDueDay);
    }
    this.touch(bill.id);
  }

  /** Changes a source's credit; a new source goes to the end. */
  creditBy(source: string, by: Fen): void {
    const { credits } = this.account;
    const at = credits.findIndex((lot) => lot.source === source);
    const amount = (credits[at]?.amount ?? 0) + by;
    if (amount < 0) throw new Error('credit used past its amount');
    if (at < 0) credits.push({ source, amount });
    else if (amount === 0) credits.splice(at, 1);
    else credits[at] = { source, amount };
  }

  /** Uses a source's credit on a bill. */
  use(bill: { id: string; dueDay: string }, source: string, amount: Fen, kind: 'allocation' | 'creditUsed') {
    this.creditBy(source, -amount);
    this.openBy(bill, -amount);
    const { paid } = this.touch(bill.id);
    paid[source] = (paid[source] ?? 0) + amount;
    this.movements.push({ kind, amount, billId: bill.id, source });
  }

  /** Uses credit, the oldest first, on the bills given, in their order; of too many on the first. */
  useOldest(bills: readonly OpenBill[], kind: 'allocation' | 'creditUsed' = 'creditUsed'): void {
    for (const bill of bills.slice(0, mostBills)) {
      for (const lot of [...this.account.credits]) {
        const amount = Math.min(this.openOn(bill.id), lot.amount);
        if (amount > 0) this.use(bill, lot.source, amount, kind);
      }
    }
  }

  touch(billId: string): BillChange {
    let bill = this.changed.get(billId);
    if (!bill) {
      bill = { id: billId, open: 0, paid: {} };
      this.changed.set(billId, bill);
    }
    return bill;
  }
}

export const byDueDay = (a: OpenBill, b: OpenBill) =>
  a.dueDay < b.dueDay || (a.dueDay === b.dueDay && a.id < b.id) ? -1 : 1;

/** Refused: more than there is. The detail says how much there is, in yuan. */
export const tooMuch = (what: { en: string; zh: string }, there: string) =>
  new Refusal('unprocessable', {
    detail: { en: `There is only ${there} yuan of ${what.en}.`, zh: `${what.zh}仅有 ${there} 元。` },
  });
