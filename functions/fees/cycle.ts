import * as z from 'zod/mini';
import { form } from '../../shared/forms.ts';
import { addDays, addMonths, type Day, daysBetween } from '../../shared/time/index.ts';

/** How often a fee is charged (计费周期). `once`: not by bill runs. */
export const cycleKinds = ['month', 'quarter', 'halfYear', 'year', 'once'] as const;
export type CycleKind = (typeof cycleKinds)[number];

const monthsOf = { month: 1, quarter: 3, halfYear: 6, year: 12 } as const;

/** One cycle of the calendar: `2026-10`, `2026-Q4`, `2026-H2`, `2026`; both days are of it. */
export interface Cycle {
  name: string;
  kind: Exclude<CycleKind, 'once'>;
  from: Day;
  to: Day;
  months: number;
  days: number;
}

export const cycleName = /* @__PURE__ */ z
  .string()
  .check(
    /* @__PURE__ */ form(
      /^(19[5-9]\d|20\d\d|21\d\d)(-(0[1-9]|1[0-2])|-Q[1-4]|-H[12])?$/,
      'A month, quarter, half-year or year such as 2026-10, 2026-Q4, 2026-H2, 2026.',
      '须为月、季、半年或年，例如 2026-10、2026-Q4、2026-H2、2026。',
    ),
  )
  .register(z.globalRegistry, {
    description: 'A month `2026-10`, quarter `2026-Q4`, half-year `2026-H2` or year `2026`',
    examples: ['2026-10'],
  });

/** The cycle of a name as `cycleName` allows it. */
export function cycleOf(name: string): Cycle {
  const year = name.slice(0, 4);
  const part = name.slice(5);
  const kind =
    part === '' ? 'year' : part[0] === 'Q' ? 'quarter' : part[0] === 'H' ? 'halfYear' : ('month' as const);
  const months = monthsOf[kind];
  const nth = kind === 'month' ? Number(part) : kind === 'year' ? 1 : Number(part[1]);
  const first = (nth - 1) * months + 1;
  const from = `${year}-${String(first).padStart(2, '0')}-01`;
  const to = addDays(addMonths(from, months), -1);
  return { name, kind, from, to, months, days: daysBetween(from, to) + 1 };
}

/** The cycle of a kind that a day is in. */
export function cycleAround(day: Day, kind: Cycle['kind']): Cycle {
  const year = day.slice(0, 4);
  const nth = Math.ceil(Number(day.slice(5, 7)) / monthsOf[kind]);
  const names = {
    month: day.slice(0, 7),
    quarter: `${year}-Q${nth}`,
    halfYear: `${year}-H${nth}`,
    year,
  };
  return cycleOf(names[kind]);
}

export const cycleBefore = (cycle: Cycle): Cycle => cycleAround(addDays(cycle.from, -1), cycle.kind);
