import type { FieldProblem } from '../problem.ts';

/**
 * A length of time as rules give it (期间). `sameDay`: until business closes on the day it starts. `named`: nothing is counted, somebody
 * has said by when.
 */
export type Period =
  | { unit: 'hours' | 'days' | 'workingDays' | 'weeks' | 'months'; n: number }
  | { unit: 'sameDay' }
  | { unit: 'named' };

export type CountedUnit = Extract<Period, { n: number }>['unit'];

/** The largest `n` of each unit, some ten years; `workingDays` are counted one by one, which bounds that. */
export const PERIOD_MAX: Record<CountedUnit, number> = {
  hours: 87_840,
  days: 3660,
  workingDays: 3660,
  weeks: 520,
  months: 120,
};

/** What is wrong with a period; the path is a JSON pointer into it. */
export function periodProblems(period: Period): FieldProblem[] {
  if (!('n' in period)) return [];
  const max = PERIOD_MAX[period.unit];
  if (Number.isInteger(period.n) && period.n >= 1 && period.n <= max) return [];
  return [
    {
      path: '/n',
      code: 'out-of-range',
      detail: {
        en: `Give a whole number of ${period.unit} from 1 to ${max}.`,
        zh: `请填写 1 至 ${max} 的整数。`,
      },
    },
  ];
}
