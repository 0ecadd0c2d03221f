import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { andThen } from '../../../functions/payments/undo.ts';
import {
  type BillState,
  type Moves,
  newAccount,
  releasePayment,
  reverse,
  settle,
  transfer,
} from '../../../shared/books/index.ts';

const place = { propertyId: 'p', unitId: 'u', payerId: 'c' };
const source = fc.constantFrom('pay_1', 'pay_2', 'pay_3');
const change = fc.record({
  id: fc.constantFrom('bil_1', 'bil_2', 'bil_3'),
  open: fc.nat(100),
  paid: fc.dictionary(source, fc.integer({ min: -50, max: 50 }), { noNullPrototype: true }),
});
const moves = (id: string) =>
  fc.record({
    account: fc.constant({ ...newAccount(place), version: Number(id) }),
    movements: fc.array(
      fc.nat(9).map((amount) => ({ kind: 'payment' as const, amount, source: id })),
      { maxLength: 3 },
    ),
    bills: fc.uniqueArray(change, { selector: (bill) => bill.id }),
  });

describe('two steps seen as one', () => {
  it('leave each bill as the later one left it, with what both changed, and say all that moved in order', () => {
    fc.assert(
      fc.property(moves('1'), moves('2'), (first: Moves, second: Moves) => {
        let seen: unknown;
        const both = andThen(first, (account) => {
          seen = account;
          return second;
        });
        expect(seen).toBe(first.account);
        expect(both.account).toBe(second.account);
        expect(both.movements).toEqual([...first.movements, ...second.movements]);
        const all = [...first.bills, ...second.bills];
        expect(both.bills.map(({ id }) => id)).toEqual([...new Set(all.map(({ id }) => id))]);
        for (const { id, open, paid } of both.bills) {
          const of = all.filter((bill) => bill.id === id);
          expect(open).toBe(of.at(-1)?.open);
          const sums: Record<string, number> = {};
          for (const bill of of)
            for (const [name, by] of Object.entries(bill.paid)) sums[name] = (sums[name] ?? 0) + by;
          expect(paid).toEqual(sums);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('change nothing of what the first one said', () => {
    const first: Moves = {
      account: newAccount(place),
      movements: [],
      bills: [{ id: 'bil_1', open: 5, paid: { pay_1: -5 } }],
    };
    andThen(first, (account) => ({
      account,
      movements: [],
      bills: [{ id: 'bil_1', open: 0, paid: { pay_1: 5 } }],
    }));
    expect(first.bills).toEqual([{ id: 'bil_1', open: 5, paid: { pay_1: -5 } }]);
  });
});

describe('a payment undone (FEE-3)', () => {
  const bill: BillState = { id: 'bil_1', dueDay: '2026-10-10', open: 0, paid: { pay_1: 3000 } };
  const account = { ...newAccount(place), credits: [{ source: 'pay_2', amount: 700 }] };
  const taken = { id: 'bil_1', open: 2300, paid: { pay_1: -3000, pay_2: 700 } };

  it('opens its bill, on which other credit steps in', () => {
    const undone = andThen(reverse(account, { id: 'pay_1', amount: 3000, bills: [bill] }), settle);
    expect(undone.bills).toEqual([taken]);
    expect(undone.account.credits).toEqual([]);
  });

  it('does the same where it goes to another account', () => {
    const freed = releasePayment(account, { id: 'pay_1', amount: 3000, bills: [bill] });
    const there = newAccount({ ...place, payerId: 'd' });
    const move = transfer(freed.account, there, { transferId: 'pay_1', amount: 3000, source: 'pay_1' });
    const out = andThen(
      andThen(freed, () => move.from),
      settle,
    );
    expect(out.bills).toEqual([taken]);
    expect(move.to.account.credits).toEqual([{ source: 'pay_1', amount: 3000 }]);
  });
});
