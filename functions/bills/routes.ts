import * as z from 'zod/mini';
import { cursor, day, id, limit, page } from '../../shared/fields.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { invalidField, notFound } from '../../shared/problem.ts';
import type { QuerySpec } from '../../shared/table.ts';
import { billOf, listedBill, shownBill } from '../fees/billItem.ts';
import { Bill, ListedBill, NewBill, ReissueBill, VoidBill } from '../fees/schema.ts';
import { chargeOnce } from './once.ts';
import { reissue, takeBack } from './steps.ts';

const params = z.strictObject({ id: id('bill') });

const BillQuery = z.strictObject({
  propertyId: z.optional(id('property')),
  unitId: z.optional(id('unit')),
  status: z.optional(z.enum(['open', 'paid', 'void'])),
  dueFrom: z.optional(day),
  dueTo: z.optional(day),
  limit,
  cursor: z.optional(cursor),
});

/** The one query that serves a list. Refuses what no index can. */
function whereOf(t: string, query: z.output<typeof BillQuery>): Omit<QuerySpec, 'limit' | 'cursor'> {
  const { propertyId, unitId, status, dueFrom, dueTo } = query;
  if ((propertyId === undefined) === (unitId === undefined)) {
    throw invalidField(
      '/query/propertyId',
      'one_of',
      'Bills are listed by property (with status and due days) or by unit.',
      '账单须按项目（可加状态、到期日）或按房屋查询。',
    );
  }
  if (unitId !== undefined) {
    const other = status ? 'status' : dueFrom ? 'dueFrom' : dueTo ? 'dueTo' : undefined;
    if (other) {
      throw invalidField(
        `/query/${other}`,
        'not_combined',
        'The bills of a unit are listed by date of issue.',
        '按房屋查询时仅按出账日期排列。',
      );
    }
    return { index: 'g3', pk: lists.billsOfUnit(t, unitId), order: 'descending' };
  }
  const sk = {
    ...(dueFrom !== undefined && { from: dueFrom }),
    // `$` follows `#`, which follows the day in every key of it.
    ...(dueTo !== undefined && { to: `${dueTo}$` }),
  };
  const of = propertyId as string;
  return status
    ? { index: 'g2', pk: lists.billsOfStatus(t, of, status), sk }
    : { index: 'g1', pk: lists.billsOfProperty(t, of), sk };
}

/** Bills (账单). They are never edited: a wrong one is taken back with a reason and issued again (FEE-2). */
export const routes: Route[] = [
  route({
    id: 'createBill',
    method: 'POST',
    path: '/v1/bills',
    summary:
      'Charge a unit once, by standards or by name and price. A `reference` is one bill of the unit, however often it is posted',
    needs: 'fees:write',
    body: NewBill,
    example: {
      unitId: 'unt_01JZ0000000000000000000000',
      payerId: 'cus_01JZ0000000000000000000000',
      reference: '门禁卡补办 2026-17',
      lines: [{ name: '门禁卡', price: '20', quantity: '2' }],
      dueDay: '2026-11-30',
    },
    // 200: the bill that was first made with this reference; 409: it is another one.
    responses: { 200: Bill, 201: Bill },
    refuses: ['conflict'],
    handle: (context, { body }) => chargeOnce(context, body),
  }),
  route({
    id: 'listBills',
    method: 'GET',
    path: '/v1/bills',
    summary: 'Bills of a property by due day, all or of a status; or of a unit, the newest first',
    needs: 'fees:read',
    query: BillQuery,
    responses: { 200: page(ListedBill) },
    async handle({ office }, { query }) {
      const { limit, cursor } = query;
      const { items, ...rest } = await office.query({ ...whereOf(office.tenantId, query), limit, cursor });
      return ok({ items: items.map(listedBill), ...rest });
    },
  }),
  route({
    id: 'getBill',
    method: 'GET',
    path: '/v1/bills/{id}',
    summary: 'A bill with its lines, each with its computation in words (FEE-2)',
    needs: 'fees:read',
    params,
    responses: { 200: Bill },
    versioned: true,
    async handle({ office }, { params }) {
      const { bill } = await office.load({ bill: keys.bill(office.tenantId, params.id) });
      if (bill?.et !== 'bill') throw notFound();
      return ok(shownBill(billOf(bill)), bill.v);
    },
  }),
  route({
    id: 'voidBill',
    method: 'POST',
    path: '/v1/bills/{id}/void',
    summary: 'Take a bill back with a reason; what was paid on it becomes credit',
    needs: 'fees:write',
    params,
    body: VoidBill,
    example: { reason: '面积登记有误' },
    responses: { 200: Bill },
    refuses: ['wrong-state'],
    versioned: true,
    handle: (context, { params, body }) => takeBack(context, params.id, body.reason),
  }),
  route({
    id: 'reissueBill',
    method: 'POST',
    path: '/v1/bills/{id}/reissue',
    summary: 'Compute and issue anew a bill taken back, by what is on file now',
    needs: 'fees:write',
    params,
    body: ReissueBill,
    example: {},
    responses: { 201: Bill },
    refuses: ['wrong-state', 'unprocessable', 'conflict'],
    handle: (context, { params, body }) => reissue(context, params.id, body.payerId),
  }),
];
