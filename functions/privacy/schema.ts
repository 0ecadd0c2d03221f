import * as z from 'zod/mini';
import { id, utc } from '../../shared/fields.ts';

/** Why a person's data go (PIPL art. 47); a list, for what is written in free words would stay in the record. */
export const grounds = ['requested', 'consentWithdrawn', 'purposeAchieved', 'retentionEnded'] as const;

export const Erasure = z.strictObject({ reason: z.enum(grounds) });

/** Everything held about a person (个人信息副本). Amounts are in fen. */
export const PersonExport = z.strictObject({
  customerId: id('customer'),
  exportedAt: utc,
  items: z.array(
    z.strictObject({
      /** what it is: `customer`, `disclosure`, `event`, `ticket`, `attachment`, `bill`, `payment`, `dunningTold` … */
      kind: z.string(),
      /** of the thing it is or belongs to */
      id: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
});

export const Erased = z.strictObject({
  customerId: id('customer'),
  erasedAt: utc,
  reason: z.enum(grounds),
  /** things of which something was taken away, by their kind */
  erased: z.record(z.string(), z.int()),
});
