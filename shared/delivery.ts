import * as z from 'zod/mini';
import { endpointKinds } from './endpoints.ts';
import { id, text, utc } from './fields.ts';
import type { Item } from './table.ts';

/*
 * The shape of a delivery, apart from what makes them (deliveries.ts): a function that only makes mails does not carry it.
 */

/** `sending`: an attempt has begun and its end is not recorded yet. `unknown`: sent, and no answer came. */
export const deliveryStatuses = ['pending', 'sending', 'delivered', 'failed', 'unknown'] as const;

/** One message to one target (投递), over all attempts; it is its own log entry. */
export const Delivery = z.object({
  id: id('delivery'),
  channel: z.enum([...endpointKinds, 'email']),
  /** Type of the event, or kind of the message. */
  type: z.string(),
  webhookId: z.optional(id('webhook')),
  /** Whose mailbox; the office's own where none of these is given. */
  staffId: z.optional(id('staff')),
  customerId: z.optional(id('customer')),
  status: z.enum(deliveryStatuses),
  /** Attempts begun. */
  attempts: z.int(),
  createdAt: utc,
  /** When the next attempt is due. */
  nextAt: z.optional(utc),
  startedAt: z.optional(utc),
  endedAt: z.optional(utc),
  /** How the last attempt went: codes and fixed words only. */
  detail: z.optional(z.string()),
  httpStatus: z.optional(z.int()),
  message: z.object({
    title: text,
    text,
    event: z.optional(z.record(z.string(), z.unknown())),
  }),
  version: z.int(),
});
export type Delivery = z.infer<typeof Delivery>;

export const parseDelivery = (item: Item): Delivery =>
  Delivery.parse({ ...item.list, ...item.rest, version: item.v });
