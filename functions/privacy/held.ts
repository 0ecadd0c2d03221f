import { keys, lists, tick } from '../../shared/keys.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { objectOf } from '../tickets/store.ts';

/** Everything an office holds about a person, as stored. */
export interface Held {
  /** the partition of the file: the file, its history, identity checks */
  file: Item[];
  /** of each ticket in which they speak or which they pay for: its whole partition */
  tickets: Item[][];
  accounts: Item[];
  /** bills, payments, deposits, refunds, other postings, and the statement lines of payments */
  books: Item[];
  /** of each dunning case: its whole partition */
  cases: Item[][];
}

/** Keys of one read. */
const together = 90;

/** Reads items by key, whole, consistently. */
async function whole(office: OfficeTable, wanted: readonly Key[]): Promise<Item[]> {
  const found: Item[] = [];
  for (let from = 0; from < wanted.length; from += together) {
    const some = wanted.slice(from, from + together).map((key, n) => [`${n}`, key] as const);
    const items: Record<string, Item | undefined> = await office.load(Object.fromEntries(some));
    found.push(...Object.values(items).filter((item) => item !== undefined));
  }
  return found;
}

const partition = (office: OfficeTable, object: string) =>
  office.all({ pk: keys.objectPk(office.tenantId, object) });

/**
 * The tickets in which somebody speaks. No index knows them by customer (all seven are taken, and this is asked some times a
 * year): the office's tickets since the file was opened are looked at, ninety in a read.
 */
async function ticketsOf(office: OfficeTable, customerId: string, since: string): Promise<Item[][]> {
  const t = office.tenantId;
  const all = await office.all({ index: 'g1', pk: lists.tickets(t), sk: { from: tick(since) } });
  const items = await whole(
    office,
    all.map(({ pk, sk }) => ({ pk, sk })),
  );
  const mine = items.filter(
    ({ rest }) => (rest?.reporter as { customerId?: string } | undefined)?.customerId === customerId,
  );
  return Promise.all(mine.map((item) => partition(office, objectOf(item))));
}

/** Undefined where there is no such customer. */
export async function heldOf(office: OfficeTable, customerId: string): Promise<Held | undefined> {
  const t = office.tenantId;
  const file = await partition(office, customerId);
  const customer = file.find(({ et }) => et === 'customer');
  if (!customer) return undefined;
  const accounts = await whole(
    office,
    (await office.all({ index: 'g6', pk: lists.accountsOfPayer(t, customerId) })).map(({ pk, sk }) => ({
      pk,
      sk,
    })),
  );
  const units = [...new Set([customer.list?.unitId, ...accounts.map(({ list }) => list?.unitId)])];
  const listed = await Promise.all(
    units.flatMap((unit) =>
      [lists.billsOfUnit, lists.postingsOfUnit, lists.dunningOfUnit].map((of) =>
        office.all({ index: 'g3', pk: of(t, String(unit)) }),
      ),
    ),
  );
  const mine = listed.flat().filter(({ list }) => list?.payerId === customerId);
  const books = await whole(
    office,
    mine.filter(({ et }) => et !== 'dunning').map(({ pk, sk }) => ({ pk, sk })),
  );
  const lines = await whole(
    office,
    books.flatMap(({ rest }) =>
      typeof rest?.statementLineId === 'string' ? [keys.statementLine(t, rest.statementLineId)] : [],
    ),
  );
  return {
    file,
    tickets: await ticketsOf(office, customerId, customer.rest?.createdAt as string),
    accounts,
    books: [...books, ...lines],
    cases: await Promise.all(
      mine.filter(({ et }) => et === 'dunning').map((item) => partition(office, objectOf(item))),
    ),
  };
}

/**
 * Units of which the person is the payer today or later: they would get a bill in the next run. That may be any unit, whosever file they are
 * in; no index knows, so all are looked at.
 */
export async function occupied(office: OfficeTable, customerId: string, today: string) {
  const t = office.tenantId;
  const units = await office.all({ index: 'g1', pk: lists.units(t) });
  const files = await whole(
    office,
    units.map(({ list }) => keys.feeFile(t, String(list?.id))),
  );
  return files.flatMap((file) => {
    const occupancies = (file.rest?.occupancies ?? []) as { payerId: string; to?: string }[];
    const goesOn = occupancies.some(
      ({ payerId, to }) => payerId === customerId && (to === undefined || to >= today),
    );
    return goesOn ? [objectOf(file)] : [];
  });
}
