import * as z from 'zod/mini';
import { day, id, prose, text, utc } from '../../shared/fields.ts';
import { Listed } from '../../shared/obligations/index.ts';
import { channels, recipients, stepKinds } from '../../shared/policy/index.ts';
import { reason, shownPeriod } from '../../shared/time/schema.ts';
import { posts } from './rules.ts';

const step = z.strictObject({
  n: z.int(),
  at: utc,
  kind: z.enum(stepKinds),
  to: z.array(z.enum(recipients)),
  channels: z.array(z.enum(channels)),
  critical: z.boolean(),
  merge: z.boolean(),
  /** When it was told. */
  sentAt: z.optional(utc),
});

/** One obligation with how its due moment was reckoned and who is told when. */
export const ObligationView = z.strictObject({
  ...Listed.shape,
  provisional: z.boolean(),
  key: z.string(),
  ruleTitle: text,
  startAt: utc,
  period: shownPeriod,
  policyVersion: z.int(),
  calendarVersion: z.string(),
  zone: z.string(),
  /** In words, a sentence a line. */
  explanation: text,
  reasons: z.array(reason),
  steps: z.array(step),
  endedAt: z.optional(utc),
  evidence: z.optional(z.record(z.string(), z.unknown())),
  version: z.int(),
});

/** Something that happened to an obligation: a reminder with whom it went to, a due moment counted again. */
export const ObligationEvent = z.strictObject({
  id: id('event'),
  type: z.string(),
  at: utc,
  actor: z.string(),
  requestId: z.string(),
  object: id('obligation'),
  data: z.record(z.string(), z.unknown()),
  seq: z.int(),
  prev: z.string(),
  hash: z.string(),
});

/** Steps of ladders, the two daily lists, and what becomes somebody's at once: a service order, a ticket handed over. */
export const messageKinds = [...stepKinds, 'digest', 'endOfDay', 'order', 'handover'] as const;

/** A message in a person's inbox (站内信). */
export const InboxMessage = z.strictObject({
  id: id('message'),
  at: utc,
  kind: z.enum(messageKinds),
  title: text,
  text,
  critical: z.boolean(),
  objectId: z.optional(z.string()),
  obligationId: z.optional(id('obligation')),
  ruleId: z.optional(z.string()),
  propertyId: z.optional(id('property')),
  dueAt: z.optional(utc),
  readAt: z.optional(utc),
});
export type InboxMessage = z.infer<typeof InboxMessage>;

/** A page of the inbox; `unread` counts up to 100, `unreadMore` says that there are more. */
export const InboxPage = z.strictObject({
  items: z.array(InboxMessage),
  next: z.optional(z.string()),
  unread: z.int(),
  unreadMore: z.boolean(),
});

const signature = z.strictObject({
  at: utc,
  by: id('staff'),
  /** The same person signed for both posts, for nobody else might. */
  alone: z.optional(z.literal(true)),
});

/** What lists show of the end of a day in a property (日清): how much was unfinished, who has signed (DUTY-5). */
export const DayEnd = z.strictObject({
  id: id('dayEnd'),
  propertyId: id('property'),
  /** In the property's zone. */
  day,
  /** When it was listed. */
  at: utc,
  /** Unfinished then, counted up to 500; `more` says that there were more. */
  count: z.int(),
  more: z.boolean(),
  desk: z.optional(signature),
  supervisor: z.optional(signature),
  openSteps: z.array(z.enum(posts)),
});

/** One with what was listed: the first 40 as they were then, and whom it was sent to. */
export const DayEndView = z.strictObject({
  ...DayEnd.shape,
  lines: z.array(
    z.pick(Listed, {
      id: true,
      objectId: true,
      objectKind: true,
      ruleId: true,
      dueAt: true,
      ownerId: true,
      title: true,
    }),
  ),
  to: z.array(id('staff')),
  /** The supervisor's. */
  note: z.optional(z.string()),
});

export const NewSignature = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('desk') }),
  z.strictObject({ as: z.literal('supervisor'), note: z.optional(prose(1000)) }),
]);
