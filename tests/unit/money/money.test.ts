import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { fieldProblems } from '../../../shared/http/input.ts';
import * as fields from '../../../shared/money/fields.ts';
import {
  compare,
  decimal,
  decimalText,
  fenOf,
  MAX_FEN,
  priced,
  ratio,
  round,
  split,
  toFen,
  yuan,
} from '../../../shared/money/index.ts';

const fen = fc.integer({ min: -MAX_FEN, max: MAX_FEN });

describe('an amount in a request', () => {
  const parse = (value: unknown) => z.safeParse(fields.amount, value);

  it.each([
    ['0.01', 1],
    ['12.30', 1230],
    ['12.3', 1230],
    ['12', 1200],
    ['99999999999.99', MAX_FEN],
  ])('%s yuan is %i fen', (text, expected) => {
    expect(parse(text)).toEqual({ success: true, data: expected });
  });

  it.each([
    ['12.345', 'places'],
    ['-1', 'negative'],
    ['-0.01', 'negative'],
    ['1-1', 'plain decimal'],
    ['-', 'plain decimal'],
    ['100000000000', 'Less than'],
    ['1000000000000000', 'Less than'],
    [`1${'0'.repeat(400)}`, 'Less than'],
    ['0', 'More than zero'],
    ['0.00', 'More than zero'],
    ['NaN', 'plain decimal'],
    ['Infinity', 'plain decimal'],
    ['1e3', 'plain decimal'],
    ['1,000.00', 'plain decimal'],
    ['１２', 'plain decimal'],
    ['01.00', 'plain decimal'],
    ['.5', 'plain decimal'],
    ['5.', 'plain decimal'],
    ['+5', 'plain decimal'],
    ['0x10', 'plain decimal'],
    [' 5', 'plain decimal'],
    ['5\n', 'plain decimal'],
    ['', 'plain decimal'],
    ['¥5', 'plain decimal'],
  ])('%j is refused and the reason is said in both languages', (text, reason) => {
    const [problem] = fieldProblems(parse(text).error?.issues ?? [], '/body/amount');
    expect(problem?.detail.en).toContain(reason);
    expect(problem?.detail.zh).toContain('FEE-2');
  });

  it('is never a JSON number', () => {
    for (const value of [12.3, 12, null, true, ['1'], { amount: '1' }])
      expect(parse(value).success).toBe(false);
  });

  it('has one currency', () => {
    expect(z.safeParse(fields.currencyField, 'CNY').success).toBe(true);
    for (const other of ['USD', 'cny', '', 156])
      expect(z.safeParse(fields.currencyField, other).success).toBe(false);
  });
});

describe('what an amount, a price and a quantity may be', () => {
  it.each([
    ['amountOrZero', fields.amountOrZero, ['0', '0.00', '99999999999.99'], ['0.001', '100000000000', '-1']],
    ['price', fields.price, ['0', '0.000001', '999999999.999999'], ['0.0000001', '1000000000']],
    ['quantity', fields.quantity, ['0', '0.001', '999999999999.999'], ['0.0001', '1000000000000']],
    [
      'someQuantity',
      fields.someQuantity,
      ['0.001', '999999999999.999'],
      ['0', '0.000', '0.0001', '1000000000000'],
    ],
    [
      'money',
      fields.money,
      ['0.00', '128.50', '-3.00'],
      ['3', '3.0', '3.000', '.50', 'x3.00', '3.00x', 'a.bc'],
    ],
  ])('%s', (_, field, good, bad) => {
    const fits = (value: string) => z.safeParse(field, value).success;
    expect(good.filter((value) => !fits(value))).toEqual([]);
    expect(bad.filter(fits)).toEqual([]);
  });
});

describe('fen and yuan', () => {
  it('are two ways to write the same amount', () => {
    fc.assert(
      fc.property(fen, (amount) => {
        expect(fenOf(yuan(amount))).toBe(amount);
        expect(yuan(amount)).toMatch(/^-?\d+\.\d\d$/);
      }),
    );
  });

  it('have one nothing', () => {
    expect(yuan(0)).toBe('0.00');
    expect(yuan(-0)).toBe('0.00');
  });

  it('hold no fraction of a fen and nothing past the limit', () => {
    expect(() => yuan(0.5)).toThrow(RangeError);
    expect(() => fenOf('0.001')).toThrow(RangeError);
    expect(() => toFen(ratio(MAX_FEN + 1))).toThrow(RangeError);
  });
});

