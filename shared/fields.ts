import * as z from 'zod/mini';
import { form, told } from './forms.ts';
import { type IdKind, idPattern, prefixes } from './ids.ts';

/*
 * The shapes of fields that every domain uses, so that a name or a day means the same everywhere. Marked pure are those that some use
 * only, so that a bundle of others does not carry them and their words.
 */

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

/** An instant with its offset (RFC 3339), a real moment; kept as UTC with milliseconds. */
export const instant = /* @__PURE__ */ z.pipe(
  /* @__PURE__ */ z.iso.datetime({ offset: true }),
  /* @__PURE__ */ z.transform((text) => new Date(text).toISOString()),
);

/** An instant as the service itself writes it. */
export const utc = z.iso.datetime({ precision: 3 });

/** A calendar day `YYYY-MM-DD` that exists. */
export const day = z.iso.date();

/** A calendar month `YYYY-MM`. */
export const month = /* @__PURE__ */ z
  .string()
  .check(
    /* @__PURE__ */ form(/^\d{4}-(0[1-9]|1[0-2])$/, 'A month such as 2026-11.', '须为月份，例如 2026-11。'),
  );

/** An IANA zone this runtime knows. */
export const zone = /* @__PURE__ */ z.string().check(
  /* @__PURE__ */ z.maxLength(64),
  /* @__PURE__ */ z.refine(
    (name) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: name });
        return /^[A-Za-z]/.test(name);
      } catch {
        return false;
      }
    },
    /* @__PURE__ */ told('A time zone such as Asia/Shanghai.', '须为时区，例如 Asia/Shanghai。'),
  ),
);

/** A telephone number as people write or paste it; full-width digits and signs become plain. */
export const phone = /* @__PURE__ */ z.string().check(
  /* @__PURE__ */ z.overwrite((text: string) => text.normalize('NFKC')),
  /* @__PURE__ */ trimmed(),
  /* @__PURE__ */ form(
    /^\+?\(?[0-9][0-9 ()-]{4,24}$/,
    'A telephone number such as 138 0013 8000 or (010) 8888 8888.',
    '须为电话号码，例如 138 0013 8000 或 (010) 8888 8888。',
  ),
);

export const email = /* @__PURE__ */ z.email().check(/* @__PURE__ */ z.maxLength(254));

/** A page's length up to `max`; a query parameter, so it arrives as text. */
export function manyAtMost(max: number) {
  const words = [`A number from 1 to ${max}.`, `须为 1 至 ${max} 的整数。`] as const;
  const digits = new RegExp(`^[1-9]\\d{0,${String(max).length - 1}}$`);
  return z
    .pipe(z.string().check(form(digits, ...words)), z.transform(Number))
    .check(z.refine((n) => n <= max, told(...words)));
}

export const limit = z._default(manyAtMost(100), 50);

export const cursor = z.string().check(z.maxLength(2048));

/** One page of a list: `next` is the cursor of the page after, absent on the last. */
export const page = <T extends z.core.$ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.optional(z.string()) });

/** A text in both languages. */
export const text = z.strictObject({ en: z.string(), zh: z.string() });
