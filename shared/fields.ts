import * as z from 'zod/mini';
import { type IdKind, idPattern } from './ids.ts';

/** The shapes of fields that every domain uses, so that a name or a day means the same everywhere. */

/** One line of text, 1 to `max` characters after trimming. */
export const line = (max: number) =>
  z.string().check(z.trim(), z.minLength(1), z.maxLength(max), z.regex(/^[^\r\n]*$/));

/** Text of several lines, 1 to `max` characters after trimming. */
export const prose = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));

export const id = (kind: IdKind) => z.string().check(z.regex(idPattern(kind)));

/** An instant with its offset (RFC 3339), a real moment; kept as UTC with milliseconds. */
export const instant = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => new Date(text).toISOString()),
);

/** An instant as the service itself writes it. */
export const utc = z.iso.datetime({ precision: 3 });

/** A calendar day `YYYY-MM-DD` that exists. */
export const day = z.iso.date();

/** A calendar month `YYYY-MM`. */
export const month = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/));

/** An IANA zone this runtime knows. */
export const zone = z.string().check(
  z.maxLength(64),
  z.refine((name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return /^[A-Za-z]/.test(name);
    } catch {
      return false;
    }
  }),
);

/** A telephone number as people write it. */
export const phone = z.string().check(z.trim(), z.regex(/^\+?[0-9][0-9 ()-]{4,24}$/));

export const email = z.email().check(z.maxLength(254));

/** A page's length; a query parameter, so it arrives as text. */
export const limit = z._default(
  z
    .pipe(z.string().check(z.regex(/^[1-9]\d{0,2}$/)), z.transform(Number))
    .check(z.refine((n) => n <= 100, { params: { text: { en: 'At most 100.', zh: '不得大于 100。' } } })),
  50,
);

export const cursor = z.string().check(z.maxLength(2048));

/** One page of a list: `next` is the cursor of the page after, absent on the last. */
export const page = <T extends z.core.$ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.optional(z.string()) });

/** A text in both languages. */
export const text = z.strictObject({ en: z.string(), zh: z.string() });
