/** An exact fraction; `d` is positive. Prices, areas and readings stay exact until one rounding at the end (FEE-2). */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

/** `n/d`. Throws RangeError for a denominator that is not positive. */
export function ratio(n: bigint | number, d: bigint | number = 1n): Ratio {
  if (BigInt(d) <= 0n) throw new RangeError('a denominator is positive');
  return { n: BigInt(n), d: BigInt(d) };
}

/** A plain decimal text (`2.35`, `-0.5`) as an exact fraction. Throws RangeError for anything else. */
export function decimal(text: string): Ratio {
  if (!/^-?\d{1,30}(\.\d{1,30})?$/.test(text)) throw new RangeError('not a plain decimal');
  const [, places = ''] = text.split('.');
  return { n: BigInt(text.replace('.', '')), d: 10n ** BigInt(places.length) };
}

export const times = (...factors: readonly Ratio[]): Ratio =>
  factors.reduce((a, b) => ({ n: a.n * b.n, d: a.d * b.d }), { n: 1n, d: 1n });

export const plus = (a: Ratio, b: Ratio): Ratio => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });

export const minus = (a: Ratio, b: Ratio): Ratio => plus(a, { n: -b.n, d: b.d });

/** -1, 0 or 1, as the first is less than, equal to or more than the second. */
export function compare(a: Ratio, b: Ratio): -1 | 0 | 1 {
  const [left, right] = [a.n * b.d, b.n * a.d];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The nearest whole number; a half goes away from zero (四舍五入): 2.5 -> 3, -2.5 -> -3. */
export function round({ n, d }: Ratio): bigint {
  // Division of whole numbers goes towards zero.
  return (2n * n + (n < 0n ? -d : d)) / (2n * d);
}

/** A fraction as a plain decimal of at most `places` places, rounded as `round` does, without idle zeros. */
export function decimalText(value: Ratio, places: number): string {
  const scaled = round(times(value, ratio(10n ** BigInt(places))));
  const sign = scaled < 0n ? '-' : '';
  const digits = String(scaled)
    .replace('-', '')
    .padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const rest = places > 0 ? digits.slice(-places).replace(/0+$/, '') : '';
  return rest ? `${sign}${whole}.${rest}` : `${sign}${whole}`;
}
