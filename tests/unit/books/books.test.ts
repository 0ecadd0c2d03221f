import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Account,
  allocate,
  balanceOf,
  charge,
  creditOf,
  depositOf,
  holdDeposit,
  lateFee,
  type Movement,
  type Moves,
  openOf,
  overdrawn,
  overdueOf,
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
import { codesOf, refusalOf } from '../refusals.ts';
import { account, bill, chain, twoBills } from './support.ts';

describe('a payment', () => {
  it('pays the oldest due bill first, then the next in part', () => {
    const { account: after, movements, bills } = pay(twoBills, { id: 'p1', amount: 4000 });
    expect(after.bills).toEqual([{ id: 'b2', dueDay: '2026-11-10', open: 4000 }]);
    expect(after.credits).toEqual([]);
    expect(movements).toEqual([
      { kind: 'payment', amount: 4000, source: 'p1' },
      { kind: 'allocation', amount: 3000, billId: 'b1', source: 'p1' },
      { kind: 'allocation', amount: 1000, billId: 'b2', source: 'p1' },
    ]);
    expect(bills).toEqual([
      { id: 'b1', open: 0, paid: { p1: 3000 } },
      { id: 'b2', open: 4000, paid: { p1: 1000 } },
    ]);
  });

  it('keeps what is over as credit, and the next bill uses it by itself', () => {
    const over = pay(twoBills, { id: 'p1', amount: 9000 }).account;
    expect([openOf(over), creditOf(over), balanceOf(over)]).toEqual([0, 1000, -1000]);
    const next = charge(over, bill('b3', '2026-12-10', 1500));
    expect(next.movements.at(-1)).toEqual({ kind: 'creditUsed', amount: 1000, billId: 'b3', source: 'p1' });
    expect(next.bills).toEqual([{ id: 'b3', open: 500, paid: { p1: 1000 } }]);
    expect([openOf(next.account), creditOf(next.account)]).toEqual([500, 0]);
  });

  it('goes where it is stated to go', () => {
    const stated = [{ billId: 'b2', amount: 2500 }];
    const after = pay(twoBills, { id: 'p1', amount: 2600, stated }).account;
    expect(after.bills.map(({ open }) => open)).toEqual([3000, 2500]);
    expect(after.credits).toEqual([{ source: 'p1', amount: 100 }]);
    expect(settle(after).account.bills.map(({ open }) => open)).toEqual([2900, 2500]);
  });

  it.each([
    ['a bill of somebody else', [{ billId: 'bx', amount: 1 }], '/body/allocations/0/billId not_open'],
    ['more than is open', [{ billId: 'b1', amount: 3001 }], '/body/allocations/0/amount too_much'],
    [
      'more than was paid',
      [
        { billId: 'b1', amount: 3000 },
        { billId: 'b2', amount: 1001 },
      ],
      '/body/allocations/1/amount too_much',
    ],
    [
      'a bill twice',
      [
        { billId: 'b1', amount: 1 },
        { billId: 'b1', amount: 1 },
      ],
      '/body/allocations/1/billId repeated',
    ],
  ])('stated for %s is refused and the field is named', (_, stated, path) => {
    const error = refusalOf(() => pay(twoBills, { id: 'p1', amount: 4000, stated }));
    expect(codesOf(error.options.errors ?? [])).toEqual([path]);
  });

  it('may be stated to the last fen', () => {
    const stated = ['b1', 'b2'].map((billId, i) => ({ billId, amount: [3000, 1000][i] ?? 0 }));
    expect(openOf(pay(twoBills, { id: 'p1', amount: 4000, stated }).account)).toBe(4000);
  });

  it('reversed opens again what it paid, also what its credit paid later', () => {
    const paid = pay(twoBills, { id: 'p1', amount: 9000 }).account;
    const later = charge(paid, bill('b3', '2026-12-10', 600)).account;
    const undone = reverse(later, {
      id: 'p1',
      amount: 9000,
      bills: [
        { id: 'b1', dueDay: '2026-10-10', open: 0, paid: { p1: 3000 } },
        { id: 'b2', dueDay: '2026-11-10', open: 0, paid: { p1: 5000 } },
        { id: 'b3', dueDay: '2026-12-10', open: 0, paid: { p1: 600 } },
      ],
    });
    expect(undone.account.bills.map(({ id, open }) => [id, open])).toEqual([
      ['b1', 3000],
      ['b2', 5000],
      ['b3', 600],
    ]);
    expect(creditOf(undone.account)).toBe(0);
  });

  it('is not reversed once part of it was paid back', () => {
    const back = chain(
      account,
      (a) => pay(a, { id: 'p1', amount: 500 }),
      (a) => refund(a, 100),
    );
    expect(refusalOf(() => reverse(back, { id: 'p1', amount: 500, bills: [] })).code).toBe('unprocessable');
  });
});

