import type * as z from 'zod/mini';
import { accountOf } from '../../shared/books/index.ts';
import { nameable } from '../../shared/customers.ts';
import { type Context, created, ok, type Reply } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { decimal, decimalText, MAX_FEN, priced, round } from '../../shared/money/index.ts';
import { loadWithRules, timeOf } from '../../shared/policyStore.ts';
import { invalidField, notFound, Refusal } from '../../shared/problem.ts';
import { type Item, type Key, retryStale, Stale } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { billId, billOf, type StoredBill, shownBill } from '../fees/billItem.ts';
import { dueDay } from '../fees/due.ts';
import { AlreadyBilled, areaOf, issued, issuedEvent } from '../fees/issue.ts';
import type { Line } from '../fees/line.ts';
import type { NewBill } from '../fees/schema.ts';
import { standards } from '../fees/standards.ts';
import { versionOn } from '../fees/stretch.ts';

type Body = z.output<typeof NewBill>;

/** The cycle of a one-off charge: its reference, which no cycle's name can be. */
const onceOf = (reference: string) => `once:${reference}`;
export const isOnce = (bill: StoredBill) => bill.cycle.startsWith('once:');

export const unknownPayer = () =>
  invalidField('/body/payerId', 'unknown', 'There is no such customer.', '没有该客户。');

/**
 * Charges a unit once. With the same reference again it answers the bill that is there, whatever became of it since. Throws `conflict`,
 * naming that bill, where the second says something else.
 */
export async function chargeOnce(context: Context, body: Body): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { unitId, payerId } = body;
  const cycle = onceOf(body.reference);
  return retryStale(async () => {
    const wanted: Record<string, Key> = {
      first: keys.bill(t, billId(unitId, cycle, 0, 1)),
      unit: keys.unit(t, unitId),
      payer: keys.customer(t, payerId),
      account: keys.account(t, unitId, payerId),
    };
    for (const { standardId } of body.lines)
      if (standardId) wanted[standardId] = keys.feeStandard(t, standardId);
    const { items, rules } = await loadWithRules(office, wanted);
    const { first, unit, payer, account } = items;
    if (first) return again(billOf(first), body);
    if (unit?.et !== 'unit')
      throw invalidField('/body/unitId', 'unknown', 'There is no such unit.', '没有该房屋。');
    if (!nameable(payer)) throw unknownPayer();
    const propertyId = unit.list?.propertyId as string;
    const { property } = await office.load({ property: keys.property(t, propertyId) });
    if (!property) throw notFound();
    const schedule = rules.scheduleOf(timeOf(property));
    const today = localDay(now, schedule.zone);
    const lines: Line[] = [];
    let due = body.dueDay;
    body.lines.forEach((line, i) => {
      const found =
        line.standardId === undefined
          ? undefined
          : onceStandard(items[line.standardId], propertyId, today, i);
      lines.push(onceLine(line, found, i, areaOf(unit)));
      if (found && body.dueDay === undefined) {
        const day = dueDay(found.version.due, `${today.slice(0, 7)}-01`, now, schedule);
        if (due === undefined || day > due) due = day;
      }
    });
    if (due === undefined) {
      throw invalidField('/body/dueDay', 'required', 'Say when it is due.', '请填写到期日。');
    }
    if (due < today) {
      throw invalidField(
        '/body/dueDay',
        'past',
        'Nothing is due before it is issued.',
        '到期日不得早于出账日。',
      );
    }
    const total = lines.reduce((sum, { amount }) => sum + amount, 0);
    if (total === 0)
      throw invalidField('/body/lines', 'nothing', 'There is nothing to pay.', '应付金额为零。');
    if (total > MAX_FEN)
      throw invalidField('/body/lines', 'too_big', 'The sum is too large.', '合计金额过大。');
    const of = { propertyId, unitId, payerId };
    const { bill, writes } = issued(
      t,
      { ...of, cycle, slot: 0, n: 1, at: now, lines, total, dueDay: due },
      accountOf(account, of),
    );
    const answer = created(`/v1/bills/${bill.id}`, shownBill(bill), bill.version);
    try {
      await office.commit([...writes, issuedEvent(context, bill)], answer);
    } catch (error) {
      // Another one was under way: what it has made is answered.
      throw error instanceof AlreadyBilled ? new Stale() : error;
    }
    return answer;
  });
}

