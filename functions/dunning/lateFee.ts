import { decimal, type Fen, minus, ratio, times, toFen } from '../../shared/money/index.ts';
import { type LateFee, pauseKinds } from '../../shared/policy/index.ts';
import { addDays, type Day, daysBetween } from '../../shared/time/index.ts';
import {
  activeBills,
  type DunningBill,
  type DunningCase,
  type FeeLine,
  type OpenBill,
  type Stood,
  sparedThrough,
} from './model.ts';

/**
 * The late fees that a message of today charges (FEE-9), one line for each bill asked for: from the first day that counts, or the
 * day after the last one charged, up to today. They are charged with the message that tells them and never between two, so that
 * nobody who pays what he was told still owes a fen. What was paid meanwhile counts as paid all the time. On principal only,
 * unless the office lets them compound; payments go to the principal first. Days that the office forgives (`pausesFor`) make
 * the first day come so much later, as they do with the steps of the ladder; days on which the payer was spared never count.
 */
export function lateFees(
  of: DunningCase,
  books: readonly OpenBill[],
  totals: ReadonlyMap<string, Fen>,
  rule: LateFee,
  today: Day,
): FeeLine[] {
  if (!rule.on) return [];
  const spared = sparedThrough(of, today) ?? '';
  return activeBills(of).flatMap((bill) => {
    const open = books.find(({ id }) => id === bill.id)?.open ?? 0;
    const total = totals.get(bill.id) ?? 0;
    const before = of.fees[bill.id];
    const start = before?.through ?? addDays(bill.due, rule.afterDays);
    const from = addDays(start > spared ? start : spared, 1 + forgiven(rule, bill, before?.stood));
    const days = daysBetween(from, today) + 1;
    const charged = before?.sum ?? 0;
    const base = rule.compounding ? open : Math.max(0, open - charged);
    const exact = times(ratio(base), decimal(rule.ratePerDay), ratio(days));
    const room = minus(times(ratio(total), ratio(rule.capPercent, 100)), ratio(charged));
    const amount = Math.min(toFen(exact), Number(room.n / room.d));
    return amount > 0
      ? [{ billId: bill.id, from, to: today, days, base, rate: rule.ratePerDay, amount }]
      : [];
  });
}

/** Days to be forgiven that a bill stood still since it was charged last. */
function forgiven({ pausesFor }: LateFee, { stood = {} }: DunningBill, before: Stood = {}): number {
  return pauseKinds
    .filter((kind) => pausesFor.includes(kind))
    .reduce((sum, kind) => sum + (stood[kind] ?? 0) - (before[kind] ?? 0), 0);
}

/** The case with late fees charged. */
export function withFees(of: DunningCase, lines: readonly FeeLine[]): DunningCase {
  const fees = { ...of.fees };
  const stillness = new Map(of.bills.map((bill) => [bill.id, bill.stood]));
  for (const { billId, to, amount } of lines) {
    const stood = stillness.get(billId);
    fees[billId] = { sum: (fees[billId]?.sum ?? 0) + amount, through: to, ...(stood && { stood }) };
  }
  return { ...of, fees };
}
