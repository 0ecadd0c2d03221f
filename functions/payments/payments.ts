import * as z from 'zod/mini';
import { cursor, day, id, limit, page } from '../../shared/fields.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { impossibleQuery, invalidField, notFound, Refusal } from '../../shared/problem.ts';
import type { QuerySpec } from '../../shared/table.ts';
import { addDays, instantAt, iso } from '../../shared/time/index.ts';
import { booked, whoOf } from './book.ts';
import { inCapitals } from './capitals.ts';
import { admitted, patiently, readCase, refuseCash, refuseFuture } from './case.ts';
import {
  allocated,
  amountOf,
  listedPayment,
  namedPayment,
  paymentOf,
  saysSame,
  shownPayment,
} from './model.ts';
import { ListedPayment, Move, NewPayment, Payment, Receipt, Reversal } from './schema.ts';
import { movePayment, reversePayment } from './undo.ts';

const params = z.strictObject({ id: id('payment') });
const unit = 'unt_01JZ0000000000000000000000';
const customer = 'cus_01JZ0000000000000000000000';

/**
 * Books a payment. Posted again with the same `externalId`, by whomever, or after a statement's line with that number, it answers
 * the first one. Throws `conflict`, naming the first, where the second says something else.
 */
export async function bookPayment(context: Context, body: NewPayment): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { externalId } = body;
  const named = externalId !== undefined;
  const paymentId = named ? namedPayment(t, externalId) : newId('payment', now);
  return patiently(async () => {
    const read = await readCase(context, body, {
      also: { ...(named && { first: keys.payment(t, paymentId) }) },
    });
    // What is booked is answered whatever has become of its payer since.
    if (read.items.first) {
      const first = paymentOf(read.items.first);
      if (!saysSame(first, body)) throw another(first.id);
      return ok(shownPayment(first), first.version);
    }
    const there = await admitted(context, read);
    refuseCash(there, body.method);
    refuseFuture('/body/paidOn', body.paidOn, now, there.zone);
    const { allocations, currency: _, ...rest } = body;
    const { payment, writes } = booked(whoOf(context), there.account, {
      ...rest,
      id: paymentId,
      receipt: there.numbers.next(),
      stated: allocations,
    });
    const answer = created(`/v1/payments/${paymentId}`, shownPayment(payment), payment.version);
    await office.commit([...writes, there.numbers.write], answer);
    return answer;
  });
}

const another = (paymentId: string) =>
  new Refusal('conflict', {
    detail: {
      en: `Payment ${paymentId} has this externalId and another amount, unit, payer, way of paying or bills (FEE-3).`,
      zh: `缴费记录 ${paymentId} 已使用该 externalId，且金额、房屋、付款人、支付方式或账单不同（FEE-3）。`,
    },
    extra: { paymentId },
  });

async function paymentThere({ office }: Context, paymentId: string) {
  const { item } = await office.load({ item: keys.payment(office.tenantId, paymentId) });
  if (item?.et !== 'payment') throw notFound();
  return paymentOf(item);
}

const possible = {
  en: 'Possible: propertyId with or without day, or unitId.',
  zh: '可用组合：propertyId（可加 day），或 unitId。',
};

async function listPayments(
  { office }: Context,
  query: { propertyId?: string | undefined; unitId?: string | undefined; day?: string | undefined },
  paging: { limit: number; cursor?: string | undefined },
): Promise<Reply> {
  const t = office.tenantId;
  const { propertyId, unitId, day } = query;
  if ((propertyId === undefined) === (unitId === undefined) || (day !== undefined && !propertyId)) {
    throw impossibleQuery(possible);
  }
  const spec: QuerySpec = unitId
    ? { index: 'g2', pk: lists.paymentsOfUnit(t, unitId), order: 'descending', ...paging }
    : { index: 'g1', pk: lists.paymentsOfProperty(t, propertyId ?? ''), order: 'descending', ...paging };
  if (propertyId !== undefined && day !== undefined) {
    const { property } = await office.load({ property: keys.property(t, propertyId) });
    if (property?.et !== 'property') {
      throw invalidField('/query/propertyId', 'unknown', 'There is no such property.', '没有该项目。');
    }
    const zone = property.list?.zone as string;
    const start = (on: string) => instantAt(on, 0, zone);
    spec.sk = { from: tick(iso(start(day))), to: tick(iso(start(addDays(day, 1)) - 1)) };
  }
  const { items, ...rest } = await office.query(spec);
  return ok({ items: items.map(listedPayment), ...rest });
}

