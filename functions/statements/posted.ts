import { derivedId } from '../../shared/ids.ts';
import type { Item } from '../../shared/table.ts';
import { amountOf, namedPayment, paymentOf, placeOf } from '../payments/model.ts';
import type { BankLine } from './line.ts';

/** What a line says of its money, and where it came in. */
type Money = Pick<BankLine, 'propertyId' | 'method' | 'amount'>;

/** The payment that an app or a till has posted under a line's number, and whose it is now. */
export interface Posted {
  paymentId: string;
  unitId: string;
  payerId: string;
}

/**
 * What was posted under a line's number, if it is the line's money: in this property, paid in this way, as much. A payment that was made
 * of a line is no other line's.
 */
export function postedAs(item: Item | undefined, { propertyId, method, amount }: Money): Posted | undefined {
  if (item?.et !== 'payment') return undefined;
  const payment = paymentOf(item);
  const same =
    payment.state !== 'reversed' &&
    payment.statementLineId === undefined &&
    payment.propertyId === propertyId &&
    payment.method === method &&
    amountOf(payment) === amount;
  const { unitId, payerId } = placeOf(payment);
  return same ? { paymentId: payment.id, unitId, payerId } : undefined;
}

/**
 * What a line is booked as. Its number becomes the payment's `externalId`, so that the same money posted afterwards, or at this moment,
 * meets it; where another payment has that name, the id follows from the line's. Either way a line is booked once, by whomever.
 */
export const bookedAs = (t: string, lineId: string, serial: string | undefined, named: Item | undefined) =>
  serial === undefined || named
    ? { id: derivedId('payment', lineId), statementLineId: lineId }
    : { id: namedPayment(t, serial), externalId: serial, statementLineId: lineId };
