import { type Contribution, figure, figureOf, figuresOf, wholeOffice } from '../../shared/counters.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item, ListIndex, OfficeTable, Write } from '../../shared/table.ts';
import { difference } from './contribution.ts';
import { type Share, shareOf } from './counters.ts';
import { moneyShare, propertyOf, zonesOf } from './money.ts';

/** The counters of each scope. */
export type Totals = Record<string, Contribution>;

/**
 * The counters of an office from nothing but what its tickets, its books and its dunning cases keep: everything is read and counted,
 * what stands in the counters is not looked at. `shares`: those of which something else is noted.
 */
export async function countAnew(office: OfficeTable): Promise<{ totals: Totals; shares: Share[] }> {
  const totals: Totals = {};
  const shares: Share[] = [];
  const add = (share: Share | undefined) => {
    if (!share) return;
    if (Object.keys(difference(share.before, share.after)).length > 0) shares.push(share);
    for (const scope of [wholeOffice, share.propertyId]) {
      const sums = totals[scope] ?? {};
      totals[scope] = sums;
      for (const [name, n] of Object.entries(share.after)) {
        sums[name] = (sums[name] ?? 0) + n;
        if (sums[name] === 0) delete sums[name];
      }
    }
  };
  for await (const ticketId of ticketsOf(office)) add(await shareOf(office, ticketId));
  const zones = await zonesOf(office);
  for await (const item of countablesOf(office)) add(await moneyShare(office, item, zones(propertyOf(item))));
  return { totals, shares };
}

/** The counters as they stand; figures that are zero are left out. */
export async function countersOf(office: OfficeTable): Promise<Totals> {
  const t = office.tenantId;
  const properties = await office.all({ pk: keys.propertiesPk(t) });
  const totals: Totals = {};
  for (const scope of [wholeOffice, ...properties.map(({ sk }) => sk)]) {
    const sums: Contribution = {};
    for (const item of await office.all({ pk: keys.counterPk(t, scope) })) {
      for (const [attribute, n] of Object.entries(figuresOf(item))) {
        if (n !== 0) sums[figure(item.sk, attribute)] = n;
      }
    }
    if (Object.keys(sums).length > 0) totals[scope] = sums;
  }
  return totals;
}

/**
 * Counts an office anew and sets right whatever differs; answers how many figures did. To be run while the office is suspended:
 * what happens meanwhile would be counted twice.
 */
export async function rebuild(system: SystemTable, tenantId: string): Promise<number> {
  const office = system.office(tenantId);
  const { totals, shares } = await countAnew(office);
  const standing = await countersOf(office);
  const writes: Write[] = [];
  let wrong = 0;
  for (const scope of new Set([...Object.keys(totals), ...Object.keys(standing)])) {
    const byItem = new Map<string, Record<string, number>>();
    for (const [name, n] of Object.entries(difference(standing[scope] ?? {}, totals[scope] ?? {}))) {
      const { item, attribute } = figureOf(name);
      byItem.set(item, { ...byItem.get(item), [attribute]: n });
      wrong++;
    }
    for (const [item, add] of byItem) {
      writes.push({
        update: keys.counter(tenantId, scope, item),
        set: { et: 'counter' },
        add,
        expect: 'any',
      });
    }
  }
  for (const { key, after } of shares) {
    writes.push({
      update: key,
      set: { et: 'counted', rest: { c: after } },
      add: { v: 1 },
      expect: 'any',
    });
  }
  for (let from = 0; from < writes.length; from += 100) await office.commit(writes.slice(from, from + 100));
  return wrong;
}

async function* ticketsOf(office: OfficeTable): AsyncGenerator<string> {
  for await (const { pk } of listed(office, 'g1', lists.tickets(office.tenantId))) {
    yield pk.slice(pk.indexOf('#') + 1);
  }
}

/** Every bill, posting and message of dunning there is: unit by unit, because that is where the books are found. */
async function* countablesOf(office: OfficeTable): AsyncGenerator<Item> {
  const t = office.tenantId;
  for await (const { pk } of listed(office, 'g1', lists.units(t))) {
    const unit = pk.slice(pk.indexOf('#') + 1);
    yield* listed(office, 'g3', lists.billsOfUnit(t, unit));
    yield* listed(office, 'g3', lists.postingsOfUnit(t, unit));
    for await (const found of listed(office, 'g3', lists.dunningOfUnit(t, unit))) {
      yield* await office.all({ pk: found.pk, sk: { begins: keys.dunningToldPrefix } });
    }
  }
}

async function* listed(office: OfficeTable, index: ListIndex, pk: string): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page: { items: Item[]; next?: string } = await office.query({ index, pk, limit: 500, cursor });
    yield* page.items;
    cursor = page.next;
  } while (cursor);
}
