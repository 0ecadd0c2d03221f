import * as z from 'zod/mini';
import { cursor } from '../../shared/fields.ts';
import { form } from '../../shared/forms.ts';

export const AuditQuery = z.strictObject({
  /** An object's id (a ticket, a bill, a customer …), `policy` or `calendar`; without it the whole office, page by page. */
  objectId: z.optional(
    z
      .string()
      .check(
        form(
          /^([a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}|policy|calendar)$/,
          'An id, or policy or calendar.',
          '须为编号，或 policy、calendar。',
        ),
      ),
  ),
  cursor: z.optional(cursor),
});

const count = z.int().check(z.minimum(0));

export const AuditReport = z.strictObject({
  /** Nothing is wrong with what was looked at. */
  whole: z.boolean(),
  /** Histories whose end was held against what their object knows of it. */
  histories: count,
  /** Events that were looked at. */
  events: count,
  faults: z.array(
    z.strictObject({
      objectId: z.string(),
      /** The event's number in its object's history. */
      seq: count,
      kind: z.enum(['edited', 'unchained', 'missing', 'moved', 'cut', 'unknown']),
    }),
  ),
  /** There is more of the office to look at. */
  next: z.optional(z.string()),
});
export type AuditReport = z.infer<typeof AuditReport>;
