import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unitRecords } from '../../functions/offices/units.ts';
import { accountOf, type Entry, entriesOf, sums, total } from '../../shared/books/index.ts';
import { noHistory } from '../../shared/history.ts';
import { derivedId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { monthlyFee } from '../samples.ts';
import { call, type Who } from './call.ts';
import { client } from './dynamodb.ts';

/** Ids that are the same in every test office, so that the bills of two offices can be compared. */
export const propertyId = derivedId('property', 'fees');
export const unitIdOf = (i: number) => derivedId('unit', propertyId, '1栋', String(i));
export const customerIdOf = (i: number) => derivedId('customer', String(i));

/** Puts a property with `n` units of 100 m2 and up, each with an owner; `file` adds to the fee file of a unit. */
export async function estate(
  tableName: string,
  t: string,
  n: number,
  file: (i: number) => Record<string, unknown> = () => ({}),
  unit: (i: number) => Record<string, unknown> = () => ({}),
): Promise<void> {
  const now = '2026-01-01T00:00:00.000Z';
  const items: Item[] = [
    {
      ...keys.property(t, propertyId),
      et: 'property',
      v: 1,
      list: { id: propertyId, name: '锦绣花园', zone: 'Asia/Shanghai', archived: false },
      rest: {
        hours: { working: [{ from: '08:30', to: '17:30' }] },
        createdAt: now,
        head: noHistory,
      },
    },
  ];
  for (let i = 0; i < n; i++) {
    const id = unitIdOf(i);
    items.push(
      unitRecords.item(
        t,
        {
          id,
          propertyId,
          building: '1栋',
          number: String(i),
          area: 10_000 + i,
          occupancy: 'occupied',
          version: 1,
          createdAt: now,
          ...unit(i),
        },
        noHistory,
      ),
      {
        ...keys.customer(t, customerIdOf(i)),
        et: 'customer',
        v: 1,
        list: { id: customerIdOf(i), name: `业主${i}` },
        rest: { head: noHistory },
      },
      {
        ...keys.feeFile(t, id),
        et: 'feeFile',
        v: 1,
        list: { unitId: id, propertyId },
        rest: {
          occupancies: [{ payerId: customerIdOf(i), role: 'owner', from: '2026-01-01' }],
          vacancies: [],
          assignments: [],
          exceptions: [],
          meters: [],
          head: noHistory,
          ...file(i),
        },
      },
    );
  }
  for (let from = 0; from < items.length; from += 25) {
    const PutRequests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: PutRequests } }));
  }
}

export const management = monthlyFee(propertyId);

/** A client of the fees API as somebody. */
export function feesApi(handler: unknown, who: Who) {
  const ask = (route: string, options: Parameters<typeof call>[3] = {}) =>
    call(handler as never, who, route, options);
  return {
    ask,
    post: (path: string, body: unknown, params?: Record<string, string>, headers = {}) =>
      ask(`POST ${path}`, { body, headers, ...(params && { params }) }),
    get: (path: string, params: Record<string, string> = {}, query: Record<string, string> = {}) =>
      ask(`GET ${path}`, { params, query }),
  };
}

/** All entries of units, by unit, from bills and postings as they stand in the table. */
export async function booksOf(office: OfficeTable, units: readonly string[]): Promise<Entry[]> {
  const t = office.tenantId;
  const items = await Promise.all(
    units.flatMap((unit) =>
      [lists.billsOfUnit(t, unit), lists.postingsOfUnit(t, unit)].map((pk) =>
        office.all({ index: 'g3', pk }),
      ),
    ),
  );
  return items.flat().flatMap(entriesOf);
}

/** What the books of units say and what their accounts say; to be equal. */
export async function compareBooks(office: OfficeTable, units: readonly string[]) {
  const entries = sums(await booksOf(office, units));
  const items = await Promise.all(
    units.map((unit) => office.all({ pk: keys.accountsPk(office.tenantId, unit) })),
  );
  const accounts = items.flat().map((item) => accountOf(item, { propertyId, unitId: '', payerId: '' }));
  const bills = new Map(accounts.flatMap(({ bills }) => bills.map(({ id, open }) => [id, open] as const)));
  const credits = accounts.flatMap((account) => account.credits);
  return {
    entries: { bills: new Map([...entries.bills].sort()), credit: total(entries.credits) },
    accounts: {
      bills: new Map([...bills].sort()),
      credit: credits.reduce((sum, { amount }) => sum + amount, 0),
    },
  };
}
