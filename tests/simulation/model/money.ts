import { accountOf, type Entry, entriesOf } from '../../../shared/books/index.ts';
import type { Facts, Say } from './facts.ts';
import { dayOf, plus, startOf } from './time.ts';

/** Money (FEE-2, FEE-3, FEE-7): what people paid and were charged, as they were answered, is what the books say, to the fen. */

const fen = (yuan: string): number => Math.round(Number(yuan) * 100);

export function money(facts: Facts, say: Say): void {
  const { office, outcomes } = facts;
  const accepted = (route: string, ...statuses: number[]) =>
    outcomes.filter((one) => one.route === route && statuses.includes(one.status));
  const paid = new Map(accepted('POST /v1/payments', 201, 200).map(({ body }) => [body.id as string, body]));
  const reversed = new Set(
    accepted('POST /v1/payments/{id}/reverse', 200).map(({ body }) => body.id as string),
  );
  const stored = facts.all('payment').map(({ list }) => String(list?.id));
  for (const id of paid.keys()) if (!stored.includes(id)) say(`payment ${id} was booked and is not there`);
  for (const id of stored) if (!paid.has(id)) say(`payment ${id} is there and was booked for nobody`);
  billsAreRight(facts, say);
  for (const { id: unitId, payerId } of office.units) {
    const mine = (one: { unitId: string }) => one.unitId === unitId;
    const charged = facts
      .all('bill')
      .filter(({ list }) => list?.unitId === unitId && list?.status !== 'void')
      .reduce((sum, { list }) => sum + Number(list?.total), 0);
    const payments = [...paid.values()].filter((one) => mine(one) && !reversed.has(one.id));
    const refunds = accepted('POST /v1/refunds', 201).filter(({ body }) => mine(body));
    const applied = accepted('POST /v1/deposits/{id}/apply', 200).filter(({ body }) => mine(body));
    const sum = (all: { amount: string }[]) => all.reduce((total, { amount }) => total + fen(amount), 0);
    const owes =
      charged -
      sum(payments) -
      sum(applied.map(() => ({ amount: '300.00' }))) +
      sum(refunds.map(({ body }) => body));
    const item = facts
      .all('account')
      .find(({ list }) => list?.unitId === unitId && list?.payerId === payerId);
    const account = accountOf(item, { propertyId: office.propertyId, unitId, payerId });
    const open = account.bills.reduce((total, one) => total + one.open, 0);
    const credit = account.credits.reduce((total, one) => total + one.amount, 0);
    if (open - credit !== owes) say(`unit ${unitId} owes ${owes} fen, its account says ${open} - ${credit}`);
    if (
      open > 0 &&
      credit > 0 &&
      facts.memory.charges.length === 0 &&
      reversed.size === 0 &&
      refunds.length === 0
    ) {
      say(`unit ${unitId} has ${open} fen open and ${credit} in hand at once`);
    }
  }
  receipts(facts, say);
}

function billsAreRight(facts: Facts, say: Say): void {
  const { office, outcomes, memory, end, run } = facts;
  const byHand = outcomes
    .filter(({ route, status }) => route === 'POST /v1/bill-runs/{id}/issue' && status === 200)
    .map(({ body }) => body.cycle as string);
  const scheduled: string[] = [];
  for (let on = dayOf(run.startedAt); startOf(on) < end; on = plus(on, 1)) {
    const at = startOf(on) + 6 * 3_600_000;
    const held = memory.suspensions.some(({ from, to }) => from < at + 86_400_000 && to > end - 86_400_000);
    if (on.endsWith('-01') && at > run.startedAt && at < end - 86_400_000 && !held)
      scheduled.push(on.slice(0, 7));
  }
  const bills = facts.all('bill').filter(({ list }) => /^\d{4}-\d\d$/.test(String(list?.cycle)));
  for (const cycle of new Set([...byHand, ...scheduled])) {
    for (const { id, monthly } of office.units) {
      const of = bills.filter(({ list }) => list?.unitId === id && list?.cycle === cycle);
      if (of.length !== 1) say(`unit ${id} has ${of.length} bills for ${cycle}`);
      else if (of[0]?.list?.total !== monthly)
        say(`unit ${id} was billed ${of[0]?.list?.total}, a month is ${monthly}`);
    }
  }
  for (const { list } of bills) {
    const cycle = String(list?.cycle);
    const known =
      byHand.includes(cycle) || scheduled.includes(cycle) || dayOf(end - 86_400_000) <= `${cycle}-02`;
    if (!known && memory.suspensions.length === 0) say(`${list?.id} is for ${cycle}, which nobody billed`);
  }
  for (const { list, rest } of facts.all('bill')) {
    const paid = Object.values((rest?.paid ?? {}) as Record<string, number>).reduce((a, b) => a + b, 0);
    const [total, open] = [Number(list?.total), Number(list?.open)];
    if (list?.status !== 'void' && total - paid !== open)
      say(`${list?.id}: ${total} less ${paid} is not ${open}`);
    if (list?.status !== 'void' && list?.status !== (open > 0 ? 'open' : 'paid'))
      say(`${list?.id} is ${list?.status}`);
    if (open < 0 || paid < 0) say(`${list?.id} has less than nothing`);
  }
}

/** Receipts have numbers from 1 on, each once. */
function receipts(facts: Facts, say: Say): void {
  const numbers = [...facts.all('payment'), ...facts.all('deposit')].map(({ list }) => String(list?.receipt));
  for (const [year, given] of Map.groupBy(numbers, (number) => number.slice(0, 4))) {
    const right = given.map((_, n) => `${year}-${String(n + 1).padStart(6, '0')}`);
    if (given.sort().join() !== right.join()) say(`receipts of ${year} are ${given.join()}`);
  }
}

const adds: Partial<Record<Entry['kind'], 1 | -1>> = {
  charge: 1,
  lateFee: 1,
  waiver: -1,
  void: -1,
  allocation: -1,
  creditUsed: -1,
  release: 1,
};

/** What was open on a bill at a moment, by the entries before it. */
export function openBy(entries: readonly Entry[], bill: string, at: string): number {
  return entries
    .filter((entry) => entry.billId === bill && entry.at <= at)
    .reduce((sum, { kind, amount }) => sum + (adds[kind] ?? 0) * amount, 0);
}

export const entriesThere = ({ items }: Facts): Entry[] =>
  items.filter(({ et, list }) => et === 'bill' || list?.movements !== undefined).flatMap(entriesOf);
