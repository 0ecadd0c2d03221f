import { type Fen, yuan } from '../../shared/money/index.ts';
import { addMonths } from '../../shared/time/index.ts';
import type { Collection } from './schema.ts';

/** Counters of fees: month -> figures in fen (see `moneyOf` for what each means). */
export type FeeFigures = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Months of the trend, the last being the report's. */
const trendMonths = 12;

/** Sums of an attribute's figures over the months they happened in and the due months they are about. */
function sumOf(
  figures: FeeFigures,
  attribute: 'in' | 'off',
  happened: (month: string) => boolean,
  due: (month: string) => boolean,
): Fen {
  let sum = 0;
  for (const [month, of] of figures) {
    if (!happened(month)) continue;
    for (const [name, n] of Object.entries(of)) {
      if (name.startsWith(`${attribute}:`) && due(name.slice(attribute.length + 1))) sum += n;
    }
  }
  return sum;
}

const chargedOf = (figures: FeeFigures, due: (month: string) => boolean): Fen =>
  [...figures].reduce((sum, [month, { charged = 0 }]) => (due(month) ? sum + charged : sum), 0);

export interface Part {
  collected: Fen;
  due: Fen;
}

/**
 * GOAL-6. `current`: of what became due from January up to and with the month, less what was taken back, how much is paid by the
 * month's end, whenever that was. `prior`: of what was open of earlier years when the year began, how much came in since.
 */
export function collectionOf(figures: FeeFigures, month: string): { current: Part; prior: Part } {
  const january = `${month.slice(0, 4)}-01`;
  const upTo = (one: string) => one <= month;
  const thisYear = (one: string) => one >= january && one <= month;
  const before = (one: string) => one < january;
  return {
    current: {
      collected: sumOf(figures, 'in', upTo, thisYear),
      due: chargedOf(figures, thisYear) - sumOf(figures, 'off', upTo, thisYear),
    },
    prior: {
      collected: sumOf(figures, 'in', thisYear, before),
      due:
        chargedOf(figures, before) -
        sumOf(figures, 'in', before, before) -
        sumOf(figures, 'off', upTo, before),
    },
  };
}

/** What was due by a month's end and not paid by then. */
export function arrearsOf(figures: FeeFigures, month: string): Fen {
  const upTo = (one: string) => one <= month;
  return chargedOf(figures, upTo) - sumOf(figures, 'in', upTo, upTo) - sumOf(figures, 'off', upTo, upTo);
}

/** The months up to and with one. */
export const monthsUpTo = (month: string, n = trendMonths): string[] =>
  Array.from({ length: n }, (_, i) => addMonths(`${month}-01`, i + 1 - n).slice(0, 7));

export const shareOf = ({ collected, due }: Part): number | null =>
  due > 0 ? Math.round((collected / due) * 10_000) / 10_000 : null;

/** What each dunning step of a month asked for, and how much of it came in within seven days. */
export function effectOf(of: Readonly<Record<string, number>>): Collection['steps'] {
  const steps = new Set(Object.keys(of).map((name) => name.slice(0, name.indexOf(':'))));
  return [...steps]
    .sort()
    .map((step) => {
      const asked = of[`${step}:asked`] ?? 0;
      const came = of[`${step}:in7`] ?? 0;
      return {
        step,
        told: of[`${step}:told`] ?? 0,
        asked: yuan(asked),
        cameIn: yuan(came),
        share: shareOf({ collected: came, due: asked }),
      };
    })
    .filter(({ told, cameIn }) => told > 0 || cameIn !== '0.00');
}

export const shownPart = (part: Part) => ({
  collected: yuan(part.collected),
  due: yuan(part.due),
  share: shareOf(part),
});
