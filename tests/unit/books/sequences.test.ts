import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Account,
  charge,
  creditOf,
  depositOf,
  holdDeposit,
  lateFee,
  type Movement,
  type Moves,
  openOf,
  overdrawn,
  pay,
  refund,
  reverse,
  reverseDeposit,
  reverseRefund,
  settle,
  sums,
  takeDeposit,
  total,
  transfer,
  voidBill,
  waive,
} from '../../../shared/books/index.ts';
import { Refusal } from '../../../shared/problem.ts';
import { account } from './support.ts';

/** Whatever happens to money, in whatever order: books that agree. */

type Step =
  | { do: 'charge'; amount: number; due: number }
  | { do: 'pay'; amount: number; stated: boolean }
  | { do: 'void' | 'reverse' | 'settle'; which: number }
  | { do: 'refund' | 'transfer' | 'lateFee' | 'waive' | 'hold'; amount: number }
  | { do: 'deduct' | 'apply' | 'return'; which: number; amount: number }
  | { do: 'unrefund' | 'unhold'; which: number };

const amounts = fc.integer({ min: 1, max: 500 });
const which = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('charge' as const), amount: fc.nat(500), due: fc.nat(27) }),
  fc.record({ do: fc.constant('pay' as const), amount: amounts, stated: fc.boolean() }),
  fc.record({ do: fc.constantFrom('void' as const, 'reverse' as const, 'settle' as const), which }),
  fc.record({ do: fc.constantFrom('unrefund' as const, 'unhold' as const), which }),
  fc.record({
    do: fc.constantFrom('refund', 'transfer', 'lateFee', 'waive', 'hold') as fc.Arbitrary<'refund'>,
    amount: amounts,
  }),
  fc.record({
    do: fc.constantFrom('deduct', 'apply', 'return') as fc.Arbitrary<'deduct'>,
    which,
    amount: amounts,
  }),
);

interface StoredBill {
  id: string;
  account: number;
  dueDay: string;
  open: number;
  paid: Record<string, number>;
  gone: boolean;
}

class Office {
  accounts = [account, { ...account, payerId: 'other' }];
  bills = new Map<string, StoredBill>();
  payments: { id: string; account: number; amount: number; gone: boolean }[] = [];
  books: Movement[][] = [[], []];
  deposits: string[] = [];
  held: { id: string; account: number; amount: number }[] = [];
  refunds: { account: number; movements: readonly Movement[]; gone: boolean }[] = [];
  /** what each kind of step did, so that the property is known to have met it */
  readonly did = new Set<string>();
  private made = 0;

  /** Decides on accounts as read at some moment; writes only what is still so. */
  take(on: number, read: readonly Account[], what: Step): 'written' | 'stale' | 'refused' {
    const mine = read[on] as Account;
    const other = read[1 - on] as Account;
    const id = `${what.do}${++this.made}`;
    const after: { on: number; moves: Moves }[] = [];
    let then = () => {};
    try {
      const stored = [...this.bills.values()].filter((b) => b.account === on && !b.gone);
      switch (what.do) {
        case 'charge': {
          const dueDay = `2026-10-${String(what.due + 1).padStart(2, '0')}`;
          after.push({ on, moves: charge(mine, { id, dueDay, amount: what.amount }) });
          then = () => this.bills.set(id, { id, account: on, dueDay, open: 0, paid: {}, gone: false });
          break;
        }
        case 'pay': {
          const last = mine.bills.at(-1);
          const stated = last && [{ billId: last.id, amount: Math.min(what.amount, last.open) }];
          const paying = { id, amount: what.amount, ...(what.stated && stated && { stated }) };
          after.push({ on, moves: pay(mine, paying) });
          then = () => this.payments.push({ id, account: on, amount: what.amount, gone: false });
          break;
        }
        case 'settle':
          after.push({ on, moves: settle(mine) });
          break;
        case 'void': {
          const bill = stored[what.which % Math.max(1, stored.length)];
          if (!bill) return 'refused';
          after.push({ on, moves: voidBill(mine, bill) });
          then = () => {
            bill.gone = true;
          };
          break;
        }
        case 'reverse': {
          const held = this.payments.filter((p) => p.account === on && !p.gone);
          const payment = held[what.which % Math.max(1, held.length)];
          if (!payment) return 'refused';
          const bills = stored.filter((b) => payment.id in b.paid);
          after.push({ on, moves: reverse(mine, { ...payment, bills }) });
          then = () => {
            payment.gone = true;
          };
          break;
        }
        case 'refund': {
          const moves = refund(mine, what.amount);
          after.push({ on, moves });
          then = () => this.refunds.push({ account: on, movements: moves.movements, gone: false });
          break;
        }
        case 'unrefund': {
          const paid = this.refunds.filter((r) => r.account === on && !r.gone);
          const back = paid[what.which % Math.max(1, paid.length)];
          if (!back) return 'refused';
          after.push({ on, moves: reverseRefund(mine, back.movements) });
          then = () => {
            back.gone = true;
          };
          break;
        }
        case 'unhold': {
          const held = this.held.filter((d) => d.account === on);
          const deposit = held[what.which % Math.max(1, held.length)];
          if (!deposit) return 'refused';
          after.push({ on, moves: reverseDeposit(mine, deposit) });
          break;
        }
        case 'transfer': {
          const { from, to } = transfer(mine, other, { transferId: id, amount: what.amount });
          after.push({ on, moves: from }, { on: 1 - on, moves: to });
          break;
        }
        case 'lateFee':
        case 'waive': {
          const bill = stored[0];
          if (!bill) return 'refused';
          after.push({ on, moves: (what.do === 'waive' ? waive : lateFee)(mine, bill, what.amount) });
          break;
        }
        case 'hold':
          after.push({ on, moves: holdDeposit(mine, id, what.amount) });
          then = () => {
            this.deposits.push(id);
            this.held.push({ id, account: on, amount: what.amount });
          };
          break;
        default: {
          const kind = { deduct: 'depositDeducted', apply: 'depositApplied', return: 'depositRefunded' };
          const deposit = this.deposits[what.which % Math.max(1, this.deposits.length)] ?? 'none';
          const moves = takeDeposit(mine, kind[what.do] as never, deposit, what.amount);
          after.push({ on, moves });
          if (what.do === 'return') {
            then = () => this.refunds.push({ account: on, movements: moves.movements, gone: false });
          }
        }
      }
    } catch (error) {
      if (error instanceof Refusal) return 'refused';
      throw error;
    }
    if (after.some(({ on: n }) => this.accounts[n]?.version !== read[n]?.version)) return 'stale';
    then();
    this.did.add(what.do);
    for (const { on: n, moves } of after) {
      this.accounts[n] = { ...moves.account, version: moves.account.version + 1 };
      this.books[n]?.push(...moves.movements);
      for (const change of moves.bills) {
        const bill = this.bills.get(change.id) as StoredBill;
        bill.open = change.open;
        for (const [source, by] of Object.entries(change.paid))
          bill.paid[source] = (bill.paid[source] ?? 0) + by;
      }
    }
    return 'written';
  }
}

