import { billState, type Entry, entriesOf } from '../../shared/books/index.ts';
import {
  type Contribution,
  contributionKey,
  dunningName,
  feesName,
  figure,
  monthsOf,
} from '../../shared/counters.ts';
import { keys } from '../../shared/keys.ts';
import { timeOf } from '../../shared/policyStore.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { caseId, type ToldStep, toldOf } from '../dunning/store.ts';
import type { Share } from './counters.ts';

/*
 * What entries of the books and messages of dunning add to the counters (GOAL-6). Each follows from an item whose entries never change
 * and from what was in the table before it: so it is the same whenever it is counted. Only whether a payment held is known later: it
 * is counted anew then.
 */

/** So many days after a message what comes in counts as its effect. */
const effectDays = 7;

/** How far back messages are looked at: more than are told to one payer in a week. */
const recent = 12;

const homeZone = 'Asia/Shanghai';

/** The zones of an office's properties, which are few. */
export async function zonesOf(office: OfficeTable): Promise<(propertyId: string) => string> {
  const properties = await office.all({ pk: keys.propertiesPk(office.tenantId) });
  const zones = new Map(properties.map((item) => [item.sk, timeOf(item).zone]));
  return (propertyId) => zones.get(propertyId) ?? homeZone;
}

export const propertyOf = (item: Item): string => String(item.list?.propertyId ?? item.rest?.propertyId);

/** Whether an item of this type, with or without movements in its `list`, bears entries or is a message of dunning. */
export const isCountable = ({ et, movements }: { et: string; movements: unknown }): boolean =>
  et === 'bill' || et === 'dunningTold' || movements !== undefined;

/**
 * What entries add, all in fen.
 *
 * - `<month>: charged` by the month in which the bill is due; `off:<due month>` what was taken off (void, waiver; late fees are the
 *   contrary) in the month in which that was done; `in:<due month>` what was paid on bills of that month, in the month of paying.
 * - Effect of dunning: what is paid within seven days of a message that spoke of the bill counts for the last such message, in the
 *   message's month.
 */
export function moneyOf(
  entries: readonly Entry[],
  context: {
    /** of bills */
    dueDay: ReadonlyMap<string, string>;
    told: readonly ToldStep[];
    zone: string;
  },
): Contribution {
  const sums: Contribution = {};
  const add = (item: string, attribute: string, n: number) => {
    const name = figure(item, attribute);
    sums[name] = (sums[name] ?? 0) + n;
    if (sums[name] === 0) delete sums[name];
  };
  for (const { kind, amount, billId, at } of entries) {
    const due = billId && context.dueDay.get(billId);
    if (!due) continue;
    const day = localDay(Date.parse(at), context.zone);
    const { month, dueMonth } = monthsOf(day, due);
    switch (kind) {
      case 'charge':
        add(feesName(dueMonth), 'charged', amount);
        break;
      case 'void':
      case 'waiver':
        add(feesName(month), `off:${dueMonth}`, amount);
        break;
      case 'lateFee':
        add(feesName(month), `off:${dueMonth}`, -amount);
        break;
      case 'allocation':
      case 'creditUsed':
      case 'release': {
        const n = kind === 'release' ? -amount : amount;
        add(feesName(month), `in:${dueMonth}`, n);
        const because = kind === 'release' ? undefined : effectOf(billId, at, context.told);
        if (because) add(dunningName(monthOf(because, context.zone)), `${because.step}:in7`, n);
        break;
      }
    }
  }
  return sums;
}

/** After which instant a message has an effect on what is paid at another. */
const effectSince = (at: string) => new Date(Date.parse(at) - effectDays * 86_400_000).toISOString();

/** The last message about a bill before an instant, if that is not too long ago. */
function effectOf(billId: string, at: string, told: readonly ToldStep[]): ToldStep | undefined {
  const since = effectSince(at);
  return told
    .filter((one) => one.at <= at && one.at > since && one.bills.some(({ id }) => id === billId))
    .sort((a, b) => b.n - a.n)[0];
}

const monthOf = ({ at }: ToldStep, zone: string) => localDay(Date.parse(at), zone).slice(0, 7);

/** What a message adds: that it was told, and what it asked for. */
export function toldCount(told: ToldStep, zone: string): Contribution {
  const item = dunningName(monthOf(told, zone));
  return { [figure(item, `${told.step}:told`)]: 1, [figure(item, `${told.step}:asked`)]: told.total };
}

/** A payment that did not hold, or turned out to be another payer's, is no answer to a message. */
const isHeld = ({ et, list }: Item) => et !== 'payment' || list?.state === 'booked';

/** Where it is noted what the counters have of an item. */
function countedKey(t: string, item: Item): Key {
  const object = item.pk.slice(item.pk.indexOf('#') + 1);
  const key = contributionKey(t, object);
  // The messages of a case share its partition.
  return item.et === 'dunningTold' ? { ...key, sk: `${key.sk}#${item.sk}` } : key;
}

/** An item's share in the counters, its other facts read now. `item`: as stored, or as its list index shows it. */
export async function moneyShare(office: OfficeTable, item: Item, zone: string): Promise<Share> {
  const t = office.tenantId;
  const key = countedKey(t, item);
  if (item.et === 'dunningTold') {
    const told = toldOf(item);
    const { counted } = await office.load({ counted: key });
    return share(told.propertyId, counted, toldCount(told, zone), key);
  }
  const entries = entriesOf(item);
  const bills = [...new Set(entries.flatMap(({ billId }) => billId ?? []))];
  const found: Record<string, Item | undefined> = await office.load({
    '#counted': key,
    ...(item.et !== 'bill' && Object.fromEntries(bills.map((id) => [id, keys.bill(t, id)]))),
  } as Record<string, Key>);
  const known = item.et === 'bill' ? [item] : bills.flatMap((id) => found[id] ?? []);
  const dueDay = new Map(known.map(billState).map(({ id, dueDay }) => [id, dueDay]));
  const paying =
    item.et === 'bill' || !isHeld(item)
      ? undefined
      : entries.find(({ kind }) => kind === 'allocation' || kind === 'creditUsed');
  const told = paying ? await toldBefore(office, paying) : [];
  return share(propertyOf(item), found['#counted'], moneyOf(entries, { dueDay, told, zone }), key);
}

const share = (propertyId: string, counted: Item | undefined, after: Contribution, key: Key): Share => ({
  key,
  propertyId,
  version: counted?.v ?? 0,
  before: (counted?.rest?.c as Contribution | undefined) ?? {},
  after,
});

/** Messages to whom the entry belongs, that were told in the days before it. */
async function toldBefore(office: OfficeTable, entry: Entry): Promise<ToldStep[]> {
  const pk = keys.objectPk(office.tenantId, caseId(entry.unitId, entry.payerId));
  const since = effectSince(entry.at);
  const all: ToldStep[] = [];
  let cursor: string | undefined;
  do {
    const page = await office.query({
      pk,
      sk: { begins: keys.dunningToldPrefix },
      order: 'descending',
      limit: recent,
      cursor,
    });
    const told = page.items.map(toldOf);
    all.push(...told);
    cursor = told.every(({ at }) => at > since) ? page.next : undefined;
  } while (cursor !== undefined);
  return all;
}
