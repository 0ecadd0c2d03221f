import { expect } from 'vitest';
import { issued } from '../../functions/fees/issue.ts';
import { accountOf, type Entry, sums, total } from '../../shared/books/index.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Item, type OfficeTable, retryStale } from '../../shared/table.ts';
import { type Answer, call, keyOf, staffOf, type Who } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { booksOf, customerIdOf, estate, propertyId, unitIdOf } from './fees.ts';

/** An office whose units each have an owner and a tenant, and short names for what is done with their money. */
export interface Till {
  t: string;
  table: OfficeTable;
  units: string[];
  desk: Who;
  key: Who;
  post(path: string, body: unknown, options?: Options): Promise<Answer>;
  get(path: string, params?: Record<string, string>, query?: Record<string, string>): Promise<Answer>;
  /** Issues a bill to a payer of a unit; amounts in fen. */
  bill(unit: number, amount: number, dueDay: string, payer?: string): Promise<string>;
  pay(amount: string, body?: Record<string, unknown>, options?: Options): Promise<Answer>;
  billItem(id: string): Promise<{ open: number; status: string; paid: Record<string, number> }>;
}

interface Options {
  params?: Record<string, string>;
  who?: Who;
  headers?: Record<string, string>;
}

export const owner = (unit: number) => customerIdOf(unit);
/** The tenant of a unit is the owner of the one before. */
export const tenant = (unit: number) => customerIdOf(unit - 1);

/** What was wrong with a request, as path and code. */
export const problemOf = ({ body }: { body: { errors?: { path: string; code: string }[] } }) =>
  body.errors?.map(({ path, code }) => [path, code]);

let cycles = 0;

export async function makeTill(tableName: string, handler: unknown, n = 4): Promise<Till> {
  const t = newId('tenant');
  await estate(tableName, t, n, (i) => ({
    occupancies: [
      { payerId: owner(i), role: 'owner', from: '2026-01-01' },
      ...(i > 0 ? [{ payerId: tenant(i), role: 'tenant', from: '2026-01-01' }] : []),
    ],
  }));
  const table = officeTable(tableName, t);
  const desk = staffOf(t, ['finance']);
  const post: Till['post'] = (path, body, { params, who = desk, headers } = {}) =>
    call(handler as never, who, `POST ${path}`, {
      body,
      ...(params && { params }),
      ...(headers && { headers }),
    });
  return {
    t,
    table,
    units: Array.from({ length: n }, (_, i) => unitIdOf(i)),
    desk,
    key: keyOf(t),
    post,
    get: (path, params = {}, query = {}) => call(handler as never, desk, `GET ${path}`, { params, query }),
    bill: (unit, amount, dueDay, payer = owner(unit)) => issue(table, unit, amount, dueDay, payer),
    pay: (amount, body = {}, options = {}) =>
      post(
        '/v1/payments',
        { unitId: unitIdOf(1), payerId: owner(1), amount, method: 'wechat', ...body },
        options,
      ),
    async billItem(id) {
      const { item } = await table.load({ item: keys.bill(t, id) });
      return {
        open: item?.list?.open as number,
        status: item?.list?.status as string,
        paid: item?.rest?.paid as Record<string, number>,
      };
    },
  };
}

async function issue(
  table: OfficeTable,
  unit: number,
  amount: number,
  dueDay: string,
  payerId: string,
): Promise<string> {
  const t = table.tenantId;
  const of = { propertyId, unitId: unitIdOf(unit), payerId };
  const cycle = `2026-${String(++cycles)}`;
  return retryStale(async () => {
    const { item } = await table.load({ item: keys.account(t, of.unitId, payerId) });
    const line = {
      standardId: newId('standard'),
      version: 1,
      kind: 'management',
      name: '物业管理费',
      basis: 'area',
      quantity: '100.01',
      price: '2.35',
      months: 1,
      exact: String(amount),
      amount,
    } as const;
    const { bill, writes } = issued(
      t,
      {
        ...of,
        cycle,
        slot: 0,
        n: 1,
        at: Date.now(),
        lines: [line],
        total: amount,
        dueDay,
        runId: newId('billRun'),
      },
      accountOf(item, of),
    );
    await table.commit(writes);
    return bill.id;
  });
}

