import * as z from 'zod/mini';
import { entryKinds } from '../../shared/books/index.ts';
import { day, id, utc } from '../../shared/fields.ts';
import { money } from '../../shared/money/fields.ts';

/** Ages of arrears in days past the due day. */
export const buckets = ['0-30', '31-60', '61-90', '>90'] as const;
export type Bucket = (typeof buckets)[number];

const openBill = z.strictObject({
  billId: id('bill'),
  dueDay: day,
  open: money,
  /** days past the due day; 0 and less: not overdue */
  age: z.int(),
});

/** What is owed on a unit (MOVE-2, GOODS-3). */
export const UnitArrears = z.strictObject({
  unitId: id('unit'),
  propertyId: id('property'),
  asOf: day,
  /** whether anything is open, due or not: then goods stay */
  owes: z.boolean(),
  open: money,
  overdue: money,
  credit: money,
  deposits: money,
  accounts: z.array(
    z.strictObject({
      payerId: id('customer'),
      open: money,
      overdue: money,
      credit: money,
      deposits: money,
      bills: z.array(openBill),
    }),
  ),
});

const sumsOf = {
  total: money,
  '0-30': money,
  '31-60': money,
  '61-90': money,
  '>90': money,
};

/** A line of a list of arrears; which members it has depends on what the list is by. */
export const ArrearsLine = z.strictObject({
  unitId: z.optional(id('unit')),
  payerId: z.optional(id('customer')),
  billId: z.optional(id('bill')),
  cycle: z.optional(z.string()),
  building: z.optional(z.string()),
  units: z.optional(z.int()),
  /** the day since which it is owed, or the oldest part of it */
  dueDay: z.optional(day),
  age: z.optional(z.int()),
  bucket: z.optional(z.enum(buckets)),
  open: z.optional(money),
  credit: z.optional(money),
  overdue: z.optional(z.strictObject(sumsOf)),
});

export const ArrearsPage = z.strictObject({
  asOf: day,
  items: z.array(ArrearsLine),
  next: z.optional(z.string()),
});

/** A unit's statement (对账单): every entry of a period, with what is owed after it. */
export const Statement = z.strictObject({
  unitId: id('unit'),
  propertyId: id('property'),
  from: day,
  to: day,
  /** what was owed before the period, negative where the office owed; deposits are no part of it */
  opening: money,
  closing: money,
  depositsOpening: money,
  depositsClosing: money,
  entries: z.array(
    z.strictObject({
      id: z.string(),
      at: utc,
      kind: z.enum(Object.keys(entryKinds) as (keyof typeof entryKinds)[]),
      amount: money,
      payerId: id('customer'),
      billId: z.optional(id('bill')),
      /** the money that was moved: the payment or deposit that brought it */
      source: z.optional(z.string()),
      depositId: z.optional(id('deposit')),
      reason: z.optional(z.string()),
      balance: money,
      deposits: money,
    }),
  ),
  /** cursor of the page after; absent on the last */
  next: z.optional(z.string()),
});
