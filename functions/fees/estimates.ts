import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { Item, OfficeTable, Write } from '../../shared/table.ts';
import { billId, billOf, maxSlots, type StoredBill } from './billItem.ts';
import { type FeeFile, fileOf, fileWrite, readingWrite, withReading } from './file.ts';
import type { Billing } from './issue.ts';
import type { Estimate } from './line.ts';
import type { Meter, Reading } from './schema.ts';

/*
 * Readings that were made up for a cycle's bills (估算读数). They are on file so that the next cycle counts from them; all bills of a
 * unit that charge a meter by estimate stand on the same one.
 */

/** Meters that a bill charges by estimate. */
const metersOf = ({ lines }: Pick<StoredBill, 'lines'>): string[] =>
  lines.flatMap(({ meter }) => (meter?.estimatedFrom === undefined ? [] : [meter.id]));

/** Whether a reading was made up for one of these bills. */
function madeBy(bills: readonly StoredBill[]): (reading: Reading) => boolean {
  const ids = new Set<string | undefined>(bills.map(({ id }) => id));
  return ({ billId }) => ids.has(billId);
}

/** Records readings that were made up for a bill, so that the next real one counts from them. */
export function estimated(
  t: string,
  file: FeeFile,
  estimates: readonly Estimate[],
  billId: string,
  { cycle, issuedAt }: Pick<Billing, 'cycle' | 'issuedAt'>,
): Write[] {
  if (estimates.length === 0) return [];
  const made = estimates.map(({ meterId, value }): { meterId: string; reading: Reading } => ({
    meterId,
    reading: { id: newId('reading', issuedAt), day: cycle.to, value, kind: 'estimated', billId },
  }));
  const meters = file.meters.map((meter) => {
    const found = made.find(({ meterId }) => meterId === meter.id);
    return found ? withReading(meter, found.reading) : meter;
  });
  return [
    fileWrite(t, { ...file, meters }),
    ...made.map(({ meterId, reading }) => readingWrite(t, file.unitId, meterId, reading)),
  ];
}

/** The same for a bill that is issued again: where another bill of the cycle has brought its estimate, that one stands, and has to. */
export function estimatedAgain(
  t: string,
  file: FeeFile,
  estimates: readonly Estimate[],
  bill: Pick<StoredBill, 'id' | 'lines'>,
  { ofCycle, ...billing }: Pick<Billing, 'cycle' | 'issuedAt'> & { ofCycle: readonly StoredBill[] },
): Write[] {
  const charged = metersOf(bill);
  const mine = estimates.filter(({ meterId }) => charged.includes(meterId));
  if (mine.length === 0) return [];
  const made = madeBy(ofCycle);
  const there = ({ meterId, value }: Estimate) =>
    file.meters.some(
      ({ id, readings }) => id === meterId && readings.some((one) => one.value === value && made(one)),
    );
  const missing = mine.filter((estimate) => !there(estimate));
  return missing.length > 0
    ? estimated(t, file, missing, bill.id, billing)
    : [{ check: keys.feeFile(t, file.unitId), expect: { version: file.version } }];
}

/** The bills of a unit for a cycle, with those that were issued again, whatever became of them. */
export async function billsOfCycle(
  office: OfficeTable,
  { unitId, cycle }: Pick<StoredBill, 'unitId' | 'cycle'>,
): Promise<StoredBill[]> {
  const all: StoredBill[] = [];
  let ids = Array.from({ length: maxSlots }, (_, slot) => billId(unitId, cycle, slot, 1));
  while (ids.length > 0) {
    const found: Record<string, Item | undefined> = await office.load(
      Object.fromEntries(ids.map((id) => [id, keys.bill(office.tenantId, id)])),
    );
    const bills = Object.values(found)
      .filter((item) => item !== undefined)
      .map(billOf);
    all.push(...bills);
    ids = bills.flatMap(({ reissuedAs }) => reissuedAs ?? []);
  }
  return all;
}

/**
 * Drops the estimates of a bill that is taken back, but for those on which another bill of the cycle stands: without them the next
 * cycle would charge that one's payer a second time.
 */
export async function withoutEstimates(
  office: OfficeTable,
  item: Item | undefined,
  bill: StoredBill,
): Promise<Write[]> {
  const mine = metersOf(bill);
  if (mine.length === 0) return [];
  const t = office.tenantId;
  const bills = await billsOfCycle(office, bill);
  const standing = bills.filter(({ id, status }) => id !== bill.id && status !== 'void');
  const kept = new Set(standing.flatMap(metersOf));
  const file = fileOf(item, { id: bill.unitId, propertyId: bill.propertyId });
  const made = madeBy(bills);
  const without = (meter: Meter): Meter =>
    mine.includes(meter.id) && !kept.has(meter.id)
      ? { ...meter, readings: meter.readings.filter((reading) => !made(reading)) }
      : meter;
  const meters = file.meters.map(without);
  const dropped = meters.some(({ readings }, i) => readings.length !== file.meters[i]?.readings.length);
  return [
    ...(dropped ? [fileWrite(t, { ...file, meters })] : []),
    // Taken back at the same moment, each would leave the estimate to the other.
    ...standing
      .filter((other) => metersOf(other).some((id) => mine.includes(id)))
      .map(({ id, version }): Write => ({ check: keys.bill(t, id), expect: { version } })),
  ];
}
