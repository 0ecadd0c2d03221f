import { describe, expect, it } from 'vitest';
import { type Booking, booked, freshBillWrites, whoOf } from '../../../functions/payments/book.ts';
import { paymentItem } from '../../../functions/payments/model.ts';
import { type Account, accountWrite, mostBills, newAccount } from '../../../shared/books/index.ts';
import { eventOf } from '../../../shared/history.ts';
import type { Context } from '../../../shared/http/route.ts';
import { keys } from '../../../shared/keys.ts';

const now = Date.parse('2026-10-08T02:00:00.000Z');
const context = {
  actor: { kind: 'staff', tenantId: 'ten_1', id: 'stf_1', roles: ['finance'], scopes: [] },
  office: { tenantId: 'ten_1' },
  requestId: 'req_1',
  now,
  language: 'zh',
} as unknown as Context;
const who = whoOf(context);
const place = { propertyId: 'prp_1', unitId: 'unt_1', payerId: 'cus_1' };
const account: Account = {
  ...newAccount(place),
  version: 3,
  bills: [
    { id: 'bil_1', dueDay: '2026-09-10', open: 3000 },
    { id: 'bil_2', dueDay: '2026-10-10', open: 5000 },
  ],
};
const booking: Booking = { id: 'pay_1', amount: 4000, method: 'wechat', receipt: '2026-000007' };
const book = (more: Partial<Booking> = {}, on = account) => booked(who, on, { ...booking, ...more });
const told = ({ writes }: ReturnType<typeof booked>) => {
  const { type, object, at, actor, requestId, data, seq } = eventOf(
    (writes.at(-1) as { put: Parameters<typeof eventOf>[0] }).put,
  );
  return { type, object, at, actor, requestId, data, seq };
};

describe('money that came in (FEE-3)', () => {
  it('is a payment that says who took what, when and how', () => {
    const { payment } = book();
    expect(payment).toStrictEqual({
      id: 'pay_1',
      at: '2026-10-08T02:00:00.000Z',
      ...place,
      movements: [
        { kind: 'payment', amount: 4000, source: 'pay_1' },
        { kind: 'allocation', amount: 3000, billId: 'bil_1', source: 'pay_1' },
        { kind: 'allocation', amount: 1000, billId: 'bil_2', source: 'pay_1' },
      ],
      method: 'wechat',
      state: 'booked',
      receipt: '2026-000007',
      by: 'staff:stf_1',
      head: { seq: 1, hash: expect.stringMatching(/^[\w-]{43}$/) },
      version: 1,
    });
  });

  it('is written with its account, the bills it pays and its event, and as a payment that is new', () => {
    const made = book();
    expect(made.account.bills).toEqual([{ id: 'bil_2', dueDay: '2026-10-10', open: 4000 }]);
    expect(made.account.credits).toEqual([]);
    const [payment, kept, ...rest] = made.writes;
    expect([payment, kept]).toEqual([
      { put: paymentItem('ten_1', made.payment), expect: 'new' },
      accountWrite('ten_1', made.account),
    ]);
    const [one, two] = rest;
    expect([one, two]).toMatchObject([
      {
        update: keys.bill('ten_1', 'bil_1'),
        set: { 'list.open': 0, 'list.status': 'paid', 'rest.paid.pay_1': 3000 },
      },
      {
        update: keys.bill('ten_1', 'bil_2'),
        set: { 'list.open': 4000, 'list.status': 'open', 'rest.paid.pay_1': 1000 },
      },
    ]);
    expect(rest).toHaveLength(3);
    expect(rest[2]).toMatchObject({ put: { et: 'event' }, expect: 'new' });
  });

  it('is told with what it paid and what is left as credit', () => {
    expect(told(book({ amount: 9000 }))).toEqual({
      type: 'payment.booked',
      object: 'pay_1',
      at: '2026-10-08T02:00:00.000Z',
      actor: 'staff:stf_1',
      requestId: 'req_1',
      seq: 1,
      data: {
        ...place,
        amount: '90.00',
        method: 'wechat',
        receipt: '2026-000007',
        allocations: [
          { billId: 'bil_1', amount: '30.00' },
          { billId: 'bil_2', amount: '50.00' },
        ],
        credit: '10.00',
      },
    });
  });

  it('keeps what else was said of it; of that only the number of somebody else\u2019s goes into its event', () => {
    const more = { paidOn: '2026-10-07', externalId: 'wx-1', note: '代缴', statementLineId: 'stl_1' };
    const made = book(more);
    expect(made.payment).toMatchObject(more);
    expect(made.writes[0]).toMatchObject({
      put: {
        list: { paidOn: '2026-10-07', externalId: 'wx-1' },
        rest: { note: '代缴', statementLineId: 'stl_1' },
      },
    });
    const { data } = told(made);
    expect(data).toMatchObject({ externalId: 'wx-1' });
    expect(Object.keys(data).filter((name) => name in more)).toEqual(['externalId']);
  });

  it('goes to the bills that are stated, not to the oldest', () => {
    const made = book({ stated: [{ billId: 'bil_2', amount: 100 }] });
    expect(made.payment.movements).toEqual([
      { kind: 'payment', amount: 4000, source: 'pay_1' },
      { kind: 'allocation', amount: 100, billId: 'bil_2', source: 'pay_1' },
    ]);
    expect(made.account.credits).toEqual([{ source: 'pay_1', amount: 3900 }]);
    expect(() => book({ stated: [{ billId: 'bil_9', amount: 100 }] })).toThrow();
  });

  it('pays as many of the oldest bills as a transaction takes, and the rest of it is credit', () => {
    const many = Array.from({ length: mostBills + 2 }, (_, n) => ({
      id: `bil_${n}`,
      dueDay: '2026-10-10',
      open: 10,
    }));
    const made = book({ amount: 10 * (mostBills + 1) }, { ...account, bills: many });
    expect(made.payment.movements.slice(1).map(({ billId }) => billId)).toEqual(
      many.slice(0, mostBills).map(({ id }) => id),
    );
    expect(made.account.credits).toEqual([{ source: 'pay_1', amount: 10 }]);
    expect(made.account.bills.map(({ id }) => id)).toEqual([`bil_${mostBills}`, `bil_${mostBills + 1}`]);
  });
});

it('who does something is the caller at that moment', () => {
  expect(who).toEqual({ actor: context.actor, tenantId: 'ten_1', requestId: 'req_1', now });
});

it('a bill that money is new to need only be there', () => {
  const bills = [{ id: 'bil_1', open: 5, paid: { pay_1: 10 } }];
  expect(freshBillWrites('ten_1', { account, movements: [], bills })).toMatchObject([
    {
      update: keys.bill('ten_1', 'bil_1'),
      set: { 'list.open': 5, 'rest.paid.pay_1': 10, g2pk: expect.stringContaining('prp_1') },
      expect: 'exists',
    },
  ]);
});
