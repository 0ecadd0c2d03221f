import { tzOffset } from '@date-fns/tz/tzOffset';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantAt, localDay, localText, remembering } from '../../../shared/time/zone.ts';

/** Zones whose clocks were moved at midnight, at night, by half an hour, over a whole day, or never. */
const zones = [
  'Asia/Shanghai',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
];
const [from, to] = [Date.parse('2005-01-01T00:00:00Z'), Date.parse('2035-01-01T00:00:00Z')];

const wall = (ms: number, zone: string) =>
  new Date(ms + tzOffset(zone, new Date(ms)) * 60_000).toISOString().slice(0, 16).replace('T', ' ');

test('the wall of a zone shows what Intl says it shows, whichever instant of a day was asked for before', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 3 }),
      (zone, instants) => {
        for (const ms of instants.flatMap((at) => [at, at + 3_600_000, at + 43_200_000]))
          expect(localText(ms, zone)).toBe(wall(ms, zone));
      },
    ),
    { numRuns: 300 },
  );
});

const moved = [
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['America/Santiago', '2026-09-06'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Asia/Gaza', '2023-04-29'],
  ['Pacific/Apia', '2011-12-30'],
] as const;
const quarter = 900_000;

test('every quarter of an hour of the days on which clocks are moved is right', () => {
  for (const [zone, day] of moved)
    for (let n = -96; n < 192; n++) {
      const ms = Date.parse(`${day}T00:00:00Z`) + n * quarter;
      expect(localText(ms, zone)).toBe(wall(ms, zone));
    }
});

test('a zone that is none, or an instant that is none, is refused each time', () => {
  for (let i = 0; i < 2; i++) {
    expect(() => localDay(Date.parse('2026-01-01T00:00:00Z'), 'Asia/Nowhere')).toThrow(RangeError);
    expect(() => localDay(Number.NaN, 'Asia/Shanghai')).toThrow(RangeError);
    expect(() => localDay(8.64e15 + 1, 'Asia/Shanghai')).toThrow(RangeError);
  }
});

test.each(moved)(
  'in %s around %s a time on the wall is its first moment, or as far into the gap as it says',
  (zone, day) => {
    const midnight = Date.parse(`${day}T00:00:00Z`);
    /** The first instant at which the wall shows a time, found by looking at the wall every quarter of an hour. */
    const first = new Map<string, number>();
    for (let ms = midnight + 3 * 86_400_000; ms >= midnight - 3 * 86_400_000; ms -= quarter)
      first.set(wall(ms, zone), ms);
    for (let at = midnight - 86_400_000; at < midnight + 2 * 86_400_000; at += quarter) {
      // Before the gap there is a time that the wall does show; from there the clock would have gone on.
      let shown = at;
      const text = () => new Date(shown).toISOString().slice(0, 16).replace('T', ' ');
      while (!first.has(text())) shown -= quarter;
      const local = new Date(at).toISOString().slice(0, 10);
      const minute = (at - Date.parse(`${local}T00:00:00Z`)) / 60_000;
      expect([local, minute, instantAt(local, minute, zone)]).toEqual([
        local,
        minute,
        (first.get(text()) ?? Number.NaN) + at - shown,
      ]);
    }
  },
);

test('what a zone said is remembered by the day, and no more days than it may', () => {
  const [day, hour] = [86_400_000, 3_600_000];
  /** Clocks that are put forward an hour at noon of the third day. */
  const ask = (_: string, ms: number) => (ms < 2 * day + day / 2 ? 0 : hour);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('A', 'B'), fc.nat(6 * day - 1)), { maxLength: 12 }),
      (asked) => {
        let count = 0;
        const offset = remembering((zone, ms) => {
          count++;
          return ask(zone, ms);
        }, 3);
        let kept = new Set<string>();
        for (const [zone, ms] of asked) {
          const key = `${zone} ${Math.floor(ms / day)}`;
          // Twice for a day that is new; once more on the day itself on which they are moved.
          const expected = (kept.has(key) ? 0 : 2) + (key.endsWith(' 2') ? 1 : 0);
          if (!kept.has(key)) kept = new Set(kept.size === 3 ? [key] : [...kept, key]);
          const before = count;
          expect(offset(zone, ms)).toBe(ask(zone, ms));
          expect(count - before).toBe(expected);
        }
      },
    ),
  );
});
