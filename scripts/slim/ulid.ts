// The rest of it reads and mends identifiers, and looks for a source of chance in browsers; each function makes them only.
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const digit = (n: number) => digits[Math.floor(n)];

/** Milliseconds since 1970 as ten characters. */
export function encodeTime(ms: number): string {
  if (!Number.isInteger(ms) || ms < 0 || ms >= 2 ** 48) throw new RangeError(`no time: ${ms}`);
  let text = '';
  for (let rest = ms; text.length < 10; rest = Math.floor(rest / 32)) text = digit(rest % 32) + text;
  return text;
}

/** A new identifier; `fraction` draws a number from 0 to below 1, for the last character first, as the package does. */
export const ulid = (ms: number, fraction: () => number): string =>
  encodeTime(ms) +
  Array.from({ length: 16 }, () => digit(fraction() * 32))
    .reverse()
    .join('');
