import * as z from 'zod/mini';
import { cursor, id, limit, line, utc } from '../../shared/fields.ts';
import { dunningStepName } from '../../shared/policy/schema.ts';

/** What a notice can be: 催费通知书, or the formal letter. */
export const paperKinds = ['notice', 'letter'] as const;
export const paper = z.enum(paperKinds);

/** Many pages at once: the cases of a property at a stage, perhaps of one building of it. */
export const BatchQuery = z.strictObject({
  propertyId: id('property'),
  building: z.optional(line(40)),
  /** The gravest step told. */
  stage: z._default(dunningStepName, 'notice'),
  /** Default: the letter for those whose letter was told, else the notice. */
  kind: z.optional(paper),
  limit,
  cursor: z.optional(cursor),
});

/** Most pages of one document. */
export const mostPages = 60;

export const NewDocument = z.strictObject({
  cases: z.array(id('dunning')).check(z.minLength(1), z.maxLength(mostPages)),
  kind: z.optional(paper),
});

const document = {
  /** PDF; the link is good for some minutes, the document for two days. */
  url: z.string(),
  expiresAt: utc,
  bytes: z.int(),
  /** Letters that the document's font has not; 〓 stands for them. The page to print has them, as far as the reader's machine has. */
  missing: z.optional(z.string()),
};

/** A paper as PDF. */
export const OneDocument = z.strictObject(document);

/** The cases of a batch, to be asked for as one document or page by page. */
export const Document = z.strictObject({
  ...document,
  /** Cases printed; those that have nothing open (any more) are left out. */
  cases: z.array(id('dunning')),
});
