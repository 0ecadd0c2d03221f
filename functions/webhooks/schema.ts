import * as z from 'zod/mini';
import { deliveryStatuses } from '../../shared/deliveries.ts';
import { endpointKinds, eventPattern } from '../../shared/endpoints.ts';
import { id, line, text, utc } from '../../shared/fields.ts';

const kind = z.enum(endpointKinds);
const url = z.string().check(z.minLength(1), z.maxLength(2048));
const events = z.array(eventPattern).check(
  z.minLength(1),
  z.maxLength(50),
  z.refine((all) => new Set(all).size === all.length, {
    params: { text: { en: 'Nothing twice.', zh: '不得重复。' } },
  }),
);
const language = z.enum(['zh', 'en']);
/** What DingTalk and Feishu give for signed requests (加签). */
const robotSecret = z.string().check(z.regex(/^[\x21-\x7e]{8,128}$/));

export const NewWebhook = z.strictObject({
  kind: z._default(kind, 'webhook'),
  name: z.optional(line(80)),
  /** Of a webhook https and public; of a robot the address its group shows, key included. */
  url,
  robotSecret: z.optional(robotSecret),
  events,
  language: z._default(language, 'zh'),
});
export type NewWebhook = z.output<typeof NewWebhook>;

export const WebhookChange = z.partial(
  z.strictObject({
    name: z.nullable(line(80)),
    url,
    robotSecret: z.nullable(robotSecret),
    events,
    language,
    active: z.boolean(),
  }),
);

export const Rotation = z.strictObject({
  overlapHours: z._default(z.int().check(z.minimum(0), z.maximum(168)), 24),
});

const fields = {
  id: id('webhook'),
  kind,
  name: z.optional(z.string()),
  /** A robot's without its key. */
  url: z.string(),
  events: z.array(z.string()),
  language,
  active: z.boolean(),
  /** It answered that it is gone (410, robot removed) and was switched off. */
  disabledAt: z.optional(utc),
  removedAt: z.optional(utc),
  /** Until when messages are also signed with the secret before the last rotation. */
  overlapUntil: z.optional(utc),
  createdAt: utc,
  version: z.int(),
};

/** A webhook or group robot (推送地址). */
export const Webhook = z.strictObject(fields);
export type Webhook = z.output<typeof Webhook>;

/** With the signing secret, shown this once: a repeated request is answered without it. */
export const ShownWebhook = z.strictObject({ ...fields, secret: z.optional(z.string()) });

/** One entry of the delivery log. */
export const DeliveryView = z.strictObject({
  id: id('delivery'),
  channel: z.string(),
  type: z.string(),
  webhookId: id('webhook'),
  status: z.enum(deliveryStatuses),
  attempts: z.int(),
  createdAt: utc,
  nextAt: z.optional(utc),
  startedAt: z.optional(utc),
  endedAt: z.optional(utc),
  detail: z.optional(z.string()),
  httpStatus: z.optional(z.int()),
});

/** With what was sent. */
export const WholeDelivery = z.strictObject({
  ...DeliveryView.shape,
  message: z.strictObject({ title: text, text, event: z.optional(z.record(z.string(), z.unknown())) }),
});
