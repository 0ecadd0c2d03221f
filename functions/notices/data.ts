import { keys } from '../../shared/keys.ts';
import type { Fen } from '../../shared/money/index.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { daysBetween, localDay } from '../../shared/time/index.ts';
import { activeBills, type DunningCase } from '../dunning/model.ts';
import { parseCase, type ToldBill } from '../dunning/store.ts';
import { type House, houseOf } from './house.ts';
import type { paperKinds } from './schema.ts';

export type PaperKind = (typeof paperKinds)[number];

/** One page to print: everything that stands on it. */
export interface Paper extends Omit<House, 'zone'> {
  kind: PaperKind;
  caseId: string;
  /** The paper's number: the case and how many messages it has had. */
  number: string;
  day: string;
  bills: ToldBill[];
  /** Part of the sum: late fees charged (FEE-9). */
  lateFees: Fen;
  total: Fen;
}

/** Bills named one by one; what is more is one line. Two pages of them nobody reads. */
export const mostBills = 40;

/** Keys of one round trip. */
const atOnce = 90;

async function loadMany(office: OfficeTable, wanted: Record<string, Key>): Promise<Map<string, Item>> {
  const all = Object.entries(wanted);
  const found = new Map<string, Item>();
  for (let from = 0; from < all.length; from += atOnce) {
    const part: Record<string, Item | undefined> = await office.load(
      Object.fromEntries(all.slice(from, from + atOnce)),
    );
    for (const [name, item] of Object.entries(part)) if (item) found.set(name, item);
  }
  return found;
}

/** The pages of cases as things are now; cases that are not there, or have nothing to ask for, are left out. */
export async function papersOf(
  office: OfficeTable,
  ids: readonly string[],
  now: number,
  kind?: PaperKind,
): Promise<Paper[]> {
  const t = office.tenantId;
  const items = await loadMany(office, Object.fromEntries(ids.map((id) => [id, keys.dunning(t, id)])));
  const cases = ids.flatMap((id) => {
    const item = items.get(id);
    return item?.et === 'dunning' ? [{ of: parseCase(item), stage: item.list?.stage }] : [];
  });
  const wanted: Record<string, Key> = { office: keys.office(t) };
  for (const { of } of cases) {
    wanted[of.propertyId] = keys.property(t, of.propertyId);
    wanted[of.unitId] = keys.unit(t, of.unitId);
    wanted[of.payerId] = keys.customer(t, of.payerId);
    wanted[`acc ${of.id}`] = keys.account(t, of.unitId, of.payerId);
    for (const { id } of activeBills(of).slice(-mostBills)) wanted[id] = keys.bill(t, id);
  }
  const found = await loadMany(office, wanted);
  return cases.flatMap(({ of, stage }) => {
    const page = paperOf(of, found, now, kind ?? (stage === 'letter' ? 'letter' : 'notice'));
    return page ? [page] : [];
  });
}

function paperOf(
  of: DunningCase,
  found: ReadonlyMap<string, Item>,
  now: number,
  kind: PaperKind,
): Paper | undefined {
  const house = houseOf({
    office: found.get('office'),
    property: found.get(of.propertyId),
    unit: found.get(of.unitId),
    payer: found.get(of.payerId),
  });
  const account = found.get(`acc ${of.id}`);
  if (!house || !account) return undefined;
  const openNow = new Map(
    ((account.rest?.bills ?? []) as { id: string; open: number }[]).map(({ id, open }) => [id, open]),
  );
  const asked = activeBills(of).filter(({ id }) => openNow.has(id));
  if (asked.length === 0) return undefined;
  const { zone, ...about } = house;
  const day = localDay(now, zone);
  return {
    ...about,
    kind,
    caseId: of.id,
    number: `${of.id.slice(-10)}-${of.told}`,
    day,
    bills: asked.slice(-mostBills).map(({ id, due }) => ({
      id,
      cycle: String(found.get(id)?.list?.cycle ?? ''),
      dueDay: due,
      total: (found.get(id)?.list?.total as number | undefined) ?? 0,
      open: openNow.get(id) ?? 0,
      daysLate: daysBetween(due, day),
    })),
    lateFees: asked.reduce((sum, { id }) => sum + (of.fees[id]?.sum ?? 0), 0),
    total: asked.reduce((sum, { id }) => sum + (openNow.get(id) ?? 0), 0),
  };
}
