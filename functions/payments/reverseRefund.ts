import * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import {
  accountOf,
  accountWrite,
  postingWrite,
  reverseRefund as reversed,
  settle,
} from '../../shared/books/index.ts';
import { id } from '../../shared/fields.ts';
import { append } from '../../shared/history.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import type { Item, Write } from '../../shared/table.ts';
import { whoOf } from './book.ts';
import { patiently, wrongState } from './case.ts';
import { depositOf } from './depositItem.ts';
import { recorded } from './depositSteps.ts';
import { toldBills } from './model.ts';
import { amountOf, refundItem, refundOf, type StoredRefund, shownRefund } from './refunds.ts';
import { Refund, Reversal } from './schema.ts';
import { andThen, billWrites, commitAll } from './undo.ts';

/**
 * A refund did not happen (FEE-3, FEE-7): what it paid back is credit again, and pays what is open; what it paid back of a deposit is
 * held again. The notice keeps its number.
 */
export function reverseRefund(context: Context, refundId: string, reason: string): Promise<Reply> {
  const { office } = context;
  const who = whoOf(context);
  const t = office.tenantId;
  return patiently(async () => {
    const { item } = await office.load({ item: keys.refund(t, refundId) });
    if (item?.et !== 'refund') throw notFound();
    const refund = refundOf(item);
    matched(context, refund.version);
    if (refund.state === 'reversed') {
      throw wrongState('The refund was reversed before (FEE-3).', '该退款已冲销（FEE-3）。', []);
    }
    const { propertyId, unitId, payerId, depositId, notice } = refund;
    const place = { propertyId, unitId, payerId };
    const { stored, deposit } = await office.load({
      stored: keys.account(t, unitId, payerId),
      deposit: depositId === undefined ? undefined : keys.deposit(t, depositId),
    });
    const moves = andThen(reversed(accountOf(stored, place), refund.movements), settle);
    const at = new Date(who.now).toISOString();
    const amount = amountOf(refund);
    const told = {
      ...place,
      amount: yuan(amount),
      notice,
      reason,
      ...(depositId !== undefined && { depositId }),
      ...(moves.bills.length > 0 && { bills: toldBills(moves.bills) }),
    };
    const event = append(refund.head, { type: 'refund.reversed', object: refundId, data: told }, who);
    const after: StoredRefund = {
      ...refund,
      state: 'reversed',
      reversed: { at, by: actorRef(who.actor), reason },
      head: event.head,
      version: refund.version + 1,
    };
    const answer = ok(shownRefund(after), after.version);
    const posting = { id: newId('entry', who.now), at, ...place, movements: moves.movements, reason };
    await commitAll(
      office,
      [
        { put: refundItem(t, after), expect: { version: refund.version } },
        event.write,
        postingWrite(t, posting),
        accountWrite(t, moves.account),
        ...(await billWrites(office, moves)),
        ...restored(context, deposit, { refundId, amount, reason, at }),
      ],
      answer,
    );
    return answer;
  });
}

/** The deposit that is held again, with the step on record. */
function restored(
  context: Context,
  item: Item | undefined,
  { refundId, amount, reason, at }: { refundId: string; amount: number; reason: string; at: string },
): Write[] {
  if (!item) return [];
  const deposit = depositOf(item);
  const step = { at, by: actorRef(context.actor), kind: 'restored' as const, amount, reason, refundId };
  return recorded(
    context,
    deposit,
    'deposit.restored',
    { amount: yuan(amount), reason, refundId },
    { held: deposit.held + amount, steps: [...deposit.steps, step] },
  ).writes;
}

export const refundReversalRoutes: Route[] = [
  route({
    id: 'reverseRefund',
    method: 'POST',
    path: '/v1/refunds/{id}/reverse',
    summary: 'A refund did not happen: the money is credit, or held as deposit, again. Nothing is deleted',
    needs: 'payments:write',
    params: z.strictObject({ id: id('refund') }),
    body: Reversal,
    example: { reason: '收款账号有误，银行退回' },
    responses: { 200: Refund },
    refuses: ['wrong-state'],
    versioned: true,
    handle: (context, { params, body }) => reverseRefund(context, params.id, body.reason),
  }),
];
