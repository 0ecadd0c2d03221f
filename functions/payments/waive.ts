import * as z from 'zod/mini';
import {
  accountOf,
  accountWrite,
  billState,
  billWrite,
  postingWrite,
  waive,
} from '../../shared/books/index.ts';
import { id, line } from '../../shared/fields.ts';
import { append } from '../../shared/history.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { amount } from '../../shared/money/fields.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { billOf, type StoredBill, shownBill } from '../fees/billItem.ts';
import { firstHead } from '../fees/issue.ts';
import { Bill } from '../fees/schema.ts';
import { whoOf } from './book.ts';
import { patiently, wrongState } from './case.ts';

/** Lets off part of a bill, or all that is open on it: an entry of the books like any other. What was paid stays paid. */
export function waiveBill(
  context: Context,
  billId: string,
  { amount, reason }: { amount?: Fen | undefined; reason: string },
): Promise<Reply> {
  const { office } = context;
  const who = whoOf(context);
  const t = office.tenantId;
  return patiently(async () => {
    const { item, issue } = await office.load({
      item: keys.bill(t, billId),
      issue: keys.event(t, billId, 1),
    });
    if (item?.et !== 'bill') throw notFound();
    const bill = billOf(item);
    matched(context, bill.version);
    if (bill.open === 0) {
      throw wrongState('Nothing is open on this bill (FEE-3).', '该账单无未结金额（FEE-3）。', []);
    }
    const { propertyId, unitId, payerId } = bill;
    const { account } = await office.load({ account: keys.account(t, unitId, payerId) });
    const off = amount ?? bill.open;
    const moves = waive(accountOf(account, { propertyId, unitId, payerId }), billState(item), off);
    const change = moves.bills.find((changed) => changed.id === billId);
    if (!change) throw new Error('a waiver that leaves the bill as it was');
    const waived = (bill.waived ?? 0) + off;
    const place = { propertyId, unitId, payerId };
    const told = { ...place, amount: yuan(off), open: yuan(change.open), reason };
    const what = { type: 'bill.waived', object: billId, data: told };
    const { write, head } = append(bill.head ?? firstHead(issue), what, who);
    const after: StoredBill = {
      ...bill,
      status: change.open > 0 ? 'open' : 'paid',
      open: change.open,
      waived,
      head,
      version: bill.version + 1,
    };
    const at = new Date(who.now).toISOString();
    const answer = ok(shownBill(after), after.version);
    await office.commit(
      [
        billWrite(t, propertyId, change, { stored: item, set: { 'rest.waived': waived, 'rest.head': head } }),
        accountWrite(t, moves.account),
        postingWrite(t, { id: newId('entry', who.now), at, ...place, movements: moves.movements, reason }),
        write,
      ],
      answer,
    );
    return answer;
  });
}

export const waiverRoutes: Route[] = [
  route({
    id: 'waiveBill',
    method: 'POST',
    path: '/v1/bills/{id}/waive',
    summary: 'Let off part of a bill, or all that is open on it, with the reason; an entry that stays (减免)',
    needs: 'bills:waive',
    params: z.strictObject({ id: id('bill') }),
    body: z.strictObject({
      /** left out, all that is open */
      amount: z.optional(amount),
      reason: line(200),
    }),
    example: { amount: '50.00', reason: '停电三日，经理批准减免' },
    responses: { 200: Bill },
    refuses: ['wrong-state', 'unprocessable'],
    versioned: true,
    handle: (context, { params, body }) => waiveBill(context, params.id, body),
  }),
];
