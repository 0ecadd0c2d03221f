import * as z from 'zod/mini';
import type { Actor } from '../../shared/actor.ts';
import { cursor, id, limit } from '../../shared/fields.ts';
import { noContent, ok, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import type { Item, Write } from '../../shared/table.ts';
import { InboxMessage, InboxPage } from './schema.ts';

/** Unread messages are counted up to here; a person with more does not need to know how many. */
const countedTo = 100;

/** Messages marked in one `read-all`; the answer says whether more are left. */
const markedAtOnce = 500;

/** Of one transaction, with room for the idempotency record. */
const chunk = 99;

const params = z.strictObject({ id: id('message') });

export const inboxRoutes: Route[] = [
  route({
    id: 'listInbox',
    method: 'GET',
    path: '/v1/inbox',
    summary: 'The caller\u2019s own messages, newest first, and how many are unread',
    needs: 'inbox:read',
    query: z.strictObject({
      unread: z.optional(z.enum(['true', 'false'])),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: InboxPage },
    async handle({ office, actor }, { query }) {
      const staff = staffId(actor);
      const unreadPk = lists.unread(office.tenantId, staff);
      const where =
        query.unread === 'true'
          ? { index: 'g1' as const, pk: unreadPk }
          : { pk: keys.inboxPk(office.tenantId, staff) };
      const [found, unread] = await Promise.all([
        office.query({ ...where, order: 'descending', limit: query.limit, cursor: query.cursor }),
        office.query({ index: 'g1', pk: unreadPk, limit: countedTo }),
      ]);
      return ok({
        items: found.items.map(({ list }) => InboxMessage.parse(list)),
        ...(found.next !== undefined && { next: found.next }),
        unread: unread.items.length,
        unreadMore: unread.next !== undefined,
      });
    },
  }),
  route({
    id: 'readMessage',
    method: 'POST',
    path: '/v1/inbox/{id}/read',
    summary: 'Mark one message of the caller\u2019s as read',
    needs: 'inbox:read',
    params,
    responses: { 204: null },
    whileSuspended: true,
    async handle({ office, actor, now }, { params }) {
      const key = keys.message(office.tenantId, staffId(actor), params.id);
      const { item } = await office.load({ item: key });
      if (item?.et !== 'message') throw notFound();
      await office.commit([read(item, now)], noContent());
      return noContent();
    },
  }),
  route({
    id: 'readAllMessages',
    method: 'POST',
    path: '/v1/inbox/read-all',
    summary: 'Mark the caller\u2019s unread messages as read, up to 500 of them',
    needs: 'inbox:read',
    responses: { 200: z.strictObject({ read: z.int(), more: z.boolean() }) },
    whileSuspended: true,
    async handle({ office, actor, now }) {
      await office.load({});
      const { items, next } = await office.query({
        index: 'g1',
        pk: lists.unread(office.tenantId, staffId(actor)),
        limit: markedAtOnce,
      });
      const reply = ok({ read: items.length, more: next !== undefined });
      const writes = items.map((item) => read(item, now));
      while (writes.length > chunk) await office.commit(writes.splice(0, chunk));
      // The last carries the reply; a request broken off before it is simply made again.
      await office.commit(writes, reply);
      return reply;
    },
  }),
];

/** Keeps the first moment of reading; safe to repeat. */
function read({ pk, sk, list }: Item, now: number): Write {
  return {
    update: { pk, sk },
    set: { 'list.readAt': list?.readAt ?? new Date(now).toISOString() },
    unset: ['g1pk', 'g1sk'],
    expect: 'exists',
  };
}

/** Inboxes are people's: no API key has the scope, but the type does not know that. */
function staffId(actor: Actor): string {
  if (actor.kind !== 'staff') throw new Refusal('forbidden');
  return actor.id;
}
