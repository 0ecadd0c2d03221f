import * as z from 'zod/mini';
import { cursor, id, instant, limit, line, page, phone, prose, utc, zone } from '../../shared/fields.ts';
import {
  answers,
  causes,
  channels,
  contactKinds,
  givens,
  grades,
  handlings,
  kinds,
  levels,
  statuses,
  steps,
} from './life.ts';

const score = z.int().check(z.minimum(1), z.maximum(10));

const reporter = {
  name: z.optional(line(80)),
  phone: z.optional(phone),
  customerId: z.optional(id('customer')),
};

/** A contact as it is taken (客户来电来访登记表, TICKET-1): time, place, people, what. */
export const NewTicket = z.strictObject({
  kind: z.enum(contactKinds),
  grade: z.optional(z.enum(grades)),
  handling: z._default(z.enum(handlings), 'simple'),
  urgent: z._default(z.boolean(), false),
  channel: z.enum(channels),
  propertyId: id('property'),
  unitId: z.optional(id('unit')),
  category: z.optional(line(60)),
  place: z.optional(line(200)),
  title: line(120),
  description: z.optional(prose(4000)),
  reporter: z.optional(z.strictObject(reporter)),
  occurredAt: z.optional(instant),
  /** When the contact was taken, where it is recorded later than that; deadlines run from it. */
  receivedAt: z.optional(instant),
  externalId: z.optional(line(128)),
});
export type NewTicket = z.output<typeof NewTicket>;

/** A service order (服务单, TICKET-6): who, what, by when, given by word of mouth or on paper. */
export const NewOrder = z.strictObject({
  assigneeId: id('staff'),
  what: prose(1000),
  dueAt: instant,
  given: z.enum(givens),
});

export const Progress = z.strictObject({ note: prose(2000), delayReason: z.optional(prose(500)) });

export const Resolution = z.strictObject({ what: prose(2000), cause: z.optional(z.enum(causes)) });

/** What a callback asks (回访记录表, CALLBACK-3). */
export const asked = {
  attitude: z.enum(answers),
  quality: z.enum(answers),
  charged: z.boolean(),
  cashTaken: z.boolean(),
  solved: z.boolean(),
  score,
  note: z.optional(prose(1000)),
};

const method = z.enum(['phone', 'visit']);

/** One callback, reached or not, or what the supervisor decided when nobody was ever reached (CALLBACK-6). */
export const NewCallback = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('satisfied'),
    method,
    ...asked,
    solved: z.literal(true),
    signature: z.optional(z.strictObject({ attachmentId: id('attachment') })),
  }),
  z.strictObject({
    outcome: z.literal('unsatisfied'),
    method,
    ...asked,
    reason: prose(1000),
    signature: z.optional(z.strictObject({ attachmentId: id('attachment') })),
  }),
  z.strictObject({ outcome: z.literal('unreached'), method, note: z.optional(prose(1000)) }),
  z.strictObject({
    outcome: z.literal('decided'),
    decision: z.enum(['keepTrying', 'setAside', 'reopen']),
    reason: prose(1000),
  }),
]);
export type NewCallback = z.output<typeof NewCallback>;

export const NewHandover = z.strictObject({ toStaffId: id('staff'), reason: line(500) });

export const NewEscalation = z.strictObject({
  to: z.enum(levels),
  reason: prose(1000),
  emergency: z._default(z.boolean(), false),
});

export const NewReport = z.strictObject({ text: prose(2000) });

export const Withdrawal = z.strictObject({ reason: prose(1000) });

export const NewLink = z.strictObject({ duplicateOf: id('ticket') });

/** A signature: an image or scan kept as an attachment, or the name typed on the one-time page. */
const signature = z.union([
  z.strictObject({ attachmentId: z.string() }),
  z.strictObject({ name: z.string(), confirmedAt: utc }),
]);

const Attachment = z.strictObject({
  id: id('attachment'),
  name: z.string(),
  contentType: z.string(),
  size: z.int(),
  at: utc,
});

const summary = {
  id: id('ticket'),
  version: z.int(),
  kind: z.enum(kinds),
  grade: z.optional(z.enum(grades)),
  handling: z.enum(handlings),
  urgent: z.boolean(),
  status: z.enum(statuses),
  title: z.string(),
  category: z.optional(z.string()),
  propertyId: id('property'),
  unitId: z.optional(id('unit')),
  ownerId: z.optional(id('staff')),
  createdAt: utc,
  dueAt: z.optional(utc),
};

