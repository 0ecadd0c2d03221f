/** Money (FEE-2): integer fen, exact fractions until one rounding, parts that add up. Pure; shapes in fields.ts. */
export { decimalProblem, type Fen, fenOf, MAX_FEN, priced, toFen, yuan } from './fen.ts';
export { compare, decimal, decimalText, minus, plus, type Ratio, ratio, round, times } from './ratio.ts';
export { split } from './split.ts';
