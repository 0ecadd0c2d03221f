import * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append, eventOf, type Head, noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import { type Item, type Page, retryStale, type Write } from '../../shared/table.ts';
import { customerRecords } from './customers.ts';
import {
  Customer,
  Disclosure,
  HistoryEntry,
  NewDisclosure,
  purposes,
  type StoredCustomer,
} from './schema.ts';

/** How long a confirmed identity lets its checker tell data on the phone (TICKET-13), in milliseconds. */
export const identityHolds = 15 * 60_000;

/** Identity checks of the last day are kept at hand; the record of each stays. */
const checkKeptSeconds = 24 * 3600;

const params = z.strictObject({ id: id('customer') });
const paged = z.strictObject({ limit, cursor: z.optional(cursor) });

/** Looks at customers' files and what allows them (CUST-1, TICKET-13). */
export const lookRoutes: Route[] = [
  route({
    id: 'getCustomer',
    method: 'GET',
    path: '/v1/customers/{id}',
    summary: 'A customer\u2019s file; the look and its purpose are recorded (CUST-1, TICKET-13 for `phone`)',
    needs: 'customers:read',
    params,
    query: z.strictObject({ purpose: z.enum(purposes) }),
    responses: { 200: Customer },
    refuses: ['wrong-state', 'in-progress'],
    versioned: true,
    async handle(context, { params, query: { purpose } }) {
      return record(context, params.id, {
        purpose,
        event: () => ({ type: 'customer.viewed', data: { purpose } }),
        reply: ({ maskedPhone: _, ...file }) => ok(file, file.version),
      });
    },
  }),
  route({
    id: 'recordDisclosure',
    method: 'POST',
    path: '/v1/customers/{id}/disclosures',
    summary: 'Record an identity check before data is told on the phone (TICKET-13)',
    needs: 'customers:read',
    params,
    body: NewDisclosure,
    example: {
      caller: { name: '张伟', phone: '13800000000' },
      asked: ['房号', '身份证后四位'],
      evidence: '回答与档案一致',
      result: 'confirmed',
    },
    responses: { 201: Disclosure },
    async handle(context, { params, body }) {
      const { actor, now, office } = context;
      const t = office.tenantId;
      const by = actorRef(actor);
      const disclosure: z.output<typeof Disclosure> = {
        ...body,
        id: newId('check', now),
        at: new Date(now).toISOString(),
        by,
        ...(body.result === 'confirmed' && { validUntil: new Date(now + identityHolds).toISOString() }),
      };
      const { id: checkId, result, at, validUntil } = disclosure;
      return record(context, params.id, {
        event: () => ({ type: 'customer.identityChecked', data: { checkId, result } }),
        also: [
          {
            put: { ...keys.disclosure(t, params.id, checkId), et: 'disclosure', v: 1, rest: disclosure },
            expect: 'new',
          },
          {
            put: {
              ...keys.identityCheck(t, params.id, by),
              et: 'identityCheck',
              v: 1,
              ttl: Math.floor(now / 1000) + checkKeptSeconds,
              rest: { at, result, checkId, validUntil },
            },
            expect: 'any',
          },
        ],
        reply: () => created(`/v1/customers/${params.id}/disclosures`, disclosure),
      });
    },
  }),
  route({
    id: 'listDisclosures',
    method: 'GET',
    path: '/v1/customers/{id}/disclosures',
    summary: 'The identity checks of a customer, the newest first',
    needs: 'customers:audit',
    params,
    query: paged,
    responses: { 200: page(Disclosure) },
    async handle(context, { params, query }) {
      return ok(await history(context, params.id, keys.disclosuresPrefix, query));
    },
  }),
  route({
    id: 'listCustomerEvents',
    method: 'GET',
    path: '/v1/customers/{id}/events',
    summary: 'What happened to a customer\u2019s file and who looked at it, the newest first (CUST-1)',
    needs: 'customers:audit',
    params,
    query: paged,
    responses: { 200: page(HistoryEntry) },
    async handle(context, { params, query }) {
      return ok(await history(context, params.id, keys.eventsPrefix, query));
    },
  }),
];

interface Look {
  purpose?: (typeof purposes)[number];
  event(): { type: string; data: Record<string, unknown> };
  also?: Write[];
  reply(customer: StoredCustomer): Reply;
}

/** Reads a file and writes that it was read, or shows nothing: the answer follows the record. */
async function record(context: Context, customerId: string, look: Look): Promise<Reply> {
  const { office, actor, requestId, now } = context;
  const t = office.tenantId;
  return retryStale(async () => {
    const { item, check } = await office.load({
      item: keys.customer(t, customerId),
      check: look.purpose === 'phone' ? keys.identityCheck(t, customerId, actorRef(actor)) : undefined,
    });
    if (item?.et !== 'customer') throw notFound();
    if (look.purpose === 'phone' && !holds(check, now)) throw identityFirst();
    const step = append(
      (item.rest?.head as Head | undefined) ?? noHistory,
      { ...look.event(), object: customerId },
      { actor, tenantId: t, requestId, now },
    );
    const answer = look.reply(customerRecords.parse(item));
    await office.commit(
      [
        // The file's version stays: a look changes nothing of it.
        { update: item, set: { 'rest.head': step.head }, expect: { version: item.v } },
        step.write,
        ...(look.also ?? []),
      ],
      answer,
    );
    return answer;
  });
}

/** Whether the caller's last check of this customer still lets them tell data. */
function holds(check: Item | undefined, now: number): boolean {
  const { result, at } = (check?.rest ?? {}) as { result?: string; at?: string };
  return result === 'confirmed' && at !== undefined && now - Date.parse(at) <= identityHolds;
}

const identityFirst = () =>
  new Refusal('wrong-state', {
    detail: {
      en: 'Confirm the caller\u2019s identity and record it first (TICKET-13).',
      zh: '请先核实来电人身份并记录（TICKET-13）。',
    },
    extra: { openSteps: ['disclosures'] },
  });

/** A part of the customer's partition, the newest first. A customer has a first event or a first look; who has none is not there. */
async function history(
  { office }: Context,
  customerId: string,
  begins: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<{ items: unknown[]; next?: string }> {
  const pk = keys.objectPk(office.tenantId, customerId);
  const { items, ...rest }: Page = await office.query({ pk, sk: { begins }, order: 'descending', ...query });
  if (items.length === 0 && query.cursor === undefined) {
    const { item } = await office.load({ item: keys.customer(office.tenantId, customerId) });
    if (!item) throw notFound();
  }
  return { ...rest, items: items.map((item) => (item.et === 'event' ? eventOf(item) : item.rest)) };
}
