import * as z from 'zod/mini';
import { day, id, instant, page, text, utc } from '../../shared/fields.ts';
import { type RuleId, ruleIds } from '../../shared/policy/index.ts';
import { policyOverride, policyShape } from '../../shared/policy/schema.ts';
import { calendarConfig, deadlineShape, period } from '../../shared/time/schema.ts';

/** A policy version as it was saved: never changed afterwards. */
export const SavedVersion = z.strictObject({
  version: z.int(),
  effectiveFrom: day,
  savedAt: utc,
  savedBy: z.string(),
  override: policyOverride,
});
export type SavedVersion = z.infer<typeof SavedVersion>;

export const VersionPage = page(SavedVersion);

/** The policy of a day, and which versions are still to come. */
export const PolicyAnswer = z.strictObject({
  day,
  policy: policyShape,
  /** What the office set differently; absent where the standard pack holds unchanged. */
  override: z.optional(policyOverride),
  /** Number of the version saved last, in force or not; the entity tag. */
  latest: z.int(),
  upcoming: z.array(z.strictObject({ version: z.int(), effectiveFrom: day })),
});
export type PolicyAnswer = z.infer<typeof PolicyAnswer>;

export const CalendarAnswer = z.strictObject({
  ...calendarConfig.shape,
  /** Named in every deadline counted with this calendar. */
  calendarVersion: z.string(),
  /** This year and the two after it: whether the calendar is published (TIME-7). */
  outlook: z.array(z.strictObject({ year: z.int(), published: z.boolean() })),
});
export type CalendarAnswer = z.infer<typeof CalendarAnswer>;

export const PreviewRequest = z
  .strictObject({
    propertyId: z.optional(id('property')),
    ruleId: z.optional(z.enum(ruleIds as [RuleId, ...RuleId[]])),
    period: z.optional(period),
    startAt: instant,
  })
  .check(
    z.refine((body) => (body.ruleId === undefined) !== (body.period === undefined), {
      path: ['ruleId'],
      params: { text: { en: 'Give either ruleId or period.', zh: '请提供 ruleId 或 period 之一。' } },
    }),
  );

export const PreviewAnswer = z.strictObject({
  startAt: utc,
  dueAt: utc,
  period,
  policyVersion: z.int(),
  rule: z.optional(
    z.strictObject({ id: z.string(), title: text, basis: z.enum(['regulation', 'house', 'office']) }),
  ),
  deadline: deadlineShape,
  explanation: text,
});
