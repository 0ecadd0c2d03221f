import * as z from 'zod/mini';
import { type IdKind, idPattern } from './ids.ts';

/** The shapes of fields that every domain uses, so that a name or a day means the same everywhere. */

/** A check beyond the shape, with the code and the words for what it refuses. */
export const must = <T>(holds: (value: T) => boolean, code: string, en: string, zh: string) =>
  z.refine<T>(holds, { params: { code, text: { en, zh } } });

/** That nothing is in a list twice. */
export const eachOnce = must(
  (all: readonly unknown[]) => new Set(all).size === all.length,
  'given_twice',
  'Give each once.',
  '每项只能出现一次。',
);

/** One line of text, 1 to `max` characters after trimming. */
export const line = (max: number) =>
  z.string().check(z.trim(), z.minLength(1), z.maxLength(max), z.regex(/^[^\r\n]*$/));

/** Text of several lines, 1 to `max` characters after trimming. */
export const prose = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));

export const id = (kind: IdKind) => z.string().check(z.regex(idPattern(kind)));

/**
 * An instant with its offset (RFC 3339), a real moment; kept as UTC with milliseconds. Outside of these years, of which calendars are
 * kept, it is a slip of the keyboard.
 */
export const instant = z
  .pipe(
    z.iso.datetime({ offset: true }),
    z.transform((text) => new Date(text).toISOString()),
  )
  .check(
    must(
      (utc: string) => '1990' <= utc && utc < '2200',
      'out_of_range',
      'From 1990 to 2199.',
      '须在 1990 至 2199 年之间。',
    ),
  );

/** An instant as the service itself writes it. */
export const utc = z.iso.datetime({ precision: 3 });

/** A calendar day `YYYY-MM-DD` that exists; people have lived somewhere since before there are calendars. */
export const day = z.iso
  .date()
  .check(
    must(
      (text: string) => '1900' <= text && text < '3000',
      'out_of_range',
      'From 1900 to 2999.',
      '须在 1900 至 2999 年之间。',
    ),
  );

/** A calendar month `YYYY-MM`. */
export const month = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/));

/** An IANA zone this runtime knows. */
export const zone = z
  .string()
  .check(
    z.maxLength(64),
    must(isZone, 'unknown_zone', 'An IANA time zone, as Asia/Shanghai.', 'IANA 时区，如 Asia/Shanghai。'),
  );

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** A telephone number as people write it. */
export const phone = z.string().check(z.trim(), z.regex(/^\+?[0-9][0-9 ()-]{4,24}$/));

export const email = z.email().check(z.maxLength(254));

/** A page's length, `usual` where the caller names none; a query parameter, so it arrives as text. */
export function limitOf(max: number, usual: number) {
  const length = z
    .pipe(
      z.string().check(z.regex(new RegExp(`^[1-9]\\d{0,${String(max).length - 1}}$`))),
      z.transform(Number),
    )
    .check(must((n: number) => n <= max, 'out_of_range', `From 1 to ${max}.`, `须在 1 至 ${max} 之间。`));
  return z._default(length, usual).register(z.globalRegistry, {
    description: `How many at most, from 1 to ${max}; ${usual} unless said otherwise.`,
  });
}

export const limit = limitOf(100, 50);

export const cursor = z.string().check(z.maxLength(2048)).register(z.globalRegistry, {
  description: '`next` of the page before, with the same other parameters.',
});

/** One page of a list: `next` is the cursor of the page after, absent on the last. */
export const page = <T extends z.core.$ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.optional(z.string()) });

/** A text in both languages. */
export const text = z.strictObject({ en: z.string(), zh: z.string() });
