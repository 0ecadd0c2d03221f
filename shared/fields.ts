import * as z from 'zod/mini';
import { form, must } from './forms.ts';
import { type IdKind, idPattern, prefixes } from './ids.ts';

/** The shapes of fields that every domain uses, so that a name or a day means the same everywhere. */

/** That a value is `from` something `to` something, as `holds` decides. */
const within = <T>(from: number, to: number, holds: (value: T) => boolean) =>
  must(holds, 'out_of_range', `From ${from} to ${to}.`, `须在 ${from} 至 ${to} 之间。`);

/** What nobody sees: white space, and the signs of direction and width that pasted text brings along. */
const unseen = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f]/;

/** The text without what nobody sees at its ends. By hand: a pattern for the end takes a square of a long run of spaces inside. */
function seen(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && unseen.test(text.charAt(from))) from++;
  while (to > from && unseen.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

const trimmed = () => z.overwrite(seen);

/** One line of text, 1 to `max` characters after trimming. */
export const line = (max: number) =>
  z
    .string()
    .check(trimmed(), z.minLength(1), z.maxLength(max), form(/^[^\r\n]*$/, 'No line breaks.', '不得换行。'));

/** Text of several lines, 1 to `max` characters after trimming. */
export const prose = (max: number) => z.string().check(trimmed(), z.minLength(1), z.maxLength(max));

export const id = (kind: IdKind) => {
  const begin = `${prefixes[kind]}_`;
  const [en, zh] = [`An id: ${begin} and 26 letters and digits.`, `须为编号：${begin} 加 26 位字母数字。`];
  return z.string().check(form(idPattern(kind), en, zh));
};

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
export const month = z
  .string()
  .check(form(/^\d{4}-(0[1-9]|1[0-2])$/, 'A month such as 2026-11.', '须为月份，例如 2026-11。'));

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

/** A telephone number as people write or paste it; full-width digits and signs become plain. */
export const phone = z.string().check(
  z.overwrite((text: string) => text.normalize('NFKC')),
  trimmed(),
  form(
    /^\+?\(?[0-9][0-9 ()-]{4,24}$/,
    'A telephone number such as 138 0013 8000 or (010) 8888 8888.',
    '须为电话号码，例如 138 0013 8000 或 (010) 8888 8888。',
  ),
);

export const email = z.email().check(z.maxLength(254));

/** A page's length, `usual` where the caller names none; a query parameter, so it arrives as text. */
export const limitOf = (max: number, usual: number) =>
  z._default(
    z
      .pipe(
        z.string().check(form(/^[1-9]\d{0,5}$/, 'A number from 1 on.', '须为从 1 起的整数。')),
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
