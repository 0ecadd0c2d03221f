import * as z from 'zod/mini';
import { type Actor, actorRef } from '../../shared/actor.ts';
import { id } from '../../shared/fields.ts';
import { type Context, ok, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { impossibleQuery, invalidField } from '../../shared/problem.ts';
import type { QuerySpec } from '../../shared/table.ts';
import { addDays, localDay } from '../../shared/time/index.ts';
import { fieldOf } from '../tickets/case.ts';
import { lookAt, orderBillId, run } from './case.ts';
import { createOrder, quotedItems, serviceKeys } from './orders.ts';
import {
  Agreement,
  Execution,
  NewOrder,
  NewQuote,
  NoticeGiven,
  Order,
  OrderPage,
  OrderQuery,
  Reason,
} from './schema.ts';
import { listedOrder, viewOf } from './store.ts';
import { invalidItem } from './words.ts';

const params = z.strictObject({ id: id('ticket') });
const service = 'svc_01JZ0000000000000000000000';

/** What all steps have in common. */
const step = {
  method: 'POST',
  params,
  needs: 'services:write',
  responses: { 200: Order },
  refuses: ['wrong-state'],
  versioned: true,
} as const;

const signed = ({ actor, now }: { actor: Actor; now: number }) => ({
  at: new Date(now).toISOString(),
  by: actorRef(actor),
});

/** Days from the execution on after which its bill is due, unless said otherwise. */
const payWithin = 10;

/** The day of an execution or delivery recorded afterwards, in the property's zone. Refused where it is still to come. */
function dayOf(instant: string, path: string, now: number, zone: string) {
  if (Date.parse(instant) > now) throw invalidItem(path, 'in_the_future');
  return localDay(Date.parse(instant), zone);
}

const possible = {
  en: 'Possible: propertyId with or without state, unitId, or fromTicketId.',
  zh: '可用组合：propertyId（可加 state）、unitId，或 fromTicketId。',
};

function whereOf(t: string, { propertyId, unitId, state, fromTicketId }: z.output<typeof OrderQuery>) {
  const named = [propertyId, unitId, fromTicketId].filter((name) => name !== undefined);
  if (named.length !== 1 || (state !== undefined && propertyId === undefined)) {
    throw impossibleQuery(possible);
  }
  const of = propertyId ?? '';
  let spec: Omit<QuerySpec, 'limit' | 'cursor'> = { index: 'g1', pk: lists.ordersOfProperty(t, of) };
  if (state) spec = { index: 'g2', pk: lists.ordersOfState(t, of, state) };
  if (unitId) spec = { index: 'g3', pk: lists.ordersOfUnit(t, unitId) };
  if (fromTicketId) spec = { index: 'g4', pk: lists.ordersOfTicket(t, fromTicketId) };
  return { ...spec, order: 'descending' as const };
}

/** The member of staff who did it, among the items read. */
function activeStaff(context: Context, staffId: string) {
  const key = keys.staff(context.office.tenantId, staffId);
  return {
    key,
    check(item: Parameters<typeof fieldOf>[0]) {
      if (item?.et === 'staff' && fieldOf(item, 'active') !== false) return;
      throw invalidField(
        '/body/staffId',
        'not_found',
        'There is no such active member of staff.',
        '没有该在职员工。',
      );
    },
  };
}

/** Orders of paid services (特约服务, FEE-6). The callback is made on the ticket of the same id (CALLBACK-7). */
export const routes: Route[] = [
  route({
    id: 'createServiceOrder',
    method: 'POST',
    path: '/v1/service-orders',
    summary: 'Order paid services for a unit (FEE-6); a ticket of the same id carries the order',
    needs: 'services:write',
    body: NewOrder,
    example: {
      unitId: 'unt_01JZ0000000000000000000000',
      payerId: 'cus_01JZ0000000000000000000000',
      items: [{ serviceId: service, quantity: '2' }],
      channel: 'phone',
    },
    responses: { 201: Order },
    idempotency: 'keys',
    handle: (context, { body }) => createOrder(context, body),
  }),
  route({
    id: 'listServiceOrders',
    method: 'GET',
    path: '/v1/service-orders',
    summary:
      'Orders of a property, of those in a state, of a unit, or that came from a ticket; the newest first',
    about: possible.en,
    needs: 'services:read',
    query: OrderQuery,
    responses: { 200: OrderPage },
    async handle({ office }, { query }) {
      const { limit, cursor } = query;
      const { items, ...rest } = await office.query({ ...whereOf(office.tenantId, query), limit, cursor });
      return ok({ items: items.map(listedOrder), ...rest });
    },
  }),
  route({
    id: 'getServiceOrder',
    method: 'GET',
    path: '/v1/service-orders/{id}',
    summary:
      'An order with its bill as it stands (to those with fees:read, FEE-8), the ticket that carries it and the steps open now',
    needs: 'services:read',
    params,
    responses: { 200: Order },
    versioned: true,
    async handle(context, { params }) {
      const { order, ticket, seen, bill } = await lookAt(context, params.id);
      return ok(viewOf(context.actor, order, ticket, seen, bill), ticket.version);
    },
  }),
  route({
    ...step,
    id: 'quoteServiceOrder',
    path: '/v1/service-orders/{id}/quote',
    summary: 'Quote: all items with their prices, good until a day; again if the work turns out otherwise',
    body: NewQuote,
    example: {
      items: [
        { serviceId: service, quantity: '2' },
        { name: '铜管', price: '35', quantity: '4' },
      ],
      validUntil: '2026-11-30',
    },
    handle: (context, { params, body: { items, ...quote } }) =>
      run(
        context,
        params.id,
        ({ order, items: found, today }) => ({
          step: 'quote',
          items: quotedItems(items, order, { found, propertyId: order.propertyId, today }),
          quote: {
            ...signed(context),
            validUntil: quote.validUntil,
            ...(quote.note && { note: quote.note }),
          },
        }),
        serviceKeys(context.office.tenantId, items),
      ),
  }),
  route({
    ...step,
    id: 'agreeServiceOrder',
    path: '/v1/service-orders/{id}/agree',
    summary: 'The customer agrees to the price: who and how; it is to be carried out by a day',
    body: Agreement,
    example: { by: '张伟', how: 'phone', executeOn: '2026-11-25' },
    handle: (context, { params, body: { by, how, executeOn } }) =>
      run(context, params.id, () => ({
        step: 'agree',
        agreed: { ...signed(context), name: by, how, ...(executeOn && { executeOn }) },
      })),
  }),
  route({
    ...step,
    id: 'executeServiceOrder',
    path: '/v1/service-orders/{id}/execute',
    summary: 'It was carried out: by whom, when, how much of it; the bill is issued (FEE-2)',
    body: Execution,
    example: { staffId: 'stf_01JD0000000000000000000000', done: [{ item: 0, quantity: '1.5' }] },
    refuses: ['wrong-state', 'conflict'],
    handle(context, { params, body }) {
      const { staffId, done, note } = body;
      const staff = activeStaff(context, staffId);
      return run(
        context,
        params.id,
        ({ order, items, carried, today }) => {
          staff.check(items.staff);
          const doneAt = body.doneAt ?? new Date(context.now).toISOString();
          const { zone } = carried.schedule;
          const day = dayOf(doneAt, '/body/doneAt', context.now, zone);
          // In an emergency it is ordered afterwards; much earlier is a slip of the hand that would cost the warranty.
          if (day < addDays(localDay(Date.parse(order.createdAt), zone), -31))
            throw invalidItem('/body/doneAt', 'long_before');
          const dueDay = body.dueDay ?? addDays(today, payWithin);
          if (dueDay < today) throw invalidItem('/body/dueDay', 'past');
          return {
            step: 'execute',
            executed: { ...signed(context), staffId, doneAt, day, ...(note !== undefined && { note }) },
            done,
            bill: { id: orderBillId(order), dueDay },
          };
        },
        { staff: staff.key },
      );
    },
  }),
  route({
    ...step,
    id: 'deliverPaymentNotice',
    path: '/v1/service-orders/{id}/notice',
    summary:
      'The payment notice (缴费通知单) was delivered; the callback by phone is owed from now on (CALLBACK-7)',
    body: NoticeGiven,
    example: { deliveredAt: '2026-11-21T16:00:00+08:00', outcome: 'signed', receiver: '张伟' },
    handle: (context, { params, body }) =>
      run(context, params.id, ({ carried, order }) => {
        const day = dayOf(body.deliveredAt, '/body/deliveredAt', context.now, carried.schedule.zone);
        if (order.executed && day < order.executed.day) throw invalidItem('/body/deliveredAt', 'before_done');
        const { deliveredAt, outcome, receiver, witness, note } = body;
        return {
          step: 'notice',
          notice: {
            ...signed(context),
            deliveredAt,
            outcome,
            ...(receiver !== undefined && { receiver }),
            ...(witness !== undefined && { witness }),
            ...(note !== undefined && { note }),
          },
        };
      }),
  }),
  route({
    ...step,
    id: 'claimWarranty',
    path: '/v1/service-orders/{id}/claim',
    summary:
      'Not as it should be within its warranty: done again free of charge, and counted as rework (GOAL-4)',
    body: Reason,
    example: { reason: '空调再次漏水' },
    handle: (context, { params, body }) =>
      run(context, params.id, () => ({ step: 'claim', ...body, ...signed(context) })),
  }),
  route({
    ...step,
    id: 'cancelServiceOrder',
    path: '/v1/service-orders/{id}/cancel',
    summary: 'Cancel an order that was not carried out',
    body: Reason,
    example: { reason: '客户取消' },
    handle: (context, { params, body }) =>
      run(context, params.id, () => ({ step: 'cancel', ...body, ...signed(context) })),
  }),
];
