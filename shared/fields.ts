import * as z from 'zod/mini';
import { type IdKind, idPattern } from './ids.ts';

/** The shapes of fields that every domain uses, so that a name or a day means the same everywhere. */

/** A check beyond the shape, with the code and the words for what it refuses. */
export const must = <T>(holds: (value: T) => boolean, code: string, en: string, zh: string) =>
  z.refine<T>(holds, { params: { code, text: { en, zh } } });

/** That a value is `from` something `to` something, as `holds` decides. */
const within = <T>(from: number, to: number, holds: (value: T) => boolean) =>
  must(holds, 'out_of_range', `From ${from} to ${to}.`, `须在 ${from} 至 ${to} 之间。`);

/** That nothing is in a list twice. Marked pure: few bundles need it. */
export const eachOnce = /* @__PURE__ */ must(
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
  .check(within(1990, 2199, (utc: string) => '1990' <= utc && utc < '2200'));

/** An instant as the service itself writes it. */
export const utc = z.iso.datetime({ precision: 3 });

/** A calendar day `YYYY-MM-DD` that exists; people have lived somewhere since before there are calendars. */
export const day = z.iso
  .date({ abort: true })
  .check(within(1900, 2999, (text: string) => '1900' <= text && text < '3000'));

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
export const limitOf = (max: number, usual: number) =>
  z._default(
    z
      .pipe(
        z.string().check(z.regex(new RegExp(`^[1-9]\\d{0,${String(max).length - 1}}$`))),
        z.transform(Number),
      )
      .check(within(1, max, (n: number) => n <= max)),
    usual,
  );

export const limit = limitOf(100, 50);

export const cursor = z.string().check(z.maxLength(2048));

/** One page of a list: `next` is the cursor of the page after, absent on the last. */
export const page = <T extends z.core.$ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.optional(z.string()) });

/** A text in both languages. */
export const text = z.strictObject({ en: z.string(), zh: z.string() });
