import fc from 'fast-check';
import { encodeTime as theirs, ulid as theirUlid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { encodeTime, ulid } from '../../../scripts/slim/ulid.ts';

describe('what stands in for ulid in the bundles', () => {
  const times = [0, 1, 31, 32, 1_767_225_600_000, 2 ** 40 + 7, 2 ** 48 - 1];

  test.each(times)('writes the moment %d as the package does', (ms) => {
    expect(encodeTime(ms)).toBe(theirs(ms));
  });

  test('refuses what is no moment, as the package does', () => {
    for (const ms of [-1, 0.5, Number.NaN, 2 ** 48]) {
      expect(() => encodeTime(ms)).toThrow();
      expect(() => theirs(ms)).toThrow();
    }
  });

  test('draws the same characters of the same chance as the package does', () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fractions, (ms, drawn) => {
        const [one, other] = [drawn.values(), drawn.values()];
        expect(ulid(ms, () => one.next().value ?? 0)).toBe(theirUlid(ms, () => other.next().value ?? 0));
      }),
    );
  });
});