function again(first: StoredBill, body: Body): Reply {
  const { payerId, dueDay = first.dueDay, lines } = body;
  const same =
    first.payerId === payerId &&
    first.dueDay === dueDay &&
    first.lines.length === lines.length &&
    first.lines.every((line, i) => saysSame(line, lines[i]));
  if (same) return ok(shownBill(first), first.version);
  throw new Refusal('conflict', {
    detail: {
      en: `Bill ${first.id} of this unit has this reference and another payer, due day or lines (FEE-2).`,
      zh: `该房屋的账单 ${first.id} 已使用该编号，且付款人、到期日或明细不同（FEE-2）。`,
    },
    extra: { billId: first.id },
  });
}

/** Whether a line is asked for as it was charged. What a standard costs it says itself, in the version of that day. */
function saysSame(charged: Line, asked: Body['lines'][number] | undefined): boolean {
  const equal = (a = '0', b = '0') => decimalText(decimal(a), 6) === decimalText(decimal(b), 6);
  return (
    charged.standardId === asked?.standardId &&
    // By area: the unit's of that day.
    equal(charged.basis === 'area' ? '1' : charged.quantity, asked?.quantity) &&
    (charged.standardId !== undefined || (charged.name === asked?.name && equal(charged.price, asked.price)))
  );
}

function onceStandard(item: Item | undefined, propertyId: string, day: string, i: number) {
  const standard = item?.et === 'feeStandard' ? standards.parse(item) : undefined;
  const version = standard?.propertyId === propertyId ? versionOn(standard, day) : undefined;
  if (!standard || !version) {
    throw invalidField(
      `/body/lines/${i}/standardId`,
      'unknown',
      'The property has no such standard in force (FEE-1).',
      '该项目没有此有效收费标准（FEE-1）。',
    );
  }
  if (standard.cycle !== 'once' || standard.kind === 'deposit') {
    throw invalidField(
      `/body/lines/${i}/standardId`,
      'mismatch',
      'Only what is charged once; deposits are taken as deposits (FEE-7).',
      '仅限一次性费用；押金须按押金收取（FEE-7）。',
    );
  }
  if (standard.basis === 'tiered') {
    throw invalidField(
      `/body/lines/${i}/standardId`,
      'mismatch',
      'Tiers are of what a cycle uses; nothing is charged once by them (FEE-1).',
      '阶梯按周期用量计价，不适用于一次性费用（FEE-1）。',
    );
  }
  return { standard, version };
}

function onceLine(
  line: Body['lines'][number],
  found: ReturnType<typeof onceStandard> | undefined,
  i: number,
  area: string | undefined,
): Line {
  const name = found?.standard.name ?? line.name;
  const price = found?.version.price ?? line.price;
  if (found && (line.name !== undefined || line.price !== undefined)) {
    throw invalidField(
      `/body/lines/${i}`,
      'both',
      'A standard has its name and price.',
      '已选收费标准，不得另填名称或单价。',
    );
  }
  if (name === undefined || price === undefined) {
    throw invalidField(
      `/body/lines/${i}`,
      'required',
      'Give a standard, or a name and a price.',
      '请填写收费标准，或名称和单价。',
    );
  }
  const byArea = found?.standard.basis === 'area';
  const quantity = byArea ? areaFor(line, area, i) : line.quantity;
  const exact = priced(price, decimal(quantity));
  const amount = Number(round(exact));
  if (amount > MAX_FEN) {
    throw invalidField(
      `/body/lines/${i}`,
      'too_big',
      'The amount is too large (FEE-2).',
      '金额过大（FEE-2）。',
    );
  }
  return {
    ...(found && { standardId: found.standard.id, version: found.version.n }),
    kind: found?.standard.kind ?? 'oneOff',
    name,
    basis: byArea ? 'area' : 'fixed',
    quantity,
    price,
    exact: decimalText(exact, 6),
    amount,
  };
}

/** The area that a line by area is charged for; it is the unit's, and nobody's to say. */
function areaFor({ quantity }: Body['lines'][number], area: string | undefined, i: number): string {
  if (Number(quantity) !== 1) {
    throw invalidField(
      `/body/lines/${i}/quantity`,
      'mismatch',
      'This standard is charged for the unit\u2019s area; leave the quantity out (FEE-1).',
      '该收费标准按房屋面积计费，无需填写数量（FEE-1）。',
    );
  }
  if (area === undefined) {
    throw invalidField(
      `/body/lines/${i}/standardId`,
      'no_area',
      'The unit has no area on file (FEE-1).',
      '该房屋未登记面积（FEE-1）。',
    );
  }
  return area;
}
