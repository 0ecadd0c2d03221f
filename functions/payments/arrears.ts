import * as z from 'zod/mini';
import {
  type Account,
  accountOf,
  accountWrite,
  creditOf,
  depositOf,
  openOf,
  overdueOf,
  postingWrite,
  settle,
} from '../../shared/books/index.ts';
import { cursor, id, limit } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import { invalidField, notFound } from '../../shared/problem.ts';
import type { Item, Key } from '../../shared/table.ts';
import { type Day, daysBetween, localDay } from '../../shared/time/index.ts';
import { type Aged, age, bucketOf, dueRange, noneAged } from './aging.ts';
import { ArrearsPage, type Bucket, buckets, UnitArrears } from './arrearsSchema.ts';
import { whoOf } from './book.ts';
import { loadCase, patiently } from './case.ts';
import { toldBills } from './model.ts';
import { billWrites } from './undo.ts';

const params = z.strictObject({ id: id('unit') });

/** The unit, its property's zone and its accounts as they stand. */
export async function accountsOf({ office }: Context, unitId: string) {
  const t = office.tenantId;
  const [{ unit }, items] = await Promise.all([
    office.load({ unit: keys.unit(t, unitId) }),
    office.all({ pk: keys.accountsPk(t, unitId) }),
  ]);
  if (unit?.et !== 'unit') throw notFound();
  const propertyId = unit.list?.propertyId as string;
  const { property } = await office.load({ property: keys.property(t, propertyId) });
  const zone = property?.list?.zone as string;
  const accounts = items.map((item) => accountOf(item, { propertyId, unitId, payerId: item.sk }));
  return { propertyId, zone, accounts };
}

const sum = (accounts: readonly Account[], of: (account: Account) => Fen) =>
  yuan(accounts.reduce((all, account) => all + of(account), 0));

function amountsOf(accounts: readonly Account[], today: Day) {
  return {
    open: sum(accounts, openOf),
    overdue: sum(accounts, (account) => overdueOf(account, today)),
    credit: sum(accounts, creditOf),
    deposits: sum(accounts, depositOf),
  };
}

async function unitArrears(context: Context, unitId: string): Promise<Reply> {
  const { propertyId, zone, accounts } = await accountsOf(context, unitId);
  const today = localDay(context.now, zone);
  return ok({
    unitId,
    propertyId,
    asOf: today,
    owes: accounts.some((account) => openOf(account) > 0),
    ...amountsOf(accounts, today),
    accounts: accounts.map((account) => ({
      payerId: account.payerId,
      ...amountsOf([account], today),
      bills: account.bills.map(({ id, dueDay, open }) => ({
        billId: id,
        dueDay,
        open: yuan(open),
        age: daysBetween(dueDay, today),
      })),
    })),
  });
}

interface Asked {
  propertyId: string;
  by: 'age' | 'building' | 'payer';
  bucket?: Bucket | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** What is overdue in a property, each list from one query a page on the index it is sorted by. */
async function listArrears(context: Context, query: Asked): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { propertyId, by, bucket, ...paging } = query;
  const { property } = await office.load({ property: keys.property(t, propertyId) });
  if (property?.et !== 'property') {
    throw invalidField('/query/propertyId', 'unknown', 'There is no such property.', '没有该项目。');
  }
  if (bucket !== undefined && by !== 'age') {
    throw invalidField('/query/bucket', 'not_applicable', 'Only with by=age.', '仅用于 by=age。');
  }
  const today = localDay(now, property.list?.zone as string);
  const sk = dueRange(today, bucket);
  if (by === 'building') return ok({ asOf: today, items: await byBuilding(context, propertyId, today) });
  if (by === 'payer') {
    const page = await office.query({
      index: 'g5',
      pk: lists.arrearsOfProperty(t, propertyId),
      sk,
      ...paging,
    });
    return ok({ asOf: today, ...page, items: page.items.map((item) => payerLine(item, today)) });
  }
  const page = await office.query({
    index: 'g2',
    pk: lists.billsOfStatus(t, propertyId, 'open'),
    sk,
    ...paging,
  });
  return ok({ asOf: today, ...page, items: page.items.map((item) => billLine(item, today)) });
}

function since(dueDay: Day, today: Day) {
  const days = daysBetween(dueDay, today);
  return { dueDay, age: days, bucket: bucketOf(days) };
}

interface Listed {
  id: string;
  unitId: string;
  payerId: string;
  cycle: string;
  open: Fen;
  credit: Fen;
  dueDay: Day;
  oldestDue: Day;
}

function billLine(item: Item, today: Day) {
  const { id, unitId, payerId, cycle, open, dueDay } = item.list as unknown as Listed;
  return { billId: id, unitId, payerId, cycle, open: yuan(open), ...since(dueDay, today) };
}

