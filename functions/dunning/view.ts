import { derivedId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { obligationId } from '../../shared/obligations/index.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { pendingSteps, rungsOf, wakeOf } from './clock.ts';
import { type DunningCase, openBills, openStepsOf, paidOf, pausedBills, stateOf } from './model.ts';
import { stageOf } from './rules.ts';
import type { Loaded } from './shell.ts';
import { endpointsOf } from './step.ts';
import { type ListedCase, shownTold, toldOf } from './store.ts';
import { feeLine } from './words.ts';

export const shownListed = (item: Item) => {
  const listed = item.list as unknown as ListedCase;
  return { ...listed, open: yuan(listed.open) };
};

/** A case in the API's terms. */
export function shownCase(of: DunningCase, { books, setting, today }: Loaded) {
  const { id, propertyId, unitId, payerId, arrangement, dispute, exception, decision, owed, version } = of;
  const openNow = new Map(books.map((bill) => [bill.id, bill.open]));
  const paused = pausedBills(of);
  const state = stateOf(of, today);
  const stage = stageOf(of, rungsOf(setting.policy, of, today));
  const wake = wakeOf(of, setting);
  const [next] = state === 'running' ? pendingSteps(of, setting).sort((a, b) => a.at - b.at) : [];
  return {
    id,
    propertyId,
    unitId,
    payerId,
    state,
    ...(stage !== undefined && { stage }),
    open: yuan(of.open),
    bills: openBills(of).map((bill) => ({
      id: bill.id,
      dueDay: bill.due,
      open: yuan(openNow.get(bill.id) ?? 0),
      told: bill.told,
      shift: bill.shift,
      ...(paused.has(bill.id) && { paused: dispute?.bills.includes(bill.id) ? 'disputed' : 'promised' }),
      ...(of.fees[bill.id] && { lateFees: yuan(of.fees[bill.id]?.sum ?? 0) }),
    })),
    ...(next && {
      next: { step: next.rung.name, billId: next.bill.id, at: new Date(next.at).toISOString() },
    }),
    ...(wake !== undefined && { nextAt: new Date(wake).toISOString() }),
    ...(arrangement && {
      arrangement: {
        ...arrangement,
        instalments: arrangement.instalments.map(({ day, amount }) => ({ day, amount: yuan(amount) })),
        open: yuan(arrangement.open),
        paid: yuan(paidOf(arrangement, books)),
      },
    }),
    ...(dispute && { dispute }),
    ...(exception && { exception }),
    ...(decision && { decision }),
    movedOut: of.movedOut === true,
    obligations: owed.map(({ key, ruleId }) => ({ id: obligationId(id, key), ruleId })),
    openSteps: openStepsOf(of),
    version,
  };
}

/** Entries of the log with what became of them on their way. */
export async function shownLog(office: OfficeTable, items: readonly Item[]) {
  const t = office.tenantId;
  const entries = items.map(toldOf);
  const endpoints = entries.some(({ channels }) => channels.includes('webhook'))
    ? await endpointsOf(office)
    : [];
  const wanted: Record<string, Key> = {};
  const sent = entries.map(({ deliveryId, channels, eventId }) => [
    ...(deliveryId ? [deliveryId] : []),
    ...(channels.includes('webhook') ? endpoints.map(({ id }) => derivedId('delivery', id, eventId)) : []),
  ]);
  for (const id of sent.flat()) wanted[id] = keys.delivery(t, id);
  const found: Record<string, Item | undefined> =
    Object.keys(wanted).length > 0 ? await office.load(wanted) : {};
  return entries.map((entry, i) => {
    const { eventId: _, deliveryId: __, ...shown } = shownTold(entry);
    return {
      ...shown,
      lateFees: entry.lateFees.map((fee, j) => ({ ...shown.lateFees[j], words: feeLine(fee) })),
      receipts: (sent[i] ?? []).flatMap((id) => {
        const list = found[id]?.list;
        if (!list) return [];
        const { channel, status, endedAt } = list;
        return [{ deliveryId: id, channel, status, ...(endedAt !== undefined && { at: endedAt }) }];
      }),
    };
  });
}
