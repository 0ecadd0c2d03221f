import * as z from 'zod/mini';
import { deliveryStatuses } from '../../shared/deliveries.ts';
import { cursor, day, id, instant, limit, line, prose, text, utc } from '../../shared/fields.ts';
import { amount, money } from '../../shared/money/fields.ts';
import { dunningKinds } from '../../shared/policy/index.ts';
import { dunningStepName } from '../../shared/policy/schema.ts';
import { decisions, states } from './model.ts';

const bills = z.optional(z.array(id('bill')).check(z.minLength(1), z.maxLength(100)));
const note = z.optional(prose(1000));

export const PromiseGiven = z.strictObject({
  /** Last day on which it is still kept. */
  until: day,
  /** Left out: all that is open on the bills. */
  amount: z.optional(amount),
  /** Left out: every bill that is asked for. */
  bills,
  note,
});

export const PlanGiven = z.strictObject({
  instalments: z.array(z.strictObject({ day, amount })).check(z.minLength(1), z.maxLength(36)),
  bills,
  note,
});

export const DisputeGiven = z.strictObject({ reason: prose(1000), bills });
export const DisputeSettled = z.strictObject({
  /** Whether the payer was right; what follows for the bills (void, reissue) is done there. */
  outcome: z.enum(['upheld', 'partly', 'rejected']),
  note: prose(1000),
});

/** How a notice was taken (文件签收). */
export const ServedGiven = z.strictObject({
  at: instant,
  outcome: z.enum(['signed', 'refused', 'left', 'posted']),
  /** Who signed, or who was there. */
  receiver: z.optional(line(80)),
  witness: z.optional(line(80)),
  attachmentId: z.optional(id('attachment')),
  note,
});

export const VisitGiven = z.strictObject({
  at: instant,
  kind: z.enum(['visit', 'call']),
  reached: z.boolean(),
  /** Who was spoken to. */
  person: z.optional(line(80)),
  /** What was said. */
  result: prose(2000),
});

export const DecisionGiven = z.strictObject({
  decision: z.enum(decisions),
  reason: prose(1000),
  until: z.optional(day),
});

export const ExceptionGiven = z.strictObject({
  stop: z.optional(z.boolean()),
  until: z.optional(day),
  /** Own days for steps, counted from the due day; null leaves the step out. */
  steps: z.optional(z.record(dunningStepName, z.nullable(z.int().check(z.minimum(-60), z.maximum(720))))),
  noLateFee: z.optional(z.boolean()),
  reason: prose(1000),
});

const place = { propertyId: id('property'), unitId: id('unit'), payerId: id('customer') };

export const ages = ['0-30', '31-60', '61-90', '90+'] as const;

export const CaseQuery = z.strictObject({
  propertyId: z.optional(id('property')),
  unitId: z.optional(id('unit')),
  /** The gravest step told; `none` before the first. */
  stage: z.optional(dunningStepName),
  state: z.optional(z.enum(states)),
  /** Days since the oldest open bill was due. */
  age: z.optional(z.enum(ages)),
  limit,
  cursor: z.optional(cursor),
});

/** A dunning case (催费单) as lists show it. */
export const ListedCase = z.strictObject({
  id: id('dunning'),
  ...place,
  state: z.enum(states),
  stage: z.optional(z.string()),
  open: money,
  oldestDue: z.optional(day),
  /** When it is looked at next. */
  nextAt: z.optional(utc),
  promisedFor: z.optional(day),
});

export const Case = z.strictObject({
  id: id('dunning'),
  ...place,
  state: z.enum(states),
  stage: z.optional(z.string()),
  open: money,
  bills: z.array(
    z.strictObject({
      id: id('bill'),
      dueDay: day,
      open: money,
      /** Steps done with: told, or covered by another message. */
      told: z.array(z.string()),
      /** Days for which its clock stood still. */
      shift: z.int(),
      paused: z.optional(z.enum(['promised', 'disputed'])),
      lateFees: z.optional(money),
    }),
  ),
  next: z.optional(z.strictObject({ step: z.string(), billId: id('bill'), at: utc })),
  nextAt: z.optional(utc),
  arrangement: z.optional(
    z.strictObject({
      id: id('promise'),
      kind: z.enum(['promise', 'plan']),
      bills: z.array(id('bill')),
      instalments: z.array(z.strictObject({ day, amount: money })),
      from: day,
      open: money,
      paid: money,
      note: z.optional(z.string()),
    }),
  ),
  dispute: z.optional(z.strictObject({ bills: z.array(id('bill')), reason: z.string(), from: day })),
  exception: z.optional(ExceptionGiven),
  decision: z.optional(
    z.strictObject({
      decision: z.enum(decisions),
      /** of `suspend`: the last day on which the case stands still; what the exception says holds again afterwards */
      until: z.optional(day),
      reason: z.string(),
      at: utc,
      by: z.string(),
    }),
  ),
  movedOut: z.boolean(),
  obligations: z.array(z.strictObject({ id: id('obligation'), ruleId: z.string() })),
  openSteps: z.array(z.string()),
  version: z.int(),
});

/** One message as it was told (催费记录): text, channels, receipts, and the amounts of that moment. */
export const LogEntry = z.strictObject({
  n: z.int(),
  caseId: id('dunning'),
  ...place,
  at: utc,
  step: z.string(),
  kind: z.enum(dunningKinds),
  title: text,
  text,
  bills: z.array(
    z.strictObject({
      id: id('bill'),
      cycle: z.string(),
      dueDay: day,
      total: money,
      open: money,
      daysLate: z.int(),
    }),
  ),
  total: money,
  lateFees: z.array(
    z.strictObject({
      billId: id('bill'),
      from: day,
      to: day,
      days: z.int(),
      base: money,
      rate: z.string(),
      amount: money,
      words: text,
    }),
  ),
  channels: z.array(z.enum(['email', 'webhook'])),
  /** What became of it on its way, as far as it is known by now. */
  receipts: z.array(
    z.strictObject({
      channel: z.string(),
      deliveryId: id('delivery'),
      status: z.enum(deliveryStatuses),
      at: z.optional(utc),
    }),
  ),
  obligationId: z.optional(id('obligation')),
  policyVersion: z.int(),
});
