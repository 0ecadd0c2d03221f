import { describe, expect, it } from 'vitest';
import { Draft } from '../../../shared/books/account.ts';
import {
  type Account,
  charge,
  creditOf,
  holdDeposit,
  isClear,
  lateFee,
  type Movement,
  openOf,
  overdrawn,
  pay,
  refund,
  releasePayment,
  reverseDeposit,
  reverseRefund,
  settle,
  sums,
  takeDeposit,
  transfer,
  voidBill,
  waive,
} from '../../../shared/books/index.ts';
import { refusalOf } from '../refusals.ts';
import { account, bill, chain, twoBills } from './support.ts';

describe('credit for more bills than one transaction writes', () => {
  const many = chain(
    account,
    (a) => holdDeposit(a, 'd', 500),
    ...Array.from({ length: 100 }, (_, i) => (a: Account) => charge(a, bill(`b${i}`, '2026-10-10', 1))),
  );

  it('pays as many of them as it does, the oldest due first, and the rest when it is used again', () => {
    const applied = takeDeposit(many, 'depositApplied', 'd', 500);
    expect([applied.bills.length, openOf(applied.account), creditOf(applied.account)]).toEqual([80, 20, 420]);
    const settled = settle(applied.account);
    expect([settled.bills.length, openOf(settled.account), creditOf(settled.account)]).toEqual([20, 0, 400]);
  });

  it('that comes from another account as well', () => {
    const paid = pay({ ...account, payerId: 'other' }, { id: 'p', amount: 500 }).account;
    const moved = transfer(paid, many, { transferId: 'p', amount: 500 });
    expect([moved.to.bills.length, openOf(moved.to.account)]).toEqual([80, 20]);
  });
});

describe('credit from several payments', () => {
  const lots = chain(
    account,
    (a) => pay(a, { id: 'p1', amount: 100 }),
    (a) => pay(a, { id: 'p2', amount: 100 }),
  );
  const move = { transferId: 't', source: 'p2' };

  it('is used from the oldest, and nothing is said of what is not needed', () => {
    expect(charge(lots, bill('b1', '2026-10-10', 50)).movements).toEqual([
      { kind: 'charge', amount: 50, billId: 'b1' },
      { kind: 'creditUsed', amount: 50, billId: 'b1', source: 'p1' },
    ]);
  });

  it('is moved from the one named and from no other', () => {
    const { from } = transfer(lots, account, { ...move, amount: 100 });
    expect(from.movements).toEqual([{ kind: 'transferOut', amount: 100, source: 'p2' }]);
    expect(from.account.credits).toEqual([{ source: 'p1', amount: 100 }]);
    expect(refusalOf(() => transfer(lots, account, { ...move, amount: 101 })).options.detail?.en).toBe(
      'There is only 1.00 yuan of credit.',
    );
  });

  it('comes back whole when a payment is taken off its bills, or not at all', () => {
    const paid = pay(twoBills, { id: 'p1', amount: 3000 }).account;
    const bills = [{ id: 'b1', dueDay: '2026-10-10', open: 0, paid: { p1: 3000 } }];
    const back = releasePayment(paid, { id: 'p1', amount: 3000, bills });
    expect([openOf(back.account), back.account.credits]).toEqual([8000, [{ source: 'p1', amount: 3000 }]]);
    expect(
      refusalOf(() => releasePayment(paid, { id: 'p1', amount: 3001, bills })).options.detail?.en,
    ).toMatch(/undo that first/);
  });
});

describe('bills of one due day', () => {
  it('stand in the order of their ids, in whichever they were issued', () => {
    for (const ids of [
      ['b1', 'b2', 'b3'],
      ['b3', 'b2', 'b1'],
      ['b2', 'b3', 'b1'],
    ]) {
      const all = chain(account, ...ids.map((id) => (a: Account) => charge(a, bill(id, '2026-10-10', 1))));
      expect(all.bills.map(({ id }) => id)).toEqual(['b1', 'b2', 'b3']);
    }
    for (const [first, second] of [
      ['b1', 'b2'],
      ['b2', 'b1'],
    ] as const) {
      const later = (id: string) => bill(id, id === 'b1' ? '2026-11-10' : '2026-10-10', 1);
      const both = chain(
        account,
        (a) => charge(a, later(first)),
        (a) => charge(a, later(second)),
      );
      expect(both.bills.map(({ id }) => id)).toEqual(['b2', 'b1']);
    }
  });
});

