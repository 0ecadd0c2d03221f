import { tzOffset } from '@date-fns/tz/tzOffset';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localDay, localText } from '../../../shared/time/zone.ts';

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

test('every quarter of an hour of the days on which clocks are moved is right', () => {
  const moved = [
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-04'],
    ['Asia/Gaza', '2023-04-29'],
    ['Pacific/Apia', '2011-12-30'],
  ] as const;
  for (const [zone, day] of moved)
    for (let quarter = -96; quarter < 192; quarter++) {
      const ms = Date.parse(`${day}T00:00:00Z`) + quarter * 900_000;
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