describe('an exact fraction', () => {
  it.each(['', '-', '1.', '.5', '1x', 'x1', '1.5x', '1e3', '1.2.3', '--1', '0'.repeat(31)])(
    'is not made from %j',
    (text) => {
      expect(() => decimal(text)).toThrow(RangeError);
    },
  );

  it('has a denominator above zero', () => {
    for (const d of [0, -1]) expect(() => ratio(1, d)).toThrow(RangeError);
  });

  it('is less, equal or more by cross-multiplication, whatever it was written as', () => {
    const part = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), part, part, part, (n, d, more, scale) => {
        const small = ratio(n, d);
        const big = ratio(n + more, d);
        expect(compare(small, big)).toBe(-1);
        expect(compare(big, small)).toBe(1);
        expect(compare(small, ratio(n * scale, d * scale))).toBe(0);
      }),
    );
  });
});

describe('rounding', () => {
  it.each([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [249n, 100n, 2n],
    [-1n, 3n, 0n],
    [1n, 2n, 1n],
    [0n, 7n, 0n],
  ])('%i/%i is %i: a half goes away from zero', (n, d, expected) => {
    expect(round(ratio(n, d))).toBe(expected);
  });

  it('is never further than a half from the exact value and is symmetric', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.bigInt(1n, 10n ** 9n), (n, d) => {
        const rounded = round(ratio(n, d));
        const distance = 2n * (rounded * d - n);
        expect((distance < 0n ? -distance : distance) <= d).toBe(true);
        expect(round(ratio(-n, d))).toBe(-rounded);
      }),
    );
  });

  it('happens once: price times area times days is exact until then', () => {
    // 2.3456 yuan x 89.37 m2 x 17 of 31 days is 114.955... yuan.
    expect(toFen(priced('2.3456', decimal('89.37'), ratio(17, 31)))).toBe(11496);
    expect(toFen(priced('0.005', decimal('1')))).toBe(1);
    expect(toFen(priced('0.0049', decimal('1')))).toBe(0);
    const places = (max: number) =>
      fc.tuple(fc.integer({ min: 0, max: 10 ** 5 }), fc.integer({ min: 0, max }));
    fc.assert(
      fc.property(
        places(6),
        places(2),
        fc.integer({ min: 1, max: 31 }),
        ([price, pricePlaces], [area, areaPlaces], days) => {
          const text = (value: number, n: number) => decimalText(ratio(BigInt(value), 10n ** BigInt(n)), n);
          const got = toFen(
            priced(text(price, pricePlaces), decimal(text(area, areaPlaces)), ratio(days, 31)),
          );
          const n = 100n * BigInt(price) * BigInt(area) * BigInt(days);
          const d = 31n * 10n ** BigInt(pricePlaces + areaPlaces);
          expect(BigInt(got)).toBe((2n * n + d) / (2n * d));
        },
      ),
    );
  });
});

describe('a decimal text', () => {
  it('has no idle zero, however many there would be', () => {
    expect(decimalText(ratio(3, 2), 6)).toBe('1.5');
    expect(decimalText(ratio(-200), 6)).toBe('-200');
    expect(decimalText(ratio(1, 1000), 2)).toBe('0');
  });

  it('comes back as it was, without idle zeros', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.integer({ min: 0, max: 6 }), (n, places) => {
        const text = decimalText(ratio(n, 10n ** BigInt(places)), places);
        const back = decimal(text);
        expect(back.n * 10n ** BigInt(places)).toBe(n * back.d);
        expect(text).not.toMatch(/\.\d*0$|^-0$|\.$/);
      }),
    );
  });
});

describe('a split', () => {
  it('of nothing is nothing, and never a negative nothing', () => {
    expect(split(0, [1, 2])).toEqual([0, 0]);
    expect(split(-1, [0, 1])).toEqual([0, -1]);
  });

  const weights = fc
    .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 12 })
    .filter((all) => all.some((weight) => weight > 0));

  it('adds up, is near each exact share, and gives nothing to who weighs nothing', () => {
    fc.assert(
      fc.property(fen, weights, (total, all) => {
        const parts = split(total, all);
        const sum = all.reduce((a, b) => a + b, 0);
        expect(parts.reduce((a, b) => a + BigInt(b), 0n)).toBe(BigInt(total));
        parts.forEach((part, i) => {
          const weight = BigInt(all[i] ?? 0);
          const distance = BigInt(part) * BigInt(sum) - BigInt(total) * weight;
          expect((distance < 0n ? -distance : distance) < BigInt(sum)).toBe(true);
          if (weight === 0n) expect(part).toBe(0);
        });
      }),
    );
  });

  it('gives the fen left over to the largest remainders, then to the first', () => {
    expect(split(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(split(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(split(10, [15, 16])).toEqual([5, 5]);
    expect(split(1, [1, 2])).toEqual([0, 1]);
  });

  it('needs something to split by', () => {
    expect(() => split(1, [0, 0])).toThrow(RangeError);
    expect(() => split(1, [])).toThrow(RangeError);
    expect(() => split(1, [-1, 2])).toThrow(RangeError);
    expect(() => split(1, [0.5])).toThrow(RangeError);
  });
});