describe('a bill taken back with nothing open', () => {
  it('moves nothing and is still told', () => {
    const none = voidBill(account, { id: 'b1', dueDay: '2026-10-10', open: 0, paid: {} });
    expect([none.movements, none.bills]).toEqual([[], [{ id: 'b1', open: 0, paid: {} }]]);
  });
});

describe('what may not be', () => {
  it.each<[string, Movement[]]>([
    ['bill b', [{ kind: 'waiver', amount: 1, billId: 'b' }]],
    [
      'credit p',
      [
        { kind: 'refund', amount: 1, source: 'p' },
        { kind: 'payment', amount: 1, source: 'p' },
      ],
    ],
    ['deposit d', [{ kind: 'depositDeducted', amount: 1, depositId: 'd' }]],
  ])('is named: %s overdrawn, if only for a moment', (what, movements) => {
    expect(overdrawn(movements)).toBe(what);
    expect(overdrawn(movements.toReversed().slice(0, -1))).toBeUndefined();
  });

  it('is an error of the program where no step guards it', () => {
    const draft = new Draft(twoBills);
    expect(() => draft.openBy({ id: 'b1', dueDay: '2026-10-10' }, -3001)).toThrow(/past its amount/);
    expect(() => draft.creditBy('p1', -1)).toThrow(/past its amount/);
    expect(() => sums([{ kind: 'payment', amount: 1 }])).toThrow(/what it moves/);
  });
});

describe('an account', () => {
  const bills = charge(account, bill('b1', '2026-10-10', 100)).account;

  it('is clear with nothing open, no credit and no deposit, and only then (MOVE-2)', () => {
    const all = [
      account,
      bills,
      pay(account, { id: 'p1', amount: 1 }).account,
      holdDeposit(account, 'd1', 1).account,
    ];
    expect(all.map(isClear)).toEqual([true, false, false, false]);
  });

  it('pays a late fee from credit in hand', () => {
    const credit = pay(bills, { id: 'p1', amount: 150 }).account;
    const after = lateFee(credit, { id: 'b1', dueDay: '2026-10-10' }, 60);
    expect([openOf(after.account), after.account.credits]).toEqual([10, []]);
  });

  it('may have all of a bill let off', () => {
    expect(waive(bills, { id: 'b1', dueDay: '2026-10-10' }, 100).account.bills).toEqual([]);
  });

  it.each([
    [
      'a bill',
      () => waive(bills, { id: 'b1', dueDay: '2026-10-10' }, 101),
      'There is only 1.00 yuan of open amount on this bill.',
      '该账单未结金额仅有 1.00 元。',
    ],
    [
      'a deposit',
      () => takeDeposit(account, 'depositDeducted', 'd1', 1),
      'There is only 0.00 yuan of this deposit.',
      '该押金仅有 0.00 元。',
    ],
    ['credit', () => refund(account, 1), 'There is only 0.00 yuan of credit.', '预存余额仅有 0.00 元。'],
  ])('says how much there is: %s', (_, step, en, zh) => {
    expect(refusalOf(step).options.detail).toEqual({ en, zh });
  });

  it('loses the deposit that did not hold and no other', () => {
    const two = chain(
      account,
      (a) => holdDeposit(a, 'd1', 1),
      (a) => holdDeposit(a, 'd2', 2),
    );
    expect(reverseDeposit(two, { id: 'd2', amount: 2 }).account.deposits).toEqual([{ id: 'd1', amount: 1 }]);
    expect(refusalOf(() => reverseDeposit(two, { id: 'd2', amount: 1 })).options.detail?.en).toMatch(
      /Only 0.02 yuan/,
    );
  });

  it('takes nothing back that is no refund', () => {
    for (const movement of [
      { kind: 'payment', amount: 1, source: 'p1' },
      { kind: 'depositHeld', amount: 1, depositId: 'd1' },
      { kind: 'refund', amount: 1 },
      { kind: 'depositRefunded', amount: 1 },
    ] as const) {
      expect(() => reverseRefund(account, [movement])).toThrow(/a refund that is none/);
    }
  });
});
