import { type Account, accountOf, accountWrite, charge, type Moves } from '../../shared/books/index.ts';
import { append, noHistory } from '../../shared/history.ts';
import type { Context } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { decimalText, ratio, yuan } from '../../shared/money/index.ts';
import { type Item, type Key, type OfficeTable, retryStale, type Write } from '../../shared/table.ts';
import type { Day, Schedule } from '../../shared/time/index.ts';
import { billsOf } from './bill.ts';
import { billId, billItem, maxSlots, type StoredBill } from './billItem.ts';
import type { Cycle } from './cycle.ts';
import { dueDay } from './due.ts';
import { estimated } from './estimates.ts';
import { type FeeFile, fileOf } from './file.ts';
import { type Draft, type Estimate, type Note, Unbillable } from './line.ts';
import type { DueRule, Settings, Standard } from './schema.ts';

/** What all bills of a cycle in a property are made with. `issuedAt` in milliseconds. */
export interface Billing {
  propertyId: string;
  cycle: Cycle;
  standards: readonly Standard[];
  settings: Pick<Settings, 'vacantDiscount'>;
  schedule: Schedule;
  issuedAt: number;
  runId?: string;
}

/** A unit and what its bills are made from, as read. */
export interface UnitCase {
  unit: Item;
  file: FeeFile;
}

/** A unit's area in m2; undefined where none is on file. */
export function areaOf(unit: Item): string | undefined {
  const area = unit.list?.area as number | undefined;
  return area === undefined ? undefined : decimalText(ratio(area, 100), 2);
}

/** The bills of a unit as computed from its case. Throws `Unbillable`. */
export function reckon(
  billing: Billing,
  { unit, file }: UnitCase,
): { bills: Draft[]; notes: Note[]; estimates: Estimate[] } {
  const { cycle, standards, settings, issuedAt, schedule } = billing;
  const known = new Map<DueRule, Day>();
  const { bills, ...rest } = billsOf({
    area: areaOf(unit),
    facts: file,
    cycle,
    standards,
    settings,
    dueDay(rule) {
      const day = known.get(rule) ?? dueDay(rule, cycle.from, issuedAt, schedule);
      known.set(rule, day);
      return day;
    },
  });
  if (bills.length > maxSlots) {
    throw new Unbillable('tooManyPayers', {
      en: `More than ${maxSlots} payers in one cycle.`,
      zh: `同一周期付款人超过 ${maxSlots} 个。`,
    });
  }
  return { bills, ...rest };
}

/** Thrown by a transaction that would bill a unit a second time for a cycle. */
export class AlreadyBilled extends Error {}

export const gone = () => new Unbillable('unitGone', { en: 'The unit is gone.', zh: '该房屋已不存在。' });

/** Reads cases of units: one round trip for fifty. Units that are not there are left out. */
export async function casesOf(
  office: OfficeTable,
  unitIds: readonly string[],
): Promise<Map<string, UnitCase>> {
  const t = office.tenantId;
  const wanted: Record<string, Key> = {};
  for (const id of unitIds) {
    wanted[id] = keys.unit(t, id);
    wanted[`${id}/fees`] = keys.feeFile(t, id);
  }
  const found: Record<string, Item | undefined> = await office.load(wanted);
  return new Map(
    unitIds.flatMap((id) => {
      const unit = found[id];
      if (unit?.et !== 'unit') return [];
      const propertyId = unit.list?.propertyId as string;
      return [[id, { unit, file: fileOf(found[`${id}/fees`], { id, propertyId }) }] as const];
    }),
  );
}

/**
 * Issues a unit's bills for a cycle, all in one transaction: bills, accounts, estimated readings. That it happens once is kept by
 * the first bill's id. Throws `AlreadyBilled`, `Unbillable`; answers the bills, none where nothing is to be paid, and what is to be
 * said of the unit.
 */
export async function issueUnit(
  office: OfficeTable,
  billing: Billing,
  unitId: string,
): Promise<{ bills: StoredBill[]; notes: Note[] }> {
  const t = office.tenantId;
  return retryStale(async () => {
    const unit = (await casesOf(office, [unitId])).get(unitId);
    if (!unit) throw gone();
    const { bills, notes, estimates } = reckon(billing, unit);
    if (bills.length === 0) return { bills: [], notes };
    const accounts: Record<string, Item | undefined> = await office.load(
      Object.fromEntries(bills.map(({ payerId }) => [payerId, keys.account(t, unitId, payerId)])),
    );
    const made: StoredBill[] = [];
    const writes: Write[] = [];
    bills.forEach((draft, slot) => {
      const of = { propertyId: billing.propertyId, unitId, payerId: draft.payerId };
      const issue = issued(
        t,
        {
          ...of,
          cycle: billing.cycle.name,
          slot,
          n: 1,
          at: billing.issuedAt,
          runId: billing.runId,
          ...draft,
        },
        accountOf(accounts[draft.payerId], of),
        bills.length,
      );
      made.push(issue.bill);
      writes.push(...issue.writes);
    });
    await office.commit([...writes, ...estimated(t, unit.file, estimates, made[0]?.id ?? '', billing)]);
    return { bills: made, notes };
  });
}

export interface NewBill extends Draft {
  propertyId: string;
  unitId: string;
  cycle: string;
  slot: number;
  n: number;
  /** milliseconds */
  at: number;
  runId?: string | undefined;
}

/**
 * A bill is issued: the bill, which is its own entry in the books, and the payer's account, on which credit in hand pays at once.
 * Every bill there is was issued here; whatever else follows from one is to be written with it, in the same transaction.
 * `slots`: how many bills the unit gets at once.
 */
export function issued(
  t: string,
  draft: NewBill,
  account: Account,
  slots = 1,
): { bill: StoredBill; moves: Moves; writes: Write[] } {
  const { at, runId, ...rest } = draft;
  const id = billId(draft.unitId, draft.cycle, draft.slot, draft.n);
  const moves = charge(account, { id, dueDay: draft.dueDay, amount: draft.total });
  const change = moves.bills.find((bill) => bill.id === id);
  const paid = change?.paid ?? {};
  const open = change?.open ?? 0;
  const bill: StoredBill = {
    ...rest,
    id,
    status: open > 0 ? 'open' : 'paid',
    open,
    at: new Date(at).toISOString(),
    ...(Object.keys(paid).length > 0 && { used: { ...paid } }),
    paid,
    ...(runId !== undefined && { runId }),
    ...(slots > 1 && draft.slot === 0 && { slots }),
    version: 1,
  };
  return {
    bill,
    moves,
    writes: [
      { put: billItem(t, bill), expect: 'new', otherwise: () => new AlreadyBilled() },
      accountWrite(t, moves.account),
    ],
  };
}

/** That a bill made by itself was issued: the first of its history. */
export function issuedEvent(context: Context, bill: StoredBill): Write {
  const { id, unitId, payerId, total, dueDay, propertyId, cycle } = bill;
  const data = { propertyId, cycle, bills: [{ id, unitId, payerId, total: yuan(total), dueDay }] };
  const what = { type: 'bills.issued', object: id, data };
  // The bill's own history begins when something is done with it; that it was issued is the first of it.
  return append(noHistory, what, { ...context, tenantId: context.office.tenantId }).write;
}

/** A bill of a run has no event of its own before it is taken back: the run's event speaks of it. */
export const firstHead = (issue: Item | undefined) =>
  issue ? { seq: 1, hash: issue.rest?.hash as string } : noHistory;
