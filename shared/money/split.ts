import type { Fen } from './fen.ts';

/**
 * Splits an amount in proportion to weights so that the parts add up to it: each gets its whole share, and the fen left
 * over go one each to the largest remainders, of equal ones to the first. Each part is less than one fen away from its
 * exact share. Weights are whole, none negative, not all zero (RangeError).
 */
export function split(total: Fen, weights: readonly number[]): Fen[] {
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new RangeError('weights are whole and not negative');
  }
  const sum = weights.reduce((all, weight) => all + BigInt(weight), 0n);
  if (sum === 0n) throw new RangeError('nothing to split by');
  const size = BigInt(Math.abs(total));
  const shares = weights.map((weight) => {
    const exact = size * BigInt(weight);
    return { part: exact / sum, left: exact % sum };
  });
  let rest = size - shares.reduce((all, { part }) => all + part, 0n);
  // The order of equal remainders stays as it is.
  for (const share of shares.toSorted((a, b) => Number(b.left - a.left))) {
    if (rest === 0n) break;
    share.part += 1n;
    rest -= 1n;
  }
  // The sign goes on before it is a number again: there is no negative zero among whole ones.
  const sign = BigInt(Math.sign(total));
  return shares.map(({ part }) => Number(sign * part));
}
