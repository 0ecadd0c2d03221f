/**
 * Zones in which an office can work. Each has a morning digest and an end-of-day list of its own in the
 * template, so a zone that is not here would get neither: properties may only name one of these.
 */
export const ZONES = [
  'Asia/Shanghai',
  'Asia/Urumqi',
  'Asia/Hong_Kong',
  'Asia/Singapore',
  'America/New_York',
  'Europe/London',
  'UTC',
] as const;

export type Zone = (typeof ZONES)[number];

/** Local times at which the daily schedules run, `HH:MM`. */
export const DIGEST_AT = '08:30';
export const END_OF_DAY_AT = '17:15';
