import * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import { type Delivery, deliveryFor, deliveryItem, parseDelivery } from '../../shared/deliveries.ts';
import { parseEndpoint } from '../../shared/endpoints.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import { type OfficeTable, retryStale } from '../../shared/table.ts';
import { closed } from './rules.ts';
import { DeliveryView, WholeDelivery } from './schema.ts';

const params = z.strictObject({ id: id('webhook') });
const deliveryParams = z.strictObject({ id: id('webhook'), deliveryId: id('delivery') });

/** The delivery log; what the routes here start the sweep finds within the minute. */
export const deliveryRoutes: Route[] = [
  route({
    id: 'listDeliveries',
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries',
    summary: 'The delivery log of a webhook or robot, newest first, kept 90 days',
    needs: 'webhooks:read',
    params,
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(DeliveryView) },
    async handle({ office }, { params, query }) {
      const [{ endpoint }, found] = await Promise.all([
        office.load({ endpoint: keys.webhook(office.tenantId, params.id) }),
        office.query({
          index: 'g2',
          pk: lists.deliveriesOfWebhook(office.tenantId, params.id),
          order: 'descending',
          ...query,
        }),
      ]);
      if (!endpoint) throw notFound();
      return ok({
        items: found.items.map(({ list }) => DeliveryView.parse(list)),
        ...(found.next !== undefined && { next: found.next }),
      });
    },
  }),
  route({
    id: 'getDelivery',
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries/{deliveryId}',
    summary: 'One delivery and what was sent',
    needs: 'webhooks:read',
    params: deliveryParams,
    responses: { 200: WholeDelivery },
    async handle({ office }, { params }) {
      const delivery = await deliveryOf(office, params);
      return ok(whole(delivery));
    },
  }),
  route({
    id: 'redeliver',
    method: 'POST',
    path: '/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver',
    summary: 'Send it again, with the same id, from the first attempt on',
    needs: 'webhooks:write',
    params: deliveryParams,
    responses: { 200: WholeDelivery },
    refuses: ['wrong-state'],
    async handle({ office, now }, { params }) {
      return retryStale(async () => {
        const stored = await deliveryOf(office, params);
        if (stored.status === 'sending') throw underWay();
        const moment = new Date(now).toISOString();
        const { endedAt: _, startedAt: __, ...rest } = stored;
        const again: Delivery = {
          ...rest,
          status: 'pending',
          attempts: 0,
          nextAt: moment,
          version: stored.version + 1,
        };
        const reply = ok(whole(again));
        await office.commit(
          [{ put: deliveryItem(office.tenantId, again, moment), expect: { version: stored.version } }],
          reply,
        );
        return reply;
      });
    },
  }),
  route({
    id: 'testWebhook',
    method: 'POST',
    path: '/v1/webhooks/{id}/test',
    summary: 'Send a test message to a webhook or robot; the delivery log shows how it went',
    needs: 'webhooks:write',
    params,
    responses: { 201: WholeDelivery },
    refuses: ['wrong-state'],
    async handle({ office, actor, now, requestId }, { params }) {
      const { item } = await office.load({ item: keys.webhook(office.tenantId, params.id) });
      if (item?.et !== 'webhook') throw notFound();
      const endpoint = parseEndpoint(item);
      if (!endpoint.active) throw closed();
      // Nothing happened, so it is in no history; it only looks like an event.
      const event: DomainEvent = {
        id: newId('event', now),
        type: 'webhook.test',
        at: new Date(now).toISOString(),
        actor: actorRef(actor),
        requestId,
        object: endpoint.id,
        data: {},
        seq: 0,
        prev: '',
        hash: '',
      };
      const { delivery, write } = deliveryFor(office.tenantId, endpoint, event, now);
      const reply = created(`/v1/webhooks/${endpoint.id}/deliveries/${delivery.id}`, whole(delivery));
      await office.commit([write], reply);
      return reply;
    },
  }),
];

/** Throws `not-found` unless the delivery is one of this endpoint's. */
async function deliveryOf(
  office: OfficeTable,
  { id, deliveryId }: z.output<typeof deliveryParams>,
): Promise<Delivery> {
  const { item } = await office.load({ item: keys.delivery(office.tenantId, deliveryId) });
  if (item?.et !== 'delivery') throw notFound();
  const delivery = parseDelivery(item);
  if (delivery.webhookId !== id) throw notFound();
  return delivery;
}

const whole = ({ version: _, staffId: __, ...delivery }: Delivery) => WholeDelivery.parse(delivery);

const underWay = () =>
  new Refusal('wrong-state', {
    detail: { en: 'An attempt is under way.', zh: '正在投递中。' },
    extra: { openSteps: [] },
  });