const byAccount = (entries: readonly Entry[]) =>
  Map.groupBy(entries, ({ unitId, payerId }) => `${unitId}|${payerId}`);

/**
 * Holds every account, every bill and every number of an office against the sum of its entries; answers all entries.
 * Indexes of DynamoDB Local follow at once.
 */
export async function audit({ t, table, units }: Pick<Till, 't' | 'table' | 'units'>): Promise<Entry[]> {
  const entries = await booksOf(table, units);
  const grouped = byAccount(entries);
  const accounts = (
    await Promise.all(units.map((unit) => table.all({ pk: keys.accountsPk(t, unit) })))
  ).flat();
  expect(accounts.map((item) => `${item.list?.unitId}|${item.list?.payerId}`).sort()).toEqual(
    [...grouped.keys()].sort(),
  );
  for (const item of accounts) {
    const account = accountOf(item, { propertyId, unitId: '', payerId: '' });
    const books = sums(grouped.get(`${account.unitId}|${account.payerId}`) ?? []);
    expect(new Map(account.bills.map(({ id, open }) => [id, open]))).toEqual(books.bills);
    expect(new Map(account.credits.map(({ source, amount }) => [source, amount]))).toEqual(books.credits);
    expect(new Map(account.deposits.map(({ id, amount }) => [id, amount]))).toEqual(books.deposits);
    expect(item.list).toMatchObject({
      open: total(books.bills),
      credit: total(books.credits),
      deposit: total(books.deposits),
    });
    for (const amounts of [books.bills, books.credits, books.deposits])
      for (const amount of amounts.values()) expect(amount).toBeGreaterThan(0);
  }
  const all = sums(entries);
  expect(all.cash).toBeGreaterThanOrEqual(0);
  const bills = await table.all({ index: 'g1', pk: lists.billsOfProperty(t, propertyId) });
  const stored: Record<string, Item | undefined> = await table.load(
    Object.fromEntries(bills.map(({ pk, sk }) => [pk, { pk, sk }])),
  );
  for (const item of Object.values(stored)) {
    if (!item) throw new Error('a bill in a list that is not there');
    const { id, open, status } = item.list as { id: string; open: number; status: string };
    const paid = Object.values(item.rest?.paid as Record<string, number>);
    expect(paid.every((amount) => amount > 0)).toBe(true);
    expect(open).toBe(all.bills.get(id) ?? 0);
    // What was asked for (late fees come on top of the bill's total) is paid, let off or open.
    const asked = entries.reduce((sum, { kind, amount, billId }) => {
      const sign = { charge: 1, lateFee: 1, waiver: -1, void: -1 }[kind as string] ?? 0;
      return billId === id ? sum + sign * amount : sum;
    }, 0);
    expect(paid.reduce((a, b) => a + b, 0)).toBe(asked - open);
    expect(status).toBe(item.rest?.void ? 'void' : open > 0 ? 'open' : 'paid');
    expect(item.g2pk).toBe(lists.billsOfStatus(t, propertyId, status));
  }
  await gapless(table);
  return entries;
}

/** Receipts and notices: each number from 1 on once. */
async function gapless(table: OfficeTable): Promise<void> {
  const t = table.tenantId;
  const read = async (...pks: string[]) =>
    (await Promise.all(pks.map((pk) => table.all({ index: 'g1', pk })))).flat();
  const given = {
    receipt: (
      await read(lists.paymentsOfProperty(t, propertyId), lists.depositsOfProperty(t, propertyId))
    ).map((item) => item.list?.receipt as string),
    refund: (await read(lists.refundsOfProperty(t, propertyId))).map((item) => item.list?.notice as string),
  };
  for (const [series, numbers] of Object.entries(given)) {
    const year = numbers[0]?.slice(0, 4) ?? '2026';
    expect(numbers.sort()).toEqual(numbers.map((_, i) => `${year}-${String(i + 1).padStart(6, '0')}`));
    const { item } = await table.load({ item: keys.numbers(t, propertyId, series, year) });
    expect(item?.v ?? 0).toBe(numbers.length);
  }
}