/** Payments (缴费), FEE-3. */
export const paymentRoutes: Route[] = [
  route({
    id: 'createPayment',
    method: 'POST',
    path: '/v1/payments',
    summary:
      'Book money that came in: on the bills stated or the oldest due first; what is over stays as credit. An `externalId` is one payment in the office, whoever posts it; so is the number of a line that a statement was booked from',
    needs: 'payments:write',
    body: NewPayment,
    example: { unitId: unit, payerId: customer, amount: '235.00', method: 'wechat', externalId: 'wx-4200' },
    // 200: the payment that was first booked with this externalId; 409: it is another one.
    responses: { 200: Payment, 201: Payment },
    refuses: ['conflict'],
    idempotency: 'keys',
    handle: (context, { body }) => bookPayment(context, body),
  }),
  route({
    id: 'listPayments',
    method: 'GET',
    path: '/v1/payments',
    summary: 'Payments of a property, of a day in it, or of a unit, the newest first',
    about: possible.en,
    needs: 'fees:read',
    query: z.strictObject({
      propertyId: z.optional(id('property')),
      day: z.optional(day),
      unitId: z.optional(id('unit')),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: page(ListedPayment) },
    handle: (context, { query: { limit, cursor, ...query } }) =>
      listPayments(context, query, { limit, cursor }),
  }),
  route({
    id: 'getPayment',
    method: 'GET',
    path: '/v1/payments/{id}',
    summary: 'One payment and what became of it',
    needs: 'fees:read',
    params,
    responses: { 200: Payment },
    versioned: true,
    async handle(context, { params }) {
      const payment = await paymentThere(context, params.id);
      return ok(shownPayment(payment), payment.version);
    },
  }),
  route({
    id: 'getReceipt',
    method: 'GET',
    path: '/v1/payments/{id}/receipt',
    summary: 'What the receipt of a payment says (FEE-3)',
    needs: 'fees:read',
    params,
    responses: { 200: Receipt },
    async handle(context, { params }) {
      const { office } = context;
      const t = office.tenantId;
      const payment = await paymentThere(context, params.id);
      const { property, unit, payer } = await office.load({
        property: keys.property(t, payment.propertyId),
        unit: keys.unit(t, payment.unitId),
        payer: keys.customer(t, payment.payerId),
      });
      return ok({
        number: payment.receipt,
        kind: 'payment',
        at: payment.at,
        property: { id: payment.propertyId, name: property?.list?.name ?? '' },
        unit: {
          id: payment.unitId,
          building: unit?.list?.building ?? '',
          number: unit?.list?.number ?? '',
        },
        payer: { id: payment.payerId, name: payer?.list?.name ?? '' },
        amount: shownPayment(payment).amount,
        inWords: inCapitals(amountOf(payment)),
        currency: 'CNY',
        method: payment.method,
        ...allocated(payment),
        cancelled: payment.state === 'reversed',
      });
    },
  }),
  route({
    id: 'reversePayment',
    method: 'POST',
    path: '/v1/payments/{id}/reverse',
    summary: 'A payment did not hold: what it paid is open again. Nothing is deleted',
    needs: 'payments:write',
    params,
    body: Reversal,
    example: { reason: '银行退票' },
    responses: { 200: Payment },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => reversePayment(context, params.id, body.reason),
  }),
  route({
    id: 'movePayment',
    method: 'POST',
    path: '/v1/payments/{id}/move',
    summary: 'A payment was booked for the wrong payer: it goes to the right one, on record',
    needs: 'payments:write',
    params,
    body: Move,
    example: { payerId: customer, reason: '记错付款人' },
    responses: { 200: Payment },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => movePayment(context, params.id, body),
  }),
];