describe('the books', () => {
  it('agree to the fen with every account and bill, and nothing is negative, whatever happens in whatever order', () => {
    const plan = fc.array(
      fc.record({ step, on: fc.constantFrom(0, 1), clerk: fc.nat(2), reads: fc.boolean() }),
      { maxLength: 60, size: 'max' },
    );
    let written = 0;
    let stale = 0;
    const did = new Set<string>();
    fc.assert(
      fc.property(plan, (all) => {
        const office = new Office();
        const read = [office.accounts, office.accounts, office.accounts].map((a) => [...a]);
        for (const { step, on, clerk, reads } of all) {
          if (reads) read[clerk] = [...office.accounts];
          let outcome = office.take(on, read[clerk] as Account[], step);
          if (outcome === 'stale') {
            stale += 1;
            read[clerk] = [...office.accounts];
            outcome = office.take(on, office.accounts, step);
          }
          if (outcome === 'written') written += 1;
        }
        for (const kind of office.did) did.add(kind);
        office.accounts.forEach((account, n) => {
          const books = sums(office.books[n] as Movement[]);
          expect(overdrawn(office.books[n] as Movement[])).toBeUndefined();
          expect(new Map(account.bills.map(({ id, open }) => [id, open]))).toEqual(books.bills);
          expect(new Map(account.credits.map(({ source, amount }) => [source, amount]))).toEqual(
            books.credits,
          );
          expect(new Map(account.deposits.map(({ id, amount }) => [id, amount]))).toEqual(books.deposits);
          expect([openOf(account), creditOf(account), depositOf(account)]).toEqual([
            total(books.bills),
            total(books.credits),
            total(books.deposits),
          ]);
          for (const [id, open] of books.bills) expect(office.bills.get(id)?.open).toBe(open);
        });
        // Over both accounts: what came in is on bills, in credit, in deposits, or kept from a deposit.
        const both = office.books.flat();
        const cash = sums(both).cash;
        expect(cash).toBeGreaterThanOrEqual(0);
        const of = (...kinds: string[]) =>
          both.reduce((sum, { kind, amount }) => (kinds.includes(kind) ? sum + amount : sum), 0);
        const onBills = of('allocation', 'creditUsed') - of('release');
        const inHand = office.accounts.reduce((sum, a) => sum + creditOf(a) + depositOf(a), 0);
        expect(cash).toBe(onBills + inHand + of('depositDeducted'));
        for (const bill of office.bills.values())
          expect(Object.values(bill.paid).every((amount) => amount >= 0)).toBe(true);
      }),
      { numRuns: 400 },
    );
    // The property would hold of an office in which nothing ever happens.
    expect(written).toBeGreaterThan(2000);
    expect(stale).toBeGreaterThan(200);
    expect([...did]).toEqual(expect.arrayContaining(['waive', 'unrefund', 'unhold', 'reverse', 'void']));
  });
});
