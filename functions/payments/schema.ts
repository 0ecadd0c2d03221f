import * as z from 'zod/mini';
import { mostBills } from '../../shared/books/index.ts';
import { day, id, line, prose, utc } from '../../shared/fields.ts';
import { form } from '../../shared/forms.ts';
import { amount, currencyField, money } from '../../shared/money/fields.ts';

/** How money is paid (支付方式). Cash only where the property's fee settings allow it (FEE-3). */
export const methods = ['cash', 'bank', 'wechat', 'alipay', 'card', 'cheque', 'other'] as const;
export type Method = (typeof methods)[number];

/** As the payer's or somebody else's system names it, a bank its line: once in the office; visible characters. */
const externalId = z
  .string()
  .check(form(/^[\x21-\x7e]{1,128}$/, '1 to 128 visible ASCII characters.', '1 至 128 个可见 ASCII 字符。'));

export const allocations = z.optional(
  z.array(z.strictObject({ billId: id('bill'), amount })).check(z.minLength(1), z.maxLength(mostBills)),
);

const who = { unitId: id('unit'), payerId: id('customer') };
const where = { propertyId: id('property'), ...who };

export const NewPayment = z.strictObject({
  ...who,
  amount,
  currency: currencyField,
  method: z.enum(methods),
  /** the bills to pay; left out, the oldest due first; what is over stays as credit */
  allocations,
  /** the day on which it was paid, if not today */
  paidOn: z.optional(day),
  externalId: z.optional(externalId),
  note: z.optional(prose(500)),
});
export type NewPayment = z.output<typeof NewPayment>;

const part = z.strictObject({ billId: id('bill'), amount: money });

const listed = {
  id: id('payment'),
  at: utc,
  ...where,
  amount: money,
  currency: z.literal('CNY'),
  method: z.enum(methods),
  /** `moved`: booked for the wrong payer and put right; `reversed`: it did not hold */
  state: z.enum(['booked', 'moved', 'reversed']),
  /** number of the receipt, without gaps per property and year */
  receipt: z.string(),
  /** what it paid when it was booked */
  allocations: z.array(part),
  /** what was left over as credit when it was booked */
  credit: money,
  paidOn: z.optional(day),
  externalId: z.optional(z.string()),
};

/** A payment (缴费) as lists show it. */
export const ListedPayment = z.strictObject(listed);

export const Payment = z.strictObject({
  ...listed,
  by: z.string(),
  note: z.optional(z.string()),
  statementLineId: z.optional(id('statementLine')),
  /** whose it is now, where it was moved */
  now: z.optional(z.strictObject(where)),
  moves: z.optional(z.array(z.strictObject({ at: utc, by: z.string(), reason: z.string(), ...where }))),
  reversed: z.optional(z.strictObject({ at: utc, by: z.string(), reason: z.string() })),
  version: z.int(),
});

export const Reversal = z.strictObject({ reason: line(200) });

export const Move = z.strictObject({
  payerId: id('customer'),
  /** left out, the same unit */
  unitId: z.optional(id('unit')),
  reason: line(200),
});

/** A receipt (收据) as data. */
export const Receipt = z.strictObject({
  number: z.string(),
  kind: z.enum(['payment', 'deposit']),
  at: utc,
  property: z.strictObject({ id: id('property'), name: z.string() }),
  unit: z.strictObject({ id: id('unit'), building: z.string(), number: z.string() }),
  payer: z.strictObject({ id: id('customer'), name: z.string() }),
  amount: money,
  /** in characters that cannot be altered (大写) */
  inWords: z.string(),
  currency: z.literal('CNY'),
  method: z.enum(methods),
  allocations: z.array(part),
  credit: money,
  /** the payment did not hold: the number stays, the receipt is worth nothing */
  cancelled: z.boolean(),
});

const payee = z.strictObject({ name: line(80), account: z.optional(line(60)) });

export const NewRefund = z.strictObject({
  ...who,
  amount,
  currency: currencyField,
  method: z.enum(methods),
  /** left out, of the oldest credit first */
  paymentId: z.optional(id('payment')),
  payee: z.optional(payee),
  reason: line(200),
});

const listedRefund = {
  id: id('refund'),
  at: utc,
  ...where,
  amount: money,
  currency: z.literal('CNY'),
  method: z.enum(methods),
  reason: z.string(),
  /** number of the notice, without gaps per property and year */
  notice: z.string(),
  depositId: z.optional(id('deposit')),
  /** `reversed`: it did not happen; the number of its notice stays */
  state: z.enum(['paid', 'reversed']),
};
export const ListedRefund = z.strictObject(listedRefund);

/** A refund with what its notice (退款通知书) says. */
export const Refund = z.strictObject({
  ...listedRefund,
  by: z.string(),
  payee: z.optional(payee),
  /** in characters that cannot be altered (大写) */
  inWords: z.string(),
  reversed: z.optional(z.strictObject({ at: utc, by: z.string(), reason: z.string() })),
  version: z.int(),
});

export const DepositRefund = z.strictObject({
  /** left out, all that is held */
  amount: z.optional(amount),
  method: z.enum(methods),
  payee: z.optional(payee),
  reason: line(200),
});

export const NewDeposit = z.strictObject({
  ...who,
  kind: z.enum(['renovation', 'card', 'key', 'other']),
  amount,
  currency: currencyField,
  method: z.enum(methods),
  note: z.optional(prose(500)),
});

const listedDeposit = {
  id: id('deposit'),
  at: utc,
  ...where,
  kind: z.enum(['renovation', 'card', 'key', 'other']),
  amount: money,
  /** what is held still */
  held: money,
  currency: z.literal('CNY'),
  method: z.enum(methods),
  state: z.enum(['held', 'accepted', 'closed', 'reversed']),
  receipt: z.string(),
};
export const ListedDeposit = z.strictObject(listedDeposit);

/** A deposit (押金) and what became of it. */
export const Deposit = z.strictObject({
  ...listedDeposit,
  by: z.string(),
  note: z.optional(z.string()),
  accepted: z.optional(z.strictObject({ at: utc, by: z.string(), note: z.optional(z.string()) })),
  steps: z.array(
    z.strictObject({
      at: utc,
      by: z.string(),
      kind: z.enum(['deducted', 'applied', 'refunded', 'restored']),
      amount: money,
      reason: z.optional(z.string()),
      refundId: z.optional(id('refund')),
    }),
  ),
  /** it did not hold; its receipt is worth nothing */
  reversed: z.optional(z.strictObject({ at: utc, by: z.string(), reason: z.string() })),
  version: z.int(),
});

export const Acceptance = z.strictObject({ note: z.optional(prose(500)) });
export const Deduction = z.strictObject({ amount, reason: line(200) });
export const Application = z.strictObject({ amount: z.optional(amount), reason: z.optional(line(200)) });
