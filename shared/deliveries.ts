import type { Delivery } from './delivery.ts';
import { type Endpoint, subscribers } from './endpoints.ts';
import { events } from './events.ts';
import type { DomainEvent } from './history.ts';
import { derivedId } from './ids.ts';
import { at, dueAt, keys, lists } from './keys.ts';
import { type ReminderData, wording } from './obligations/words.ts';
import type { QueueMessage } from './queues.ts';
import type { Item, Write } from './table.ts';
import type { Text } from './text.ts';
import { msOf } from './time/index.ts';

export { Delivery, deliveryStatuses, parseDelivery } from './delivery.ts';

/** What is to be told. `event` is the body of a webhook; people get title and text. */
export interface Message {
  title: Text;
  text: Text;
  event?: Record<string, unknown> | undefined;
}

/** How long the delivery log is kept, in seconds (90 days). */
const keptSeconds = 90 * 86_400;

/** The item of a delivery: in the log, and in the due index at `wakeAt` (ISO instant) while it is not done. */
export function deliveryItem(tenantId: string, delivery: Delivery, wakeAt?: string): Item {
  const { message, version, ...list } = delivery;
  const key = keys.delivery(tenantId, delivery.id);
  const sort = at(delivery.createdAt, delivery.id);
  return {
    ...key,
    et: 'delivery',
    v: version,
    list,
    rest: { message },
    g1pk: lists.deliveries(tenantId),
    g1sk: sort,
    ...(delivery.webhookId !== undefined && {
      g2pk: lists.deliveriesOfWebhook(tenantId, delivery.webhookId),
      g2sk: sort,
    }),
    ...(wakeAt !== undefined && dueAt(key, wakeAt)),
    ttl: Math.floor(Date.parse(delivery.createdAt) / 1000) + keptSeconds,
  };
}

/** A delivery about to be written, and what its queue is told after the write. */
export interface Planned {
  delivery: Delivery;
  /** Expects that it is not there: a second copy of the event makes no second delivery. */
  write: Write;
  queueMessage: Extract<QueueMessage, { kind: 'due' }>;
}

function planned(tenantId: string, bare: Omit<Delivery, 'status' | 'attempts' | 'version'>): Planned {
  const delivery: Delivery = { ...bare, status: 'pending', attempts: 0, version: 1 };
  const item = deliveryItem(tenantId, delivery, delivery.nextAt);
  return {
    delivery,
    write: { put: item, expect: 'new' },
    queueMessage: { kind: 'due', tenantId, pk: item.pk, sk: item.sk },
  };
}

/** The delivery of an event to an endpoint, due at once; its id follows from the two. `now` in milliseconds. */
export function deliveryFor(
  tenantId: string,
  endpoint: Pick<Endpoint, 'id' | 'kind'>,
  event: DomainEvent,
  now: number,
): Planned {
  const moment = new Date(now).toISOString();
  return planned(tenantId, {
    id: derivedId('delivery', endpoint.id, event.id),
    channel: endpoint.kind,
    type: event.type,
    webhookId: endpoint.id,
    createdAt: moment,
    nextAt: moment,
    message: messageOf(event, endpoint.kind === 'webhook'),
  });
}

/**
 * The deliveries of an event to every endpoint it is for. To be written with `expect: 'new'` as they come, then their
 * `queueMessage`s sent; what is not sent the sweeper finds.
 */
export const fanOut = (
  tenantId: string,
  endpoints: readonly Endpoint[],
  event: DomainEvent,
  now: number,
): Planned[] => subscribers(endpoints, event).map((endpoint) => deliveryFor(tenantId, endpoint, event, now));

/** A mail to a member of staff or a customer, or to the office's owner where none is named. `source` makes its id. */
export function mailFor(
  tenantId: string,
  to: { staffId?: string | undefined; customerId?: string | undefined },
  type: string,
  source: readonly string[],
  message: Message,
  now: number,
): Planned {
  const moment = new Date(now).toISOString();
  return planned(tenantId, {
    id: derivedId('delivery', 'email', to.staffId ?? to.customerId ?? tenantId, ...source),
    channel: 'email',
    type,
    ...(to.staffId !== undefined && { staffId: to.staffId }),
    ...(to.customerId !== undefined && { customerId: to.customerId }),
    createdAt: moment,
    nextAt: moment,
    message: { title: message.title, text: message.text },
  });
}

/** An event as webhooks and robots get it; only webhooks get its data. */
function messageOf(event: DomainEvent, whole: boolean): Delivery['message'] {
  const { id, type, at, object, actor, data } = event;
  const words =
    'obligationId' in data && 'steps' in data
      ? wording(data as unknown as ReminderData, msOf(at))
      : plain(event);
  return { ...words, ...(whole && { event: { type, timestamp: at, id, object, actor, data } }) };
}

function plain({ type, object, data }: DomainEvent): { title: Text; text: Text } {
  const title = events[type] ?? { en: type, zh: type };
  const about = typeof data.title === 'string' ? `${data.title}\n${object}` : object;
  return { title, text: { en: about, zh: about } };
}
