import { parseCase, toldOf } from '../../../functions/dunning/store.ts';
import type { Entry } from '../../../shared/books/index.ts';
import type { Facts, Say } from './facts.ts';
import { entriesThere, openBy } from './money.ts';
import { dayOf, plus } from './time.ts';

/** Dunning (FEE-4, FEE-5): each step once, for what is open at that moment, when somebody is there; and none is left out. */

const steps = { friendly: -3, reminder: 1, second: 7, notice: 15, visit: 30, letter: 60 };
const minute = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

export function dunning(facts: Facts, say: Say): void {
  const entries = entriesThere(facts);
  const told = facts.all('dunningTold').map(toldOf);
  for (const [key, same] of Map.groupBy(told, ({ caseId, at }) => `${caseId} on ${dayOf(Date.parse(at))}`)) {
    // A bill issued since may be a reason for a second one.
    same
      .sort((a, b) => a.n - b.n)
      .forEach(({ bills }, i) => {
        const spoken = new Set(same.slice(0, i).flatMap((one) => one.bills.map(({ id }) => id)));
        if (i > 0 && bills.every(({ id }) => spoken.has(id))) say(`a message once more in one case: ${key}`);
      });
  }
  for (const { caseId, step, at, bills, total } of told) {
    const moment = Date.parse(at);
    const name = `${step} of ${caseId} at ${at}`;
    const there = [facts.times.before, facts.times.after].some(
      (times) => moment - times.lastOpen(moment) <= 16 * minute,
    );
    if (!there) say(`${name} was told when nobody was there`);
    if (
      facts.memory.suspensions.some(
        ({ since, until }) => moment > since + 2 * minute && moment < until - 2 * minute,
      )
    ) {
      say(`${name} was told while the office was suspended`);
    }
    for (const bill of bills) {
      const possible = [-30, -5, 0, 1, 5, 30].map((s) => openBy(entries, bill.id, iso(moment + s * 1_000)));
      if (!possible.includes(bill.open))
        say(`${name} asks ${bill.open} for ${bill.id}, open was ${possible[2]}`);
      if (bill.open <= 0) say(`${name} asks for ${bill.id}, which is paid (FEE-4)`);
    }
    const sum = bills.reduce((all, { open }) => all + open, 0);
    if (sum !== total) say(`${name} asks ${total} in all and ${sum} in parts`);
  }
  for (const item of facts.all('dunning')) nothingLeftOut(facts, entries, item, say);
}

/** An open bill of which nobody promised or disputed anything has been asked for as often as it is old. */
function nothingLeftOut(
  facts: Facts,
  entries: readonly Entry[],
  item: Parameters<typeof parseCase>[0],
  say: Say,
): void {
  const { end, memory, times } = facts;
  const of = parseCase(item);
  // Open since it was issued, or since a payment that did not hold.
  const since = (bill: string) =>
    Math.max(
      ...entries
        .filter(({ billId, kind }) => billId === bill && (kind === 'charge' || kind === 'release'))
        .map(({ at }) => Date.parse(at)),
    );
  if (
    of.arrangement ||
    of.dispute ||
    of.exception ||
    of.decision ||
    of.movedOut ||
    memory.suspensions.length > 0
  )
    return;
  for (const bill of of.bills) {
    if (bill.gone || bill.shift > 0) continue;
    for (const [step, days] of Object.entries(steps)) {
      const day = plus(bill.due, days);
      const by = Math.max(
        ...[times.before, times.after].map((one) =>
          one.waiting(Math.max(since(bill.id), one.workingDays(plus(day, -1), 1))),
        ),
      );
      if (by + 6 * 3_600_000 < end - 86_400_000 && !bill.told.includes(step)) {
        say(`${bill.id}, due ${bill.due}, was never asked for by ${step}`);
      }
    }
  }
}
