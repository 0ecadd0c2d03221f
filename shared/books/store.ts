import { at, keys, lists } from '../keys.ts';
import type { Item, Write } from '../table.ts';
import { type Account, type BillChange, creditOf, depositOf, newAccount, openOf } from './account.ts';
import type { Entry, Movement } from './entry.ts';
import type { BillState } from './steps.ts';

/*
 * How the books lie in the table:
 * - the account: `keys.account(t, unit, payer)`; all accounts of a unit are one partition (release of goods asks them). The ones
 *   with something open are on g5 by property, the oldest due first; all are on g6 by payer.
 * - a bill is its own charge entry: it is found by its id, and on g1 (property), g2 (property and status), g3 (unit).
 * - everything else that moves money is a posting: an item whose `list.movements` are its entries, on g3 of the unit. A payment
 *   is one too: its item has the members of `postingList` in `list`, and whatever it likes beside them.
 */

/** The account of an item, or a new one where there is none. */
export function accountOf(
  item: Item | undefined,
  of: Pick<Account, 'propertyId' | 'unitId' | 'payerId'>,
): Account {
  if (!item) return newAccount(of);
  const { bills, credits, deposits } = item.rest as Pick<Account, 'bills' | 'credits' | 'deposits'>;
  const { propertyId, unitId, payerId } = item.list as unknown as typeof of;
  return { propertyId, unitId, payerId, version: item.v, bills, credits, deposits };
}

/** Writes an account on the version it was read with; `Stale` if somebody else was faster (read and decide again). */
export function accountWrite(t: string, account: Account): Write {
  const { propertyId, unitId, payerId, version, bills, credits, deposits } = account;
  const oldest = bills[0];
  return {
    put: {
      ...keys.account(t, unitId, payerId),
      et: 'account',
      v: version + 1,
      list: {
        propertyId,
        unitId,
        payerId,
        open: openOf(account),
        credit: creditOf(account),
        deposit: depositOf(account),
        ...(oldest && { oldestDue: oldest.dueDay }),
      },
      rest: { bills, credits, deposits },
      ...(oldest && {
        g5pk: lists.arrearsOfProperty(t, propertyId),
        g5sk: `${oldest.dueDay}#${unitId}#${payerId}`,
      }),
      g6pk: lists.accountsOfPayer(t, payerId),
      g6sk: unitId,
    },
    expect: version === 0 ? 'new' : { version },
  };
}

export type BillStatus = 'open' | 'paid' | 'void';

/** A bill's place in the list of its property and status. */
export const billStatusIndex = (t: string, propertyId: string, status: BillStatus) => ({
  g2pk: lists.billsOfStatus(t, propertyId, status),
});

/**
 * Writes what a step changed on a bill. Without `stored` nothing need be read: right for a payment just made, of which nothing
 * can be on the bill yet; the account's version keeps two of them apart. Otherwise the bill as read.
 */
export function billWrite(
  t: string,
  propertyId: string,
  change: BillChange,
  options: { stored?: Item; status?: BillStatus; set?: Record<string, unknown> } = {},
): Write {
  const { stored } = options;
  const status = options.status ?? (change.open > 0 ? 'open' : 'paid');
  const before = stored ? paidOn(stored) : {};
  const set: Record<string, unknown> = {
    'list.open': change.open,
    'list.status': status,
    ...billStatusIndex(t, propertyId, status),
    ...options.set,
  };
  const unset: string[] = [];
  for (const [source, by] of Object.entries(change.paid)) {
    const amount = (before[source] ?? 0) + by;
    if (amount === 0) unset.push(`rest.paid.${source}`);
    else set[`rest.paid.${source}`] = amount;
  }
  return {
    update: keys.bill(t, change.id),
    set,
    ...(unset.length > 0 && { unset }),
    add: { v: 1 },
    expect: stored ? { version: stored.v } : 'exists',
  };
}

const paidOn = (bill: Item) => (bill.rest?.paid ?? {}) as Record<string, number>;

/** What the steps need to know of a bill's item. */
export const billState = (bill: Item): BillState => ({
  id: bill.list?.id as string,
  dueDay: bill.list?.dueDay as string,
  open: bill.list?.open as number,
  paid: paidOn(bill),
});

/** Money moved, with whom, when and why (记账凭证). Immutable. */
export interface Posting {
  id: string;
  at: string;
  propertyId: string;
  unitId: string;
  payerId: string;
  movements: Movement[];
  reason?: string;
}

/** The members of a posting that stand in `list`, and its place among the unit's postings. */
export const postingList = (t: string, posting: Posting) => ({
  list: { ...posting },
  g3pk: lists.postingsOfUnit(t, posting.unitId),
  g3sk: at(posting.at, posting.id),
});

/** Writes a posting that is no document of its own (void, waiver, transfer, late fee). */
export const postingWrite = (t: string, posting: Posting): Write => ({
  put: { ...keys.posting(t, posting.id), et: 'posting', v: 1, ...postingList(t, posting) },
  expect: 'new',
});

/** The entries of a bill, payment or posting as stored or as its index shows it. */
export function entriesOf(item: Item): Entry[] {
  const { id, at, propertyId, unitId, payerId, reason } = item.list as unknown as Posting;
  return movementsOf(item).map((movement, n) => ({
    ...movement,
    id: `${id}.${n}`,
    at,
    propertyId,
    unitId,
    payerId,
    ...(reason !== undefined && { reason }),
  }));
}

function movementsOf(item: Item): Movement[] {
  const list = item.list ?? {};
  if (item.et !== 'bill') return (list.movements ?? []) as Movement[];
  const billId = list.id as string;
  const amount = list.total as number;
  if (amount === 0) return [];
  const used = (list.used ?? {}) as Record<string, number>;
  return [
    { kind: 'charge', amount, billId },
    ...Object.entries(used).map(
      ([source, amount]): Movement => ({ kind: 'creditUsed', amount, billId, source }),
    ),
  ];
}
