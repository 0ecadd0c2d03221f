import * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import { accountWrite, holdDeposit } from '../../shared/books/index.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { impossibleQuery, notFound } from '../../shared/problem.ts';
import { whoOf } from './book.ts';
import { loadCase, patiently, refuseCash } from './case.ts';
import {
  depositItem,
  depositOf,
  listedDeposit,
  type Deposit as Stored,
  shownDeposit,
} from './depositItem.ts';
import { acceptDeposit, applyDeposit, deductDeposit, refundDeposit, reverseDeposit } from './depositSteps.ts';
import {
  Acceptance,
  Application,
  Deduction,
  Deposit,
  DepositRefund,
  ListedDeposit,
  NewDeposit,
  Reversal,
} from './schema.ts';

const params = z.strictObject({ id: id('deposit') });

/** FEE-7: takes a deposit. It is a payment with a receipt, but pays nothing. */
async function takeDeposit(context: Context, body: z.output<typeof NewDeposit>): Promise<Reply> {
  const { office } = context;
  const who = whoOf(context);
  const t = office.tenantId;
  return patiently(async () => {
    const there = await loadCase(context, body);
    refuseCash(there, body.method);
    const depositId = newId('deposit', who.now);
    const moves = holdDeposit(there.account, depositId, body.amount);
    const { propertyId, unitId, payerId } = moves.account;
    const receipt = there.numbers.next();
    const { kind, method, amount, note } = body;
    const told = { propertyId, unitId, payerId, kind, amount: yuan(amount), method, receipt };
    const event = append(noHistory, { type: 'deposit.taken', object: depositId, data: told }, who);
    const deposit: Stored = {
      id: depositId,
      at: new Date(who.now).toISOString(),
      propertyId,
      unitId,
      payerId,
      movements: moves.movements,
      kind,
      method,
      receipt,
      held: amount,
      by: actorRef(who.actor),
      ...(note !== undefined && { note }),
      steps: [],
      head: event.head,
      version: 1,
    };
    const answer = created(`/v1/deposits/${depositId}`, shownDeposit(deposit), deposit.version);
    await office.commit(
      [
        { put: depositItem(t, deposit), expect: 'new' },
        accountWrite(t, moves.account),
        event.write,
        there.numbers.write,
      ],
      answer,
    );
    return answer;
  });
}

const possible = {
  en: 'Possible: propertyId, or unitId.',
  zh: '可用条件：propertyId 或 unitId。',
};

/** Deposits (押金): held, deducted from with a reason, refunded after acceptance (FEE-7). */
export const depositRoutes: Route[] = [
  route({
    id: 'createDeposit',
    method: 'POST',
    path: '/v1/deposits',
    summary: 'Take a deposit (FEE-7)',
    needs: 'payments:write',
    body: NewDeposit,
    example: {
      unitId: 'unt_01JZ0000000000000000000000',
      payerId: 'cus_01JZ0000000000000000000000',
      kind: 'renovation',
      amount: '2000.00',
      method: 'bank',
    },
    responses: { 201: Deposit },
    idempotency: 'keys',
    handle: (context, { body }) => takeDeposit(context, body),
  }),
  route({
    id: 'listDeposits',
    method: 'GET',
    path: '/v1/deposits',
    summary: 'Deposits of a property or of a unit, the newest first',
    about: possible.en,
    needs: 'fees:read',
    query: z.strictObject({
      propertyId: z.optional(id('property')),
      unitId: z.optional(id('unit')),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: page(ListedDeposit) },
    async handle({ office }, { query: { propertyId, unitId, ...paging } }) {
      if ((propertyId === undefined) === (unitId === undefined)) {
        throw impossibleQuery(possible);
      }
      const t = office.tenantId;
      const { items, ...rest } = await office.query({
        ...(unitId
          ? { index: 'g2', pk: lists.depositsOfUnit(t, unitId) }
          : { index: 'g1', pk: lists.depositsOfProperty(t, propertyId ?? '') }),
        order: 'descending',
        ...paging,
      });
      return ok({ items: items.map(listedDeposit), ...rest });
    },
  }),
  route({
    id: 'getDeposit',
    method: 'GET',
    path: '/v1/deposits/{id}',
    summary: 'One deposit and what became of it',
    needs: 'fees:read',
    params,
    responses: { 200: Deposit },
    versioned: true,
    async handle({ office }, { params }) {
      const { item } = await office.load({ item: keys.deposit(office.tenantId, params.id) });
      if (item?.et !== 'deposit') throw notFound();
      const deposit = depositOf(item);
      return ok(shownDeposit(deposit), deposit.version);
    },
  }),
  route({
    id: 'acceptDeposit',
    method: 'POST',
    path: '/v1/deposits/{id}/accept',
    summary: 'What the deposit was held for is accepted: it may be paid back (FEE-7, RENO-6)',
    needs: 'payments:write',
    params,
    body: Acceptance,
    example: { note: '装修验收合格' },
    responses: { 200: Deposit },
    refuses: ['wrong-state'],
    versioned: true,
    handle: (context, { params, body }) => acceptDeposit(context, params.id, body.note),
  }),
  route({
    id: 'deductDeposit',
    method: 'POST',
    path: '/v1/deposits/{id}/deduct',
    summary: 'Keep part of a deposit, with the reason (FEE-7)',
    needs: 'payments:write',
    params,
    body: Deduction,
    example: { amount: '300.00', reason: '公共区域墙面损坏' },
    responses: { 200: Deposit },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => deductDeposit(context, params.id, body),
  }),
  route({
    id: 'applyDeposit',
    method: 'POST',
    path: '/v1/deposits/{id}/apply',
    summary: 'Use a deposit after acceptance on what the payer has open; the rest becomes credit',
    needs: 'payments:write',
    params,
    body: Application,
    example: { amount: '500.00' },
    responses: { 200: Deposit },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => applyDeposit(context, params.id, body),
  }),
  route({
    id: 'refundDeposit',
    method: 'POST',
    path: '/v1/deposits/{id}/refund',
    summary: 'Pay a deposit back after acceptance, with a notice (FEE-7, 退款通知书)',
    needs: 'payments:write',
    params,
    body: DepositRefund,
    example: { method: 'bank', payee: { name: '张伟' }, reason: '装修验收合格' },
    responses: { 200: Deposit },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => refundDeposit(context, params.id, body),
  }),
  route({
    id: 'reverseDeposit',
    method: 'POST',
    path: '/v1/deposits/{id}/reverse',
    summary:
      'A deposit did not hold: it is held no longer. Nothing is deleted; not once anything was taken from it',
    needs: 'payments:write',
    params,
    body: Reversal,
    example: { reason: '银行退票' },
    responses: { 200: Deposit },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => reverseDeposit(context, params.id, body.reason),
  }),
];
