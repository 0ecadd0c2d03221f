import { decodeTime, isValid, encodeTime as theirs } from 'ulid';
import { describe, expect, test } from 'vitest';
import { encodeTime, ulid } from '../../../scripts/slim/ulid.ts';

describe('what stands in for ulid in the bundles', () => {
  const times = [0, 1, 31, 32, 1_767_225_600_000, 2 ** 40 + 7, 2 ** 48 - 1];

  test.each(times)('writes the moment %d as the package does', (ms) => {
    expect(encodeTime(ms)).toBe(theirs(ms));
    expect(isValid(ulid(ms))).toBe(true);
    expect(decodeTime(ulid(ms))).toBe(ms);
  });

  test('refuses what is no moment, as the package does', () => {
    for (const ms of [-1, 0.5, Number.NaN, 2 ** 48]) {
      expect(() => encodeTime(ms)).toThrow();
      expect(() => theirs(ms)).toThrow();
    }
  });

  test('never says the same twice, and uses every digit', () => {
    const made = Array.from({ length: 2000 }, () => ulid(0));
    expect(new Set(made).size).toBe(made.length);
    expect(new Set(made.join('')).size).toBe(32);
  });
});
