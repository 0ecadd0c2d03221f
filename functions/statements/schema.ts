import * as z from 'zod/mini';
import { day, id, line, utc } from '../../shared/fields.ts';
import { form } from '../../shared/forms.ts';
import { money } from '../../shared/money/fields.ts';
import { allocations, type Method } from '../payments/schema.ts';

/** A mapping's name stands in addresses. */
export const mappingName = z
  .string()
  .check(
    form(
      /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u,
      'Letters, digits, spaces, dots, hyphens and underscores, beginning with a letter or digit; at most 40.',
      '须为文字、数字、空格、点、连字符和下划线，以文字或数字开头，最多 40 个字符。',
    ),
  );

const title = line(60);

/** What comes by statement is no cash. */
const statementMethods = ['bank', 'wechat', 'alipay', 'card', 'cheque', 'other'] as const satisfies Method[];

/** How the statements of one account at a bank or payment service are read. */
const fields = {
  /** how money that came in there was paid */
  method: z.enum(statementMethods),
  /** titles of the columns, as in the header; what precedes the header is passed over */
  columns: z.strictObject({
    amount: title,
    /** the year first, with or without a time: 2026-10-08, 2026/10/8 9:05, 2026年10月8日, 20261008, 20261008090500 */
    day: title,
    /** the bank's own number of the line, if it has one */
    serial: z.optional(title),
    payer: z.optional(title),
    /** where payers write what they pay for */
    reference: z.optional(z.array(title).check(z.minLength(1), z.maxLength(4))),
  }),
  /** only lines count that say one of these in these columns (收入, 支付成功) */
  only: z.optional(
    z
      .array(
        z.strictObject({
          column: title,
          values: z.array(line(40)).check(z.minLength(1), z.maxLength(10)),
        }),
      )
      .check(z.maxLength(4)),
  ),
};
export const MappingChange = z.strictObject(fields);
export const NewMapping = z.strictObject({ name: mappingName, ...fields });
export const Mapping = z.strictObject({ name: z.string(), ...fields, version: z.int() });
export type Mapping = z.output<typeof Mapping>;

export const lineStates = ['booked', 'open', 'dismissed'] as const;

/** An imported statement. The numbers are of its import; what became of the open lines is to be seen from them. */
export const BankStatement = z.strictObject({
  id: id('statement'),
  propertyId: id('property'),
  mapping: z.string(),
  importedAt: utc,
  /** lines with money that came in */
  lines: z.int(),
  booked: z.int(),
  open: z.int(),
  /** lines that were there already, from a statement that overlaps this one */
  repeated: z.int(),
  /** lines that are no money coming in */
  skipped: z.int(),
  total: money,
});
export type BankStatement = z.output<typeof BankStatement>;

/** `again`: this very statement had been imported before; nothing was done. */
export const ImportedStatement = z.extend(BankStatement, { again: z.boolean() });

/** Why a line waits for a person. */
export const reasons = ['nothing', 'severalUnits', 'severalPayers', 'noPayer'] as const;

export const StatementLine = z.strictObject({
  id: id('statementLine'),
  statementId: id('statement'),
  propertyId: id('property'),
  /** the line's number in the file, the header's being less */
  n: z.int(),
  day,
  amount: money,
  payer: z.optional(z.string()),
  reference: z.optional(z.string()),
  serial: z.optional(z.string()),
  state: z.enum(lineStates),
  why: z.optional(z.enum(reasons)),
  /** what it was matched by; `payment`: it was posted already, with the line's number as its `externalId` */
  by: z.optional(z.enum(['payment', 'bill', 'unit', 'payer', 'person'])),
  unitId: z.optional(id('unit')),
  payerId: z.optional(id('customer')),
  paymentId: z.optional(id('payment')),
  dismissed: z.optional(z.string()),
});

export const Assignment = z.strictObject({ unitId: id('unit'), payerId: id('customer'), allocations });
export const Dismissal = z.strictObject({ reason: line(200) });
