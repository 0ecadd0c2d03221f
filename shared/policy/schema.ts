import * as z from 'zod/mini';
import { roles } from '../access.ts';
import { day, text } from '../fields.ts';
import { form, must } from '../forms.ts';
import { period, shownPeriod } from '../time/schema.ts';
import { type RuleId, ruleIds } from './pack.ts';
import { channels, dunningKinds, pauseKinds, recipients, stepKinds } from './types.ts';

const atMost20 = must(
  (record: object) => Object.keys(record).length <= 20,
  'too_big',
  'At most 20 entries.',
  '最多 20 项。',
);

const whole = (from: number, to: number) => z.int().check(z.minimum(from), z.maximum(to));

const within = <U extends string>(unit: U, max: number) =>
  z.strictObject({ unit: z.literal(unit), n: whole(1, max) });

const offset = z.discriminatedUnion('unit', [
  within('hours', 8784),
  within('days', 366),
  within('workingDays', 366),
  within('weeks', 52),
]);

const offsetOrHalf = z.union([z.literal('half'), offset]);

export const ladderStep = z.strictObject({
  at: z.union([
    z.literal('due'),
    z.strictObject({ before: offsetOrHalf }),
    z.strictObject({ after: offsetOrHalf }),
  ]),
  kind: z.enum(stepKinds),
  to: z.array(z.enum(recipients)).check(z.minLength(1), z.maxLength(recipients.length)),
  channels: z.array(z.enum(channels)).check(z.minLength(1), z.maxLength(channels.length)),
  repeat: z.optional(z.strictObject({ every: offset, max: whole(1, 60) })),
  merge: z.optional(z.boolean()),
  critical: z.optional(z.boolean()),
});

export const ladder = z.array(ladderStep).check(z.minLength(1), z.maxLength(20));

/** Names of ladders; an office may add its own to the standard ones. */
export const ladderName = z
  .string()
  .check(
    form(
      /^[a-z][A-Za-z0-9]{0,31}$/,
      'Letters and digits, beginning with a lower-case letter; at most 32.',
      '须为英文字母和数字，以小写字母开头，最多 32 个字符。',
    ),
  );

const ladders = z.record(ladderName, ladder);

/** One member for every rule, so that a rule we do not have is an unknown field. */
function eachRule<S extends z.core.$ZodType>(schema: S) {
  const entries = ruleIds.map((id) => [id, schema] as const);
  return z.strictObject(Object.fromEntries(entries) as Record<RuleId, S>);
}

/** Names of dunning steps; an office may add its own to the standard ones. */
export const dunningStepName = z
  .string()
  .check(
    form(
      /^[a-z][A-Za-z0-9]{0,19}$/,
      'Letters and digits, beginning with a lower-case letter; at most 20.',
      '须为英文字母和数字，以小写字母开头，最多 20 个字符。',
    ),
  );

const dunningStep = z.strictObject({ day: whole(-60, 720), kind: z.enum(dunningKinds) });

/** A part of one, less than a tenth a day: past that a zero is missing. */
const dailyRate = z
  .string()
  .check(form(/^0\.0\d{0,7}$/, 'A rate below 0.1, such as 0.0005.', '须为小于 0.1 的日费率，例如 0.0005。'));

const pausesFor = z.array(z.enum(pauseKinds)).check(z.maxLength(pauseKinds.length));

/**
 * What an office sets differently from the standard pack, whole: a new override replaces the one before.
 * Check with `overrideProblems` as well.
 */
export const policyOverride = z.strictObject({
  effectiveFrom: day,
  rules: z.optional(
    eachRule(z.optional(z.strictObject({ period: z.optional(period), ladder: z.optional(ladderName) }))),
  ),
  ladders: z.optional(ladders.check(atMost20)),
  callbacks: z.optional(
    z.strictObject({
      attempts: z.optional(whole(1, 20)),
      repairSharePercent: z.optional(whole(0, 100)),
    }),
  ),
  quietHours: z.optional(
    z.strictObject({ respect: z.optional(z.boolean()), exceptCritical: z.optional(z.boolean()) }),
  ),
  digest: z.optional(z.strictObject({ roles: z.array(z.enum(roles)).check(z.maxLength(roles.length)) })),
  dunning: z.optional(
    z.strictObject({
      /** By name; null takes a standard step out. */
      steps: z.optional(z.record(dunningStepName, z.nullable(dunningStep)).check(atMost20)),
      restDays: z.optional(whole(0, 90)),
      lateFee: z.optional(
        z.partial(
          z.strictObject({
            on: z.boolean(),
            afterDays: whole(0, 720),
            ratePerDay: dailyRate,
            compounding: z.boolean(),
            capPercent: whole(1, 1000),
            pausesFor,
          }),
        ),
      ),
    }),
  ),
});

export type PolicyOverride = z.infer<typeof policyOverride>;

/** A whole `Policy`, as it is answered. */
export const policyShape = z.strictObject({
  version: z.int().check(z.minimum(0)),
  effectiveFrom: z.optional(day),
  rules: eachRule(
    z.strictObject({
      title: text,
      period: shownPeriod,
      ladder: ladderName,
      basis: z.enum(['regulation', 'house', 'office']),
    }),
  ),
  ladders,
  callbacks: z.strictObject({ attempts: z.int(), repairSharePercent: z.int() }),
  quietHours: z.strictObject({ respect: z.boolean(), exceptCritical: z.boolean() }),
  digest: z.strictObject({ roles: z.array(z.enum(roles)) }),
  dunning: z.strictObject({
    steps: z.record(dunningStepName, dunningStep),
    restDays: z.int(),
    lateFee: z.strictObject({
      on: z.boolean(),
      afterDays: z.int(),
      ratePerDay: z.string(),
      compounding: z.boolean(),
      capPercent: z.int(),
      pausesFor,
    }),
  }),
});
