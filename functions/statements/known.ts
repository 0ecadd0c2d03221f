import { visible } from '../../shared/imports.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { namedPayment } from '../payments/model.ts';
import type { Method } from '../payments/schema.ts';
import type { BankRow } from './file.ts';
import { billsIn, type Known, nameOf, type OpenAccount, UnitCodes } from './match.ts';
import { postedAs } from './posted.ts';

/** Names and units asked for at a time, and how many customers of one name are looked at: more would decide nothing. */
const together = 8;
const alike = 20;

/** Reads what the lines of a statement are matched against: the property's units and open accounts once, bills and names that lines name. */
export async function knownOf(
  office: OfficeTable,
  propertyId: string,
  method: Method,
  rows: readonly BankRow[],
): Promise<Known> {
  const t = office.tenantId;
  const [units, accounts, posted, bills, names] = await Promise.all([
    office.all({ index: 'g2', pk: lists.unitsOfProperty(t, propertyId) }),
    office.all({ index: 'g5', pk: lists.arrearsOfProperty(t, propertyId) }),
    postedBefore(office, { propertyId, method }, rows),
    billsNamed(office, propertyId, rows),
    customersNamed(office, rows),
  ]);
  const there = await visible(office, units);
  const codes = new UnitCodes(
    there.map(({ list }) => list as { id: string; building: string; number: string }),
  );
  return {
    units: codes,
    payers: await payersOf(office, new Set(rows.flatMap(({ reference }) => codes.in(reference ?? '')))),
    accounts: accounts.map(({ list }) => list as unknown as OpenAccount),
    posted,
    bills,
    names,
  };
}

/** What an app or a till has posted under the bank's numbers of lines, in this property and paid in this way. */
async function postedBefore(
  office: OfficeTable,
  of: { propertyId: string; method: Method },
  rows: readonly BankRow[],
): Promise<Known['posted']> {
  const t = office.tenantId;
  const wanted: Record<string, Key> = {};
  for (const { serial } of rows) {
    if (serial !== undefined) wanted[serial] = keys.payment(t, namedPayment(t, serial));
  }
  const found: Record<string, Item | undefined> =
    Object.keys(wanted).length > 0 ? await office.load(wanted) : {};
  return new Map(
    rows.flatMap(({ serial = '', amount }) => {
      const posted = postedAs(found[serial], { ...of, amount });
      return posted ? [[serial, { ...posted, amount }] as const] : [];
    }),
  );
}

async function billsNamed(office: OfficeTable, propertyId: string, rows: readonly BankRow[]) {
  const t = office.tenantId;
  const ids = [...new Set(rows.flatMap(({ reference }) => billsIn(reference)))];
  const wanted: Record<string, Key> = Object.fromEntries(ids.map((id) => [id, keys.bill(t, id)]));
  const found: Record<string, Item | undefined> = ids.length > 0 ? await office.load(wanted) : {};
  return new Map(
    Object.entries(found).flatMap(([id, item]) =>
      item?.et === 'bill' && item.list?.propertyId === propertyId && item.list.status !== 'void'
        ? [[id, item.list as unknown as { unitId: string; payerId: string; open: number }] as const]
        : [],
    ),
  );
}

async function customersNamed(office: OfficeTable, rows: readonly BankRow[]) {
  const pk = lists.customers(office.tenantId);
  const names = new Map<string, string[]>();
  const wanted = new Set(rows.flatMap(({ payer }) => (payer === undefined ? [] : [nameOf(payer)])));
  await each(wanted, async (name) => {
    const { items } = await office.query({ index: 'g1', pk, sk: { begins: `${name}#` }, limit: alike });
    const ids = (await visible(office, items)).map((item) => item.list?.id as string);
    if (ids.length > 0) names.set(name, ids);
  });
  return names;
}

async function payersOf(office: OfficeTable, units: ReadonlySet<string>) {
  const payers = new Map<string, string[]>();
  await each(units, async (unitId) => {
    const accounts = await office.all({ pk: keys.accountsPk(office.tenantId, unitId) });
    payers.set(
      unitId,
      accounts.map(({ sk }) => sk),
    );
  });
  return payers;
}

async function each(all: Iterable<string>, ask: (one: string) => Promise<void>): Promise<void> {
  const queue = [...all];
  const work = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await ask(one);
  };
  await Promise.all(Array.from({ length: together }, work));
}
