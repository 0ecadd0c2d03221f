import { decimal, type Fen, minus, ratio, times, toFen } from '../../shared/money/index.ts';
import type { LateFee } from '../../shared/policy/index.ts';
import { addDays, type Day } from '../../shared/time/index.ts';
import { daysBetween } from './clock.ts';
import { activeBills, type DunningCase, exceptionOn, type FeeLine, type OpenBill } from './model.ts';

/**
 * The late fees that a message of today charges (FEE-9), one line for each bill asked for: from the first day that counts, or the
 * day after the last one charged, up to today. They are charged with the message that tells them and never between two, so that
 * nobody who pays what he was told still owes a fen. What was paid meanwhile counts as paid all the time. On principal only,
 * unless the office lets them compound; payments go to the principal first.
 */
export function lateFees(
  of: DunningCase,
  books: readonly OpenBill[],
  totals: ReadonlyMap<string, Fen>,
  rule: LateFee,
  today: Day,
): FeeLine[] {
  if (!rule.on || exceptionOn(of, today)?.noLateFee) return [];
  return activeBills(of).flatMap((bill) => {
    const open = books.find(({ id }) => id === bill.id)?.open ?? 0;
    const total = totals.get(bill.id) ?? 0;
    const before = of.fees[bill.id];
    const from = addDays(before?.through ?? addDays(bill.due, rule.afterDays), 1);
    const days = daysBetween(from, today) + 1;
    const charged = before?.sum ?? 0;
    const base = rule.compounding ? open : Math.max(0, open - charged);
    if (days <= 0 || base === 0) return [];
    const exact = times(ratio(base), decimal(rule.ratePerDay), ratio(days));
    const room = minus(times(ratio(total), ratio(rule.capPercent, 100)), ratio(charged));
    const amount = Math.min(toFen(exact), Math.max(0, Number(room.n / room.d)));
    return amount > 0
      ? [{ billId: bill.id, from, to: today, days, base, rate: rule.ratePerDay, amount }]
      : [];
  });
}

/** The case with late fees charged. */
export function withFees(of: DunningCase, lines: readonly FeeLine[]): DunningCase {
  const fees = { ...of.fees };
  for (const { billId, to, amount } of lines) {
    fees[billId] = { sum: (fees[billId]?.sum ?? 0) + amount, through: to };
  }
  return { ...of, fees };
}