function payerLine(item: Item, today: Day) {
  const { unitId, payerId, open, credit, oldestDue } = item.list as unknown as Listed;
  return { payerId, unitId, open: yuan(open), credit: yuan(credit), ...since(oldestDue, today) };
}

/** Units read at a time. */
const together = 100;

/**
 * What is overdue by building and age. A sum is over all of it: the cost is in proportion to what is overdue, a read for each of its
 * bills and units, nothing for those who have paid.
 */
async function byBuilding({ office }: Context, propertyId: string, today: Day) {
  const t = office.tenantId;
  const bills = await office.all({
    index: 'g2',
    pk: lists.billsOfStatus(t, propertyId, 'open'),
    sk: dueRange(today, undefined),
  });
  const byUnit = Map.groupBy(bills, (item) => item.list?.unitId as string);
  const ids = [...byUnit.keys()];
  const buildings = new Map<string, { units: number; overdue: Aged }>();
  for (let from = 0; from < ids.length; from += together) {
    const some = ids.slice(from, from + together);
    const wanted: Record<string, Key> = Object.fromEntries(some.map((id) => [id, keys.unit(t, id)]));
    const units: Record<string, Item | undefined> = await office.load(wanted);
    for (const id of some) {
      const building = (units[id]?.list?.building as string | undefined) ?? '';
      const group = buildings.get(building) ?? { units: 0, overdue: noneAged() };
      buildings.set(building, group);
      group.units += 1;
      for (const { list } of byUnit.get(id) ?? []) age(group.overdue, today, list as never);
    }
  }
  const inYuan = (sums: Aged) =>
    Object.fromEntries(Object.entries(sums).map(([name, fen]) => [name, yuan(fen)]));
  return [...buildings]
    .sort(([a], [b]) => a.localeCompare(b, 'zh', { numeric: true }))
    .map(([building, { units, overdue }]) => ({ building, units, overdue: inYuan(overdue) }));
}

/** Uses credit in hand on what is open, the oldest on the oldest. Nothing to do is no fault. */
async function settleAccount(context: Context, unitId: string, payerId: string): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  const who = whoOf(context);
  return patiently(async () => {
    const { account } = await loadCase(context, { unitId, payerId });
    const moves = settle(account);
    const { movements, bills } = moves;
    const { propertyId } = account;
    const answer = ok({
      used: yuan(movements.reduce((all, { amount }) => all + amount, 0)),
      open: yuan(openOf(moves.account)),
      credit: yuan(creditOf(moves.account)),
    });
    if (movements.length === 0) return answer;
    const postingId = newId('entry', who.now);
    const place = { propertyId, unitId, payerId };
    const event = append(
      noHistory,
      { type: 'credit.used', object: postingId, data: { ...place, bills: toldBills(bills) } },
      who,
    );
    await office.commit(
      [
        accountWrite(t, moves.account),
        postingWrite(t, { id: postingId, at: new Date(who.now).toISOString(), ...place, movements }),
        event.write,
        ...(await billWrites(office, moves)),
      ],
      answer,
    );
    return answer;
  });
}

/** Who owes what: for those only who need to know (FEE-8). */
export const arrearsRoutes: Route[] = [
  route({
    id: 'getUnitArrears',
    method: 'GET',
    path: '/v1/units/{id}/arrears',
    summary: 'What is owed on a unit, by payer: for moving out and the release of goods (MOVE-2, GOODS-3)',
    needs: 'fees:read',
    params,
    responses: { 200: UnitArrears },
    handle: (context, { params }) => unitArrears(context, params.id),
  }),
  route({
    id: 'listArrears',
    method: 'GET',
    path: '/v1/arrears',
    summary:
      'What is overdue in a property: bills by age, the oldest first; payers, the oldest debt first; sums by building',
    needs: 'fees:read',
    query: z.strictObject({
      propertyId: id('property'),
      by: z._default(z.enum(['age', 'building', 'payer']), 'age'),
      bucket: z.optional(z.enum(buckets)),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: ArrearsPage },
    handle: (context, { query }) => listArrears(context, query),
  }),
  route({
    id: 'settleUnit',
    method: 'POST',
    path: '/v1/units/{id}/settle',
    summary: 'Use a payer\u2019s credit on what is open for the unit, the oldest due first',
    needs: 'payments:write',
    params,
    body: z.strictObject({ payerId: id('customer') }),
    example: { payerId: 'cus_01JZ0000000000000000000000' },
    responses: { 200: z.strictObject({ used: z.string(), open: z.string(), credit: z.string() }) },
    handle: async (context, { params, body }) => {
      const { unit } = await context.office.load({ unit: keys.unit(context.office.tenantId, params.id) });
      if (unit?.et !== 'unit') throw notFound();
      return settleAccount(context, params.id, body.payerId);
    },
  }),
];
