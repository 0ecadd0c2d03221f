import * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import { accountWrite, type Movement, postingList, refund } from '../../shared/books/index.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append, type Head, noHistory } from '../../shared/history.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import type { Item, Write } from '../../shared/table.ts';
import { type Who, whoOf } from './book.ts';
import { inCapitals } from './capitals.ts';
import { loadCase, patiently, refuseCash } from './case.ts';
import type { Place } from './model.ts';
import { ListedRefund, type Method, NewRefund, Refund } from './schema.ts';

/** Money paid back, as stored: a posting with its notice. */
export interface StoredRefund extends Place {
  id: string;
  at: string;
  movements: Movement[];
  method: Method;
  reason: string;
  notice: string;
  depositId?: string;
  by: string;
  payee?: { name: string; account?: string | undefined };
  /** absent in those made before refunds could be reversed */
  state?: 'paid' | 'reversed';
  reversed?: { at: string; by: string; reason: string };
  head: Head;
  version: number;
}

export const amountOf = ({ movements }: { movements: Movement[] }): Fen =>
  movements.reduce((sum, { amount }) => sum + amount, 0);

export function refundItem(t: string, stored: StoredRefund): Item {
  const { version, by, payee, reversed, head, ...list } = stored;
  const { list: posting, ...place } = postingList(t, list);
  return {
    ...keys.refund(t, stored.id),
    et: 'refund',
    v: version,
    list: posting,
    rest: { by, head, ...(payee && { payee }), ...(reversed && { reversed }) },
    g1pk: lists.refundsOfProperty(t, stored.propertyId),
    g1sk: tick(stored.at),
    ...place,
  };
}

export const refundOf = (item: Item) =>
  ({ ...item.list, ...item.rest, version: item.v }) as unknown as StoredRefund;

export function shownRefund({ movements, head: _, ...stored }: StoredRefund) {
  const amount = amountOf({ movements });
  const { state = 'paid', ...rest } = stored;
  return { ...rest, state, amount: yuan(amount), currency: 'CNY', inWords: inCapitals(amount) };
}

function listedRefund(item: Item) {
  const { movements, state = 'paid', ...rest } = item.list as unknown as StoredRefund;
  return { ...rest, state, amount: yuan(amountOf({ movements })), currency: 'CNY' };
}

/** A refund with its notice, and what is written for it beside the account; the notice's number is the caller's to write. */
export function refunded(
  who: Who,
  place: Place,
  of: Pick<StoredRefund, 'movements' | 'method' | 'reason' | 'notice'> & {
    payee?: StoredRefund['payee'] | undefined;
    depositId?: string;
  },
): { refund: StoredRefund; writes: Write[] } {
  const id = newId('refund', who.now);
  const { payee, ...rest } = of;
  const { propertyId, unitId, payerId } = place;
  const { method, reason, notice, depositId } = of;
  // To whom it went is told to those only who ask for the notice: events go to other systems.
  const told = { propertyId, unitId, payerId, amount: yuan(amountOf(of)), method, reason, notice };
  const event = append(
    noHistory,
    { type: 'refund.paid', object: id, data: { ...told, ...(depositId !== undefined && { depositId }) } },
    who,
  );
  const stored: StoredRefund = {
    ...rest,
    id,
    at: new Date(who.now).toISOString(),
    propertyId,
    unitId,
    payerId,
    by: actorRef(who.actor),
    ...(payee && { payee }),
    head: event.head,
    version: 1,
  };
  return {
    refund: stored,
    writes: [{ put: refundItem(who.tenantId, stored), expect: 'new' }, event.write],
  };
}

/** Refunds (退款): credit paid back, each with its notice (退款通知书). */
export const refundRoutes: Route[] = [
  route({
    id: 'createRefund',
    method: 'POST',
    path: '/v1/refunds',
    summary: 'Pay credit back: the oldest first, or of one payment. Never more than there is',
    needs: 'payments:write',
    body: NewRefund,
    example: {
      unitId: 'unt_01JZ0000000000000000000000',
      payerId: 'cus_01JZ0000000000000000000000',
      amount: '100.00',
      method: 'bank',
      payee: { name: '张伟', account: '6222000000000000000' },
      reason: '多缴物业费',
    },
    responses: { 201: Refund },
    refuses: ['unprocessable'],
    idempotency: 'keys',
    async handle(context, { body }) {
      const { amount, method, paymentId, payee, reason } = body;
      const { office } = context;
      return patiently(async () => {
        const there = await loadCase(context, body, { series: 'refund' });
        refuseCash(there, method);
        const moves = refund(there.account, amount, paymentId);
        const notice = there.numbers.next();
        const { refund: stored, writes } = refunded(whoOf(context), moves.account, {
          movements: moves.movements,
          method,
          reason,
          notice,
          payee,
        });
        const answer = created(`/v1/refunds/${stored.id}`, shownRefund(stored), stored.version);
        await office.commit(
          [...writes, accountWrite(office.tenantId, moves.account), there.numbers.write],
          answer,
        );
        return answer;
      });
    },
  }),
  route({
    id: 'listRefunds',
    method: 'GET',
    path: '/v1/refunds',
    summary: 'Refunds of a property, the newest first',
    needs: 'fees:read',
    query: z.strictObject({ propertyId: id('property'), limit, cursor: z.optional(cursor) }),
    responses: { 200: page(ListedRefund) },
    async handle({ office }, { query: { propertyId, ...paging } }) {
      const pk = lists.refundsOfProperty(office.tenantId, propertyId);
      const { items, ...rest } = await office.query({ index: 'g1', pk, order: 'descending', ...paging });
      return ok({ items: items.map(listedRefund), ...rest });
    },
  }),
  route({
    id: 'getRefund',
    method: 'GET',
    path: '/v1/refunds/{id}',
    summary: 'A refund with what its notice says (退款通知书)',
    needs: 'fees:read',
    params: z.strictObject({ id: id('refund') }),
    responses: { 200: Refund },
    versioned: true,
    async handle({ office }, { params }) {
      const { item } = await office.load({ item: keys.refund(office.tenantId, params.id) });
      if (item?.et !== 'refund') throw notFound();
      const stored = refundOf(item);
      return ok(shownRefund(stored), stored.version);
    },
  }),
];
