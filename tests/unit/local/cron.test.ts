import { describe, expect, it } from 'vitest';
import { ratePeriod, timing } from '../../../local/cron.ts';

const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
const next = (expression: string, zone: string, after: string) =>
  iso(timing(expression, zone).next(Date.parse(after)));

describe('schedule expressions', () => {
  it.each([
    ['rate(1 minute)', 'UTC', '2026-09-30T02:00:00.000Z', '2026-09-30T02:01:00.000Z'],
    ['rate(1 minute)', 'UTC', '2026-09-30T02:00:59.999Z', '2026-09-30T02:01:00.000Z'],
    ['rate(2 hours)', 'UTC', '2026-09-30T02:00:00.001Z', '2026-09-30T04:00:00.000Z'],
    ['cron(30 8 * * ? *)', 'Asia/Shanghai', '2026-09-30T02:00:00.000Z', '2026-10-01T00:30:00.000Z'],
    ['cron(30 8 * * ? *)', 'Asia/Shanghai', '2026-10-01T00:30:00.000Z', '2026-10-02T00:30:00.000Z'],
    ['cron(30 8 * * ? *)', 'Asia/Shanghai', '2026-10-01T00:29:59.999Z', '2026-10-01T00:30:00.000Z'],
    // The zone's day has begun before UTC's, and ended after it.
    ['cron(15 0 * * ? *)', 'Pacific/Apia', '2026-09-30T11:00:00.000Z', '2026-09-30T11:15:00.000Z'],
    ['cron(15 17 * * ? *)', 'America/New_York', '2026-07-01T00:00:00.000Z', '2026-07-01T21:15:00.000Z'],
    ['cron(15 17 * * ? *)', 'America/New_York', '2026-12-01T00:00:00.000Z', '2026-12-01T22:15:00.000Z'],
    // Clocks go forward over 02:30 on 8 March 2026: that day has none.
    ['cron(30 2 * * ? *)', 'America/New_York', '2026-03-07T08:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    // Clocks go back over 01:30 on 1 November 2026: the first of the two.
    ['cron(30 1 * * ? *)', 'America/New_York', '2026-11-01T00:00:00.000Z', '2026-11-01T05:30:00.000Z'],
    ['cron(30 1 * * ? *)', 'America/New_York', '2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ['cron(0/15 9-10 ? * MON-FRI *)', 'UTC', '2026-10-02T10:45:00.000Z', '2026-10-05T09:00:00.000Z'],
    ['cron(0 0 1 JAN,JUL ? *)', 'UTC', '2026-01-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
    ['cron(0 12 29 2 ? *)', 'UTC', '2025-01-01T00:00:00.000Z', '2028-02-29T12:00:00.000Z'],
    ['cron(0 12 1 1 ? 2025)', 'UTC', '2026-01-01T00:00:00.000Z', undefined],
  ])('%s in %s runs after %s at %s', (expression, zone, after, expected) => {
    expect(next(expression, zone, after)).toBe(expected);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 fortnight)',
    'cron(* * * *)',
    'cron(99 8 * * ? *)',
    'at(2026-01-01T00:00:00)',
  ])('%s is refused', (expression) => {
    expect(() => timing(expression)).toThrow(expression);
  });

  it('knows the period of a rate and none of a cron', () => {
    expect(ratePeriod('rate(1 minute)')).toBe(60_000);
    expect(ratePeriod('cron(0 0 * * ? *)')).toBeUndefined();
  });
});
