const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The longest wait a receiver can ask for. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR;

/**
 * The wait before the n-th attempt (index 0: the first one): Standard Webhooks' own example, ten attempts over some
 * three days. The sweep comes once a minute, so the second attempt really comes with the next sweep.
 */
export const RETRY_DELAYS_MS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/**
 * When to try again, or null when that was the last time.
 * @param attemptNo how many attempts have been made, 1 after the first
 * @param now instant at which the last one ended
 * @param retryAfterMs what the receiver asked for; it can only lengthen the wait, up to 24 h
 * @param jitter the part of the wait, 0 to 1, that is added so that failures do not come back in one wave
 */
export function nextAttempt(attemptNo: number, now: string, retryAfterMs = 0, jitter = 0): string | null {
  const delay = RETRY_DELAYS_MS[attemptNo];
  if (delay === undefined) return null;
  const asked = Math.min(Math.max(retryAfterMs, 0), MAX_RETRY_AFTER_MS);
  return new Date(Date.parse(now) + Math.max(Math.round(delay * (1 + jitter)), asked)).toISOString();
}

/**
 * Reads `retry-after` (RFC 9110: seconds or an HTTP-date) as milliseconds from now, at most 24 h. Undefined when it
 * is missing or makes no sense.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value) * SECOND, MAX_RETRY_AFTER_MS);
  // Date.parse takes far more than the HTTP-dates; each of those begins with the name of a day.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.min(Math.max(date - now, 0), MAX_RETRY_AFTER_MS);
}
