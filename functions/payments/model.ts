import type { BillChange, Movement, Stated } from '../../shared/books/index.ts';
import { postingList } from '../../shared/books/index.ts';
import type { Head } from '../../shared/history.ts';
import { derivedId } from '../../shared/ids.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import type { Item } from '../../shared/table.ts';
import type { Method } from './schema.ts';

export interface Place {
  propertyId: string;
  unitId: string;
  payerId: string;
}

/** A payment as stored: the posting that never changes, and what became of it. Amounts in fen. */
export interface Payment extends Place {
  id: string;
  at: string;
  movements: Movement[];
  method: Method;
  state: 'booked' | 'moved' | 'reversed';
  receipt: string;
  paidOn?: string;
  externalId?: string;
  by: string;
  note?: string;
  statementLineId?: string;
  /** whose it is now, where it was moved; absent where it was moved back */
  now?: Place;
  moves?: ({ at: string; by: string; reason: string } & Place)[];
  reversed?: { at: string; by: string; reason: string };
  head: Head;
  version: number;
}

export function paymentItem(t: string, payment: Payment): Item {
  const { version, by, note, statementLineId, now, moves, reversed, head, ...list } = payment;
  const { list: posting, ...place } = postingList(t, list);
  return {
    ...keys.payment(t, payment.id),
    et: 'payment',
    v: version,
    list: posting,
    rest: {
      by,
      head,
      ...(note !== undefined && { note }),
      ...(statementLineId !== undefined && { statementLineId }),
      ...(now && { now }),
      ...(moves && { moves }),
      ...(reversed && { reversed }),
    },
    g1pk: lists.paymentsOfProperty(t, payment.propertyId),
    g1sk: tick(payment.at),
    g2pk: lists.paymentsOfUnit(t, payment.unitId),
    g2sk: tick(payment.at),
    ...place,
  };
}

export const paymentOf = (item: Item): Payment =>
  ({ ...item.list, ...item.rest, version: item.v }) as unknown as Payment;

/**
 * The id of a payment that is posted with an `externalId`, or made of a statement's line with that number: it follows from that, so that
 * an office can have only one.
 */
export const namedPayment = (t: string, externalId: string) => derivedId('payment', t, externalId);

export const amountOf = ({ movements }: Pick<Payment, 'movements'>): Fen => movements[0]?.amount ?? 0;

/**
 * Whether what is posted is the payment as it was booked or as it was put right: unit, payer, amount and, where they are stated, the
 * bills. How it was paid and what was noted two people may put down differently; but money of a statement came in as the statement says.
 */
export function saysSame(
  first: Payment,
  posted: {
    unitId: string;
    payerId: string;
    amount: Fen;
    method: Method;
    allocations?: readonly Stated[] | undefined;
  },
): boolean {
  const { unitId, payerId, amount, method, allocations } = posted;
  const inOrder = (parts: readonly Stated[]) =>
    parts
      .map(({ billId, amount }) => `${billId} ${amount}`)
      .sort()
      .join();
  return (
    [first, placeOf(first)].some((place) => place.unitId === unitId && place.payerId === payerId) &&
    (first.statementLineId === undefined || first.method === method) &&
    amountOf(first) === amount &&
    (allocations === undefined || inOrder(allocations) === inOrder(partsOf(first)))
  );
}

/** Whose the money is now. */
export const placeOf = ({ now, propertyId, unitId, payerId }: Payment): Place =>
  now ?? { propertyId, unitId, payerId };

const partsOf = ({ movements }: Pick<Payment, 'movements'>) =>
  movements.flatMap(({ kind, billId, amount }) =>
    kind === 'allocation' && billId !== undefined ? [{ billId, amount }] : [],
  );

export function allocated(payment: Pick<Payment, 'movements'>) {
  const parts = partsOf(payment);
  const left = parts.reduce((rest, { amount }) => rest - amount, amountOf(payment));
  return {
    allocations: parts.map(({ billId, amount }) => ({ billId, amount: yuan(amount) })),
    credit: yuan(left),
  };
}

/** A payment of a list: what the indexes carry. */
export function listedPayment(item: Item) {
  const { movements, ...rest } = item.list as unknown as Payment;
  return { ...rest, amount: yuan(amountOf({ movements })), currency: 'CNY', ...allocated({ movements }) };
}

export function shownPayment({ movements, head: _, ...payment }: Payment) {
  return {
    ...payment,
    amount: yuan(amountOf({ movements })),
    currency: 'CNY',
    ...allocated({ movements }),
  };
}

/** The bills a step has changed, as an event tells them. */
export const toldBills = (bills: readonly BillChange[]) =>
  bills.map(({ id, open }) => ({ billId: id, open: yuan(open) }));
