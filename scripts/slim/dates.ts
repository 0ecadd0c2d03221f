// Two sets of parsers (one of them for old clients), each with regular expressions for forms of dates that were given
// up decades ago. AWS sends seconds, RFC 3339, and IMF dates in headers; `Date` reads the last two.
const read = (form: string, value: unknown): Date | undefined => {
  if (value === null || value === undefined) return undefined;
  const date = typeof value === 'string' ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) throw new TypeError(`not a date in ${form}: ${value}`);
  return date;
};

export const dateToUtcString = (date: Date): string => date.toUTCString();

export const parseRfc3339DateTimeWithOffset = (value: unknown) => read('RFC 3339', value);
export const parseRfc3339DateTime = parseRfc3339DateTimeWithOffset;
export const parseRfc7231DateTime = (value: unknown) => read('RFC 7231', value);

export const parseEpochTimestamp = (value: unknown): Date | undefined => {
  if (value === null || value === undefined) return undefined;
  const seconds =
    typeof value === 'number' || (typeof value === 'string' && value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(seconds)) throw new TypeError(`not seconds since 1970: ${value}`);
  return new Date(Math.round(seconds * 1000));
};

export {
  parseEpochTimestamp as _parseEpochTimestamp,
  parseRfc3339DateTimeWithOffset as _parseRfc3339DateTimeWithOffset,
  parseRfc7231DateTime as _parseRfc7231DateTime,
};