/** A ticket as lists show it. */
export const TicketSummary = z.strictObject(summary);

/** A ticket (工单): a contact with all that became of it. */
export const Ticket = z.strictObject({
  ...summary,
  channel: z.enum(channels),
  place: z.optional(z.string()),
  description: z.optional(z.string()),
  reporter: z.optional(
    z.strictObject({
      ...reporter,
      /** in place of the number, to staff who neither read customers' files nor have the ticket in hand */
      maskedPhone: z.optional(z.string()),
    }),
  ),
  occurredAt: z.optional(utc),
  receivedAt: z.optional(utc),
  externalId: z.optional(z.string()),
  recordedBy: z.string(),
  rework: z.int(),
  escalatedTo: z.optional(z.enum(levels)),
  order: z.optional(
    z.strictObject({
      assigneeId: id('staff'),
      what: z.string(),
      dueAt: utc,
      given: z.enum(givens),
      at: utc,
      by: z.string(),
    }),
  ),
  resolution: z.optional(
    z.strictObject({ what: z.string(), cause: z.optional(z.enum(causes)), at: utc, by: z.string() }),
  ),
  attempts: z.int(),
  callback: z.optional(
    z.strictObject({
      outcome: z.enum(['satisfied', 'unsatisfied']),
      method: z.enum(['phone', 'visit', 'link']),
      ...asked,
      note: z.optional(z.string()),
      reason: z.optional(z.string()),
      signature: z.optional(signature),
      at: utc,
      by: z.string(),
    }),
  ),
  duplicateOf: z.optional(id('ticket')),
  duplicates: z.array(id('ticket')),
  attachments: z.array(Attachment),
  obligations: z.array(
    z.strictObject({ id: id('obligation'), key: z.string(), ruleId: z.string(), dueAt: utc }),
  ),
  openSteps: z.array(z.enum(steps)),
});
export type TicketView = z.output<typeof Ticket>;

export const TicketEvent = z.strictObject({
  id: id('event'),
  type: z.string(),
  at: utc,
  actor: z.string(),
  requestId: z.string(),
  object: id('ticket'),
  data: z.record(z.string(), z.unknown()),
  seq: z.int(),
  prev: z.string(),
  hash: z.string(),
});

export const ListQuery = z.strictObject({
  view: z.optional(z.enum(['desk', 'unowned', 'overdue', 'unfinished', 'open'])),
  status: z.optional(z.enum(statuses)),
  propertyId: z.optional(id('property')),
  unitId: z.optional(id('unit')),
  ownerId: z.optional(id('staff')),
  /** The zone whose day `unfinished` means when no property is named. */
  zone: z.optional(zone),
  sort: z.optional(z.enum(['newest', 'due'])),
  limit,
  cursor: z.optional(cursor),
});
export type ListQuery = z.output<typeof ListQuery>;

export const EventsQuery = z.strictObject({ limit, cursor: z.optional(cursor) });

export const TicketPage = page(TicketSummary);
export const EventPage = page(TicketEvent);

export const contentTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/heic',
  'application/pdf',
  'video/mp4',
  'audio/mp4',
] as const;
export type ContentType = (typeof contentTypes)[number];

export const maxAttachmentBytes = 20 * 1024 * 1024;

export const NewAttachment = z.strictObject({
  name: line(200),
  contentType: z.enum(contentTypes),
  size: z.int().check(z.minimum(1), z.maximum(maxAttachmentBytes)),
});

/** Where to put the file: PUT with exactly these headers before `expiresAt`, then call `complete`. */
export const Upload = z.strictObject({
  id: id('attachment'),
  url: z.string(),
  method: z.literal('PUT'),
  headers: z.record(z.string(), z.string()),
  expiresAt: utc,
});

export const Download = z.strictObject({
  id: id('attachment'),
  name: z.string(),
  contentType: z.enum(contentTypes),
  size: z.int(),
  url: z.string(),
  expiresAt: utc,
});

export const ConfirmationLink = z.strictObject({ url: z.string(), expiresAt: utc });