describe('a bill', () => {
  it('taken back gives what was paid on it as credit', () => {
    const paid = pay(twoBills, { id: 'p1', amount: 1000 }).account;
    const gone = voidBill(paid, { id: 'b1', dueDay: '2026-10-10', open: 2000, paid: { p1: 1000 } });
    expect(gone.account.bills.map(({ id }) => id)).toEqual(['b2']);
    expect(gone.account.credits).toEqual([{ source: 'p1', amount: 1000 }]);
    expect(gone.movements.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['release', 1000],
      ['void', 3000],
    ]);
    expect(gone.bills).toEqual([{ id: 'b1', open: 0, paid: { p1: -1000 } }]);
  });

  it('of nothing is paid at once', () => {
    const { account: after, movements, bills } = charge(account, bill('b0', '2026-10-10', 0));
    expect([after.bills, movements, bills]).toEqual([[], [], [{ id: 'b0', open: 0, paid: {} }]]);
  });

  it('is overdue from the day after its due day', () => {
    expect(overdueOf(twoBills, '2026-10-10')).toBe(0);
    expect(overdueOf(twoBills, '2026-10-11')).toBe(3000);
    expect(overdueOf(twoBills, '2026-11-11')).toBe(8000);
  });
});

describe('what did not hold', () => {
  const inHand = chain(
    account,
    (a) => pay(a, { id: 'p1', amount: 500 }),
    (a) => pay(a, { id: 'p2', amount: 300 }),
    (a) => holdDeposit(a, 'd1', 1000),
  );

  it('a refund taken back is credit of those it came from again, and a payment can be reversed after it', () => {
    const paid = refund(inHand, 600);
    const back = reverseRefund(paid.account, paid.movements);
    expect([creditOf(back.account), back.movements.map(({ kind, source }) => [kind, source])]).toEqual([
      800,
      [
        ['refundReversed', 'p1'],
        ['refundReversed', 'p2'],
      ],
    ]);
    expect(creditOf(reverse(back.account, { id: 'p1', amount: 500, bills: [] }).account)).toBe(300);
  });

  it('a refund of a deposit taken back is held again, in part or as a whole', () => {
    for (const amount of [400, 1000]) {
      const paid = takeDeposit(inHand, 'depositRefunded', 'd1', amount);
      expect(depositOf(reverseRefund(paid.account, paid.movements).account)).toBe(1000);
    }
  });

  it('a deposit is reversed as a whole, and not once anything was taken from it', () => {
    const gone = reverseDeposit(inHand, { id: 'd1', amount: 1000 });
    expect([depositOf(gone.account), sums(gone.movements).cash]).toEqual([0, -1000]);
    const less = takeDeposit(inHand, 'depositDeducted', 'd1', 1).account;
    for (const on of [less, gone.account]) {
      expect(refusalOf(() => reverseDeposit(on, { id: 'd1', amount: 1000 })).code).toBe('unprocessable');
    }
  });

  it('a waiver is no payment: the bill is open by less, and what was paid stays paid', () => {
    const part = pay(twoBills, { id: 'p1', amount: 1000 }).account;
    const less = waive(part, { id: 'b1', dueDay: '2026-10-10' }, 500);
    expect([openOf(less.account), creditOf(less.account), less.bills]).toEqual([
      6500,
      0,
      [{ id: 'b1', open: 1500, paid: {} }],
    ]);
    const gone = voidBill(less.account, { id: 'b1', dueDay: '2026-10-10', open: 1500, paid: { p1: 1000 } });
    expect(sums([...less.movements, ...gone.movements]).bills.get('b1')).toBe(-2000);
  });
});

describe('what there is not', () => {
  const held = holdDeposit(account, 'd1', 1000).account;
  it.each([
    ['credit to refund', () => refund(twoBills, 1)],
    ['credit to move', () => transfer(twoBills, account, { transferId: 't', amount: 1 }) as unknown as Moves],
    ['an open amount to let off', () => waive(twoBills, { id: 'b1', dueDay: '2026-10-10' }, 3001)],
    ['a deposit to pay back', () => takeDeposit(held, 'depositRefunded', 'd1', 1001)],
    ['another deposit', () => takeDeposit(held, 'depositDeducted', 'd2', 1)],
  ])('is refused: %s', (_, step) => {
    expect(refusalOf(step).code).toBe('unprocessable');
  });
});

describe('an allocation', () => {
  const bills = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 10_000 })), {
      selector: ([day]) => day,
      maxLength: 8,
    })
    .map((all) =>
      all
        .sort(([a], [b]) => a - b)
        .map(([day, open]) => ({ id: `b${day}`, dueDay: `2026-10-${String(day).padStart(2, '0')}`, open })),
    );

  it('loses no fen, overpays no bill and leaves no older bill open behind a younger one', () => {
    fc.assert(
      fc.property(bills, fc.integer({ min: 1, max: 50_000 }), (open, amount) => {
        const { parts, left } = allocate(open, amount);
        expect(parts.reduce((sum, part) => sum + part.amount, left)).toBe(amount);
        parts.forEach((part, i) => {
          expect(part.bill).toBe(open[i]);
          expect(part.amount).toBeGreaterThan(0);
          if (i < parts.length - 1 || left > 0) expect(part.amount).toBe(part.bill.open);
        });
        if (left > 0) expect(parts).toHaveLength(open.length);
      }),
    );
  });
});

/*
 * A small office with two accounts and several clerks at once: every step is decided on what its clerk read last and written
 * only if nobody wrote in between (else read and decided again), as the table's versions do it.
 */
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
