import type { Text } from '../text.ts';
import { decimal, type Ratio, ratio, round, times } from './ratio.ts';

/** An amount of money (金额) in whole fen of CNY: an integer, never a float that stands for yuan (FEE-2). */
export type Fen = number;

/** Amounts stay below 10^11 yuan each, so that the sum of nine hundred of the largest is still exact. */
export const MAX_FEN: Fen = 9_999_999_999_999;

/** What is wrong with a decimal of at most `digits` digits before the point and `places` after it. */
export function decimalProblem(
  text: string,
  { places, digits, zero }: { places: number; digits: number; zero: boolean },
): Text | undefined {
  if (/^-\d/.test(text)) return { en: 'It may not be negative (FEE-2).', zh: '不得为负数（FEE-2）。' };
  if (!/^(0|[1-9]\d*)(\.\d+)?$/.test(text)) {
    return {
      en: 'Write a plain decimal such as 128.50 (FEE-2).',
      zh: '请填写普通十进制数，例如 128.50（FEE-2）。',
    };
  }
  if (new RegExp(`\\.\\d{${places + 1}}`).test(text)) {
    return { en: `At most ${places} decimal places (FEE-2).`, zh: `最多 ${places} 位小数（FEE-2）。` };
  }
  if (new RegExp(`^\\d{${digits + 1}}`).test(text)) {
    const limit = 10 ** digits;
    return { en: `Less than ${limit} (FEE-2).`, zh: `须小于 ${limit}（FEE-2）。` };
  }
  if (!zero && /^[0.]*$/.test(text)) {
    return { en: 'More than zero (FEE-2).', zh: '须大于零（FEE-2）。' };
  }
  return undefined;
}

/** The fen of a decimal of yuan that `decimalProblem` finds nothing wrong with. Throws RangeError beyond two places. */
export function fenOf(yuan: string): Fen {
  const exact = times(decimal(yuan), ratio(100));
  if (exact.n % exact.d !== 0n) throw new RangeError('more than two places');
  return toFen(exact);
}

/** An exact number of fen, rounded once: half a fen goes away from zero. Throws RangeError past `MAX_FEN`. */
export function toFen(exact: Ratio): Fen {
  const fen = Number(round(exact));
  if (Math.abs(fen) > MAX_FEN) throw new RangeError('an amount past what the books can hold');
  return fen;
}

/** Fen as the API writes amounts: yuan with two places, `-3.00`. */
export function yuan(fen: Fen): string {
  if (!Number.isSafeInteger(fen)) throw new RangeError('not a whole number of fen');
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A price in yuan (with its many places) times exact factors, as an exact number of fen. */
export const priced = (price: string, ...factors: readonly Ratio[]): Ratio =>
  times(decimal(price), ratio(100), ...factors);
