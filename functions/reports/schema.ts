import * as z from 'zod/mini';
import { id, month, text, utc } from '../../shared/fields.ts';
import { money } from '../../shared/money/fields.ts';
import { contactKinds } from '../tickets/life.ts';

export const GoalsQuery = z.strictObject({ month, propertyId: z.optional(id('property')) });

/** One figure of the supervision report (目标) against its goal; null where there is nothing to count yet. */
export const Goal = z.strictObject({
  id: z.enum(['GOAL-1', 'GOAL-2', 'GOAL-3', 'GOAL-4', 'GOAL-5', 'GOAL-6']),
  title: text,
  numerator: z.int(),
  denominator: z.int(),
  value: z.nullable(z.number()),
  goal: z.number(),
  bound: z.enum(['atLeast', 'atMost']),
  met: z.nullable(z.boolean()),
  note: z.optional(text),
});
export type Goal = z.infer<typeof Goal>;

const counts = {
  total: z.int(),
  ...(Object.fromEntries(contactKinds.map((kind) => [kind, z.int()])) as Record<
    (typeof contactKinds)[number],
    z.ZodMiniNumberFormat
  >),
};

/** How many tickets there were of something, the most first. */
const tally = z.array(z.strictObject({ value: z.string(), ...counts }));

/** What tickets were about (TICKET-14). */
export const Analysis = z.strictObject({
  category: tally,
  place: tally,
  cause: tally,
  unit: tally,
  /** Complaints and repairs that came more than once from one unit or place in one category. */
  repeated: z.array(z.strictObject({ where: z.string(), category: z.optional(z.string()), ...counts })),
});
export type Analysis = z.infer<typeof Analysis>;

export const GoalsReport = z.strictObject({
  month,
  propertyId: z.optional(id('property')),
  /** Up to when it is counted; what just happened may be missing for some seconds. */
  asOf: utc,
  goals: z.array(Goal),
  analysis: Analysis,
});

const part = z.strictObject({ collected: money, due: money, share: z.nullable(z.number()) });

/** How fees come in (收缴率, GOAL-6). */
export const Collection = z.strictObject({
  month,
  propertyId: z.optional(id('property')),
  asOf: utc,
  /** Of what became due this year up to and with the month. */
  current: part,
  /** Of what was open from earlier years when the year began. */
  prior: part,
  /** What was due and not paid at the end of each of the last twelve months. */
  arrears: z.array(z.strictObject({ month, open: money })),
  /** What each dunning step of the month asked for, and what of it came in within seven days and held. */
  steps: z.array(
    z.strictObject({
      step: z.string(),
      told: z.int(),
      asked: money,
      cameIn: money,
      share: z.nullable(z.number()),
    }),
  ),
});
export type Collection = z.infer<typeof Collection>;
