import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  balanceOf,
  charge,
  creditOf,
  depositOf,
  holdDeposit,
  type Moves,
  openOf,
  overdueOf,
  pay,
  refund,
  reverse,
  reverseDeposit,
  reverseRefund,
  settle,
  sums,
  takeDeposit,
  transfer,
  voidBill,
  waive,
} from '../../../shared/books/index.ts';
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
