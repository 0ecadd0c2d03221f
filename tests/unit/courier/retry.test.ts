import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAttempt, parseRetryAfter, RETRY_DELAYS_MS } from '../../../functions/courier/retry.ts';

const NOW = '2026-10-08T01:30:00.000Z';
const DAY_MS = 86_400_000;

describe('the retry table', () => {
  it('spans ten attempts over a little more than three days', () => {
    const instants = [NOW];
    for (let made = 1; ; made++) {
      const next = nextAttempt(made, instants.at(-1) ?? '');
      if (next === null) break;
      instants.push(next);
    }
    expect(instants).toEqual([
      '2026-10-08T01:30:00.000Z',
      '2026-10-08T01:30:05.000Z',
      '2026-10-08T01:35:05.000Z',
      '2026-10-08T02:05:05.000Z',
      '2026-10-08T04:05:05.000Z',
      '2026-10-08T09:05:05.000Z',
      '2026-10-08T19:05:05.000Z',
      '2026-10-09T09:05:05.000Z',
      '2026-10-10T05:05:05.000Z',
      '2026-10-11T05:05:05.000Z',
    ]);
  });

  it('waits as long as the receiver asks, but not more than a day', () => {
    expect(nextAttempt(1, NOW, 90_000)).toBe('2026-10-08T01:31:30.000Z');
    expect(nextAttempt(1, NOW, 30 * DAY_MS)).toBe('2026-10-09T01:30:00.000Z');
  });

  it('never comes earlier than the table because the receiver asks for it', () => {
    expect(nextAttempt(4, NOW, 1_000)).toBe('2026-10-08T03:30:00.000Z');
    expect(nextAttempt(4, NOW, -DAY_MS)).toBe('2026-10-08T03:30:00.000Z');
  });

  it('does not begin again when the receiver asks after the last attempt', () => {
    expect(nextAttempt(RETRY_DELAYS_MS.length, NOW, 60_000)).toBeNull();
  });

  it('spreads the waits by the jitter given', () => {
    expect(nextAttempt(2, NOW, 0, 0.5)).toBe('2026-10-08T01:37:30.000Z');
  });

  it('always leads into the future, by a day and the jitter at most', () => {
    const made = fc.integer({ min: 1, max: 9 });
    const asked = fc.integer({ min: -DAY_MS, max: 100 * DAY_MS });
    const jitters = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(made, asked, jitters, (attemptNo, retryAfterMs, jitter) => {
        const wait = Date.parse(nextAttempt(attemptNo, NOW, retryAfterMs, jitter) ?? '') - Date.parse(NOW);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(DAY_MS * 2);
      }),
    );
  });
});

describe('retry-after', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['9999999999', DAY_MS],
    ['Thu, 08 Oct 2026 01:31:00 GMT', 60_000],
    ['Thu, 08 Oct 2026 01:29:00 GMT', 0],
    ['Thu, 08 Oct 2099 01:29:00 GMT', DAY_MS],
  ])('is understood: %s', (header, expected) => {
    expect(parseRetryAfter(header, Date.parse(NOW))).toBe(expected);
  });

  it.each([[undefined], [''], ['-5'], ['1.5'], ['soon'], ['2026-10-08T01:31:00Z'], ['Thursday'], ['1e3']])(
    'is ignored when it makes no sense: %s',
    (header) => {
      expect(parseRetryAfter(header, Date.parse(NOW))).toBeUndefined();
    },
  );
});
