import { noHistory } from '../../shared/history.ts';
import { type Context, created, type Reply } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { rulesFrom, rulesKeys } from '../../shared/policyStore.ts';
import type { Item, Key } from '../../shared/table.ts';
import { type Day, localDay } from '../../shared/time/index.ts';
import { available, serviceOf } from '../catalogue/model.ts';
import type { Service } from '../catalogue/schema.ts';
import { loadCase as loadAccount, patiently } from '../payments/case.ts';
import { reckoning, remember, writesOf } from '../tickets/case.ts';
import type { Ticket } from '../tickets/model.ts';
import { receive } from '../tickets/rules.ts';
import { summaryOf } from '../tickets/store.ts';
import { type Order, type OrderItem, totalOf } from './model.ts';
import type { NewOrder, QuotedItem } from './schema.ts';
import { orderWrite, viewOf } from './store.ts';
import { invalidItem } from './words.ts';

/** Keys of the services that items name, under their ids. */
export const serviceKeys = (
  t: string,
  items: readonly { serviceId?: string | undefined }[],
): Record<string, Key> =>
  Object.fromEntries(items.flatMap(({ serviceId: id }) => (id ? [[id, keys.service(t, id)]] : [])));

interface Where {
  found: Record<string, Item | undefined>;
  propertyId: string;
  today: Day;
}

/** A service as the catalogue has it today. Throws a field problem where it cannot be ordered there. */
function serviceAt(id: string, path: string, { found, propertyId, today }: Where): Service {
  const service = serviceOf(found[id]);
  if (!service) throw invalidItem(path, 'unknown');
  if (!available(service, propertyId, today)) throw invalidItem(path, 'unavailable');
  return service;
}

function itemOf(service: Service, quantity: string): OrderItem {
  const { id, name, pricing, warrantyDays } = service;
  return {
    serviceId: id,
    name,
    pricing: pricing.by,
    ...('price' in pricing && { price: pricing.price }),
    ...('unit' in pricing && { unit: pricing.unit }),
    quantity,
    warrantyDays,
  };
}

/**
 * The items of a quote. A service that the order has keeps the price it was ordered at; one priced by quote gets its price here, and so
 * does what is no service.
 */
export function quotedItems(items: readonly QuotedItem[], order: Order, where: Where): OrderItem[] {
  return items.map(({ serviceId, name, price, quantity }, i): OrderItem => {
    const path = `/body/items/${i}`;
    if (serviceId === undefined) {
      if (name === undefined || price === undefined) throw invalidItem(path, 'named');
      return { name, pricing: 'other', price, quantity, warrantyDays: 0 };
    }
    if (name !== undefined) throw invalidItem(`${path}/name`, 'named');
    const ordered = order.items.find((item) => item.serviceId === serviceId);
    const item = ordered
      ? { ...ordered, quantity }
      : itemOf(serviceAt(serviceId, `${path}/serviceId`, where), quantity);
    if (item.pricing !== 'quote') {
      if (price !== undefined) throw invalidItem(`${path}/price`, 'priced');
      return item;
    }
    if (price === undefined) throw invalidItem(`${path}/price`, 'required');
    return { ...item, price };
  });
}

/**
 * Orders paid services for a unit (FEE-6), with the ticket that carries the order: they are one case, with one history and one partition.
 */
export function createOrder(context: Context, body: NewOrder): Promise<Reply> {
  const { office, actor, now } = context;
  const t = office.tenantId;
  const { unitId, payerId, channel, ticketId, note } = body;
  const id = newId('ticket', now);
  return patiently(async () => {
    const there = await loadAccount(context, body, {
      also: {
        ...serviceKeys(t, body.items),
        ...rulesKeys(t),
        ...(ticketId && { asked: keys.ticket(t, ticketId) }),
      },
    });
    const { propertyId, property, items: found, zone } = there;
    const asked = found.asked?.et === 'ticket' ? summaryOf(found.asked) : undefined;
    if (ticketId !== undefined && asked?.propertyId !== propertyId) {
      throw invalidItem('/body/ticketId', 'unknown');
    }
    const where = { found, propertyId, today: localDay(now, zone) };
    const items = body.items.map(({ serviceId, quantity }, i) =>
      itemOf(serviceAt(serviceId, `/body/items/${i}/serviceId`, where), quantity),
    );
    const total = totalOf(items) ?? 0;
    if (!Number.isSafeInteger(total)) throw invalidItem('/body/items', 'too_big');
    const at = new Date(now).toISOString();
    const order: Order = {
      id,
      propertyId,
      unitId,
      payerId,
      state: 'ordered',
      items,
      createdAt: at,
      ...(note !== undefined && { note }),
      ...(ticketId !== undefined && { fromTicketId: ticketId }),
      claims: [],
      version: 0,
    };
    const names = items.map(({ name }) => name).join('、');
    const draft: Ticket = {
      id,
      version: 0,
      kind: 'service',
      handling: 'simple',
      urgent: false,
      status: 'received',
      propertyId,
      unitId,
      // TICKET-2: whoever takes the order owns it. What a system posts is the property's desk's.
      ...(actor.kind === 'staff' && { ownerId: actor.id }),
      title: `特约服务：${names}`.slice(0, 120),
      createdAt: at,
      reporter: { customerId: payerId },
      rework: 0,
      attempts: 0,
      opened: 0,
      obligations: [],
      duplicates: [],
      attachments: [],
      head: noHistory,
    };
    const said = { channel, fromTicketId: ticketId, services: items.map(({ serviceId }) => serviceId) };
    const { policy, calendar } = found;
    const { ticket, writes } = writesOf(
      context,
      { ticket: draft, version: 'new', owed: new Map() },
      receive(draft, said),
      reckoning(rulesFrom(t, { policy, calendar }), property, now),
    );
    const seen = { ticket: ticket.status, settled: false, today: where.today };
    const answer = created(
      `/v1/service-orders/${id}`,
      viewOf(context.actor, order, ticket, seen, undefined),
      ticket.version,
    );
    await office.commit([...writes, orderWrite(t, order)], answer);
    remember(t, ticket);
    return answer;
  });
}
