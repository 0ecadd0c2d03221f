import { type Actor, actorRef } from '../../shared/actor.ts';
import {
  type Account,
  accountWrite,
  allocate,
  billWrite,
  type Moves,
  mostBills,
  pay,
  type Stated,
} from '../../shared/books/index.ts';
import { append, noHistory } from '../../shared/history.ts';
import type { Context } from '../../shared/http/route.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import type { Write } from '../../shared/table.ts';
import { allocated, type Payment, paymentItem } from './model.ts';
import type { Method } from './schema.ts';

/** Who does it and when, as events want it. */
export interface Who {
  actor: Actor;
  tenantId: string;
  requestId: string;
  now: number;
}

export const whoOf = ({ actor, office, requestId, now }: Context): Who => ({
  actor,
  tenantId: office.tenantId,
  requestId,
  now,
});

export interface Booking {
  id: string;
  amount: Fen;
  method: Method;
  receipt: string;
  /** the bills to pay; left out, the oldest due first */
  stated?: readonly Stated[] | undefined;
  paidOn?: string | undefined;
  externalId?: string | undefined;
  note?: string | undefined;
  statementLineId?: string | undefined;
}

/**
 * Money came in on an account (FEE-3): the payment, its event, the account, the bills it pays; the number of its receipt is the
 * caller's to write. Of more open bills than a transaction takes the oldest are paid, and the rest stays as credit.
 */
export function booked(
  who: Who,
  account: Account,
  booking: Booking,
): { payment: Payment; account: Account; writes: Write[] } {
  const { tenantId: t, now } = who;
  const { id, amount, stated, method, receipt, paidOn, externalId, note, statementLineId } = booking;
  const moves = pay(account, { id, amount, stated: stated ?? oldest(account, amount) });
  const { propertyId, unitId, payerId } = account;
  const told = {
    propertyId,
    unitId,
    payerId,
    amount: yuan(amount),
    method,
    receipt,
    externalId,
    ...allocated(moves),
  };
  const event = append(noHistory, { type: 'payment.booked', object: id, data: told }, who);
  const payment: Payment = {
    id,
    at: new Date(now).toISOString(),
    propertyId,
    unitId,
    payerId,
    movements: moves.movements,
    method,
    state: 'booked',
    receipt,
    ...(paidOn !== undefined && { paidOn }),
    ...(externalId !== undefined && { externalId }),
    by: actorRef(who.actor),
    ...(note !== undefined && { note }),
    ...(statementLineId !== undefined && { statementLineId }),
    head: event.head,
    version: 1,
  };
  return {
    payment,
    account: moves.account,
    writes: [
      { put: paymentItem(t, payment), expect: 'new' },
      accountWrite(t, moves.account),
      ...freshBillWrites(t, moves),
      event.write,
    ],
  };
}

function oldest(account: Account, amount: Fen): Stated[] {
  return allocate(account.bills.slice(0, mostBills), amount).parts.map(({ bill, amount }) => ({
    billId: bill.id,
    amount,
  }));
}

/** Bills paid by money that was never on one before: nothing need be read of them. */
export const freshBillWrites = (t: string, { account, bills }: Moves): Write[] =>
  bills.map((change) => billWrite(t, account.propertyId, change));
