import {
  accountOf,
  accountWrite,
  billState,
  billWrite,
  postingWrite,
  voidBill,
} from '../../shared/books/index.ts';
import { nameable } from '../../shared/customers.ts';
import { append } from '../../shared/history.ts';
import { type Context, created, ok, type Reply } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { loadWithRules, timeOf } from '../../shared/policyStore.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { type OfficeTable, retryStale, type Write } from '../../shared/table.ts';
import { billOf, type StoredBill, shownBill } from '../fees/billItem.ts';
import { cycleOf } from '../fees/cycle.ts';
import { billsOfCycle, estimatedAgain, withoutEstimates } from '../fees/estimates.ts';
import {
  AlreadyBilled,
  type Billing,
  casesOf,
  firstHead,
  issued,
  issuedEvent,
  reckon,
} from '../fees/issue.ts';
import { Unbillable } from '../fees/line.ts';
import type { Settings } from '../fees/schema.ts';
import { standardsOf } from '../fees/standards.ts';
import { isOnce, unknownPayer } from './once.ts';

const wrongState = (en: string, zh: string, openSteps: string[]) =>
  new Refusal('wrong-state', { detail: { en, zh }, extra: { openSteps } });

async function commit(office: OfficeTable, writes: Write[], answer: Reply): Promise<void> {
  try {
    await office.commit(writes, answer);
  } catch (error) {
    if (!(error instanceof AlreadyBilled)) throw error;
    throw new Refusal('conflict', {
      detail: { en: 'This bill is issued already.', zh: '该账单已出账。' },
    });
  }
}

/** Takes a bill back: the payments on it become credit, estimated readings go with the last bill that stands on them. */
export async function takeBack(context: Context, id: string, reason: string): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  return retryStale(async () => {
    const { item } = await office.load({ item: keys.bill(t, id) });
    if (item?.et !== 'bill') throw notFound();
    const bill = billOf(item);
    matched(context, bill.version);
    if (bill.status === 'void') {
      throw wrongState(
        'The bill was taken back before.',
        '该账单已作废。',
        bill.reissuedAs ? [] : ['reissue'],
      );
    }
    const { unitId, payerId, propertyId } = bill;
    const { stored, file, issue } = await office.load({
      stored: keys.account(t, unitId, payerId),
      file: keys.feeFile(t, unitId),
      issue: keys.event(t, id, 1),
    });
    const moves = voidBill(accountOf(stored, { unitId, payerId, propertyId }), billState(item));
    const [change] = moves.bills;
    if (!change) throw new Error('a void that leaves the bill as it was');
    const at = new Date(now).toISOString();
    const taken = { at, reason };
    const { write, head } = append(
      bill.head ?? firstHead(issue),
      {
        type: 'bill.voided',
        object: id,
        data: { propertyId, unitId, payerId, total: yuan(bill.total), reason },
      },
      { ...context, tenantId: t },
    );
    const after: StoredBill = {
      ...bill,
      status: 'void',
      open: 0,
      void: taken,
      head,
      version: bill.version + 1,
    };
    const answer = ok(shownBill(after), after.version);
    const movements = moves.movements;
    await office.commit(
      [
        billWrite(t, propertyId, change, {
          stored: item,
          status: 'void',
          set: { 'rest.void': taken, 'rest.head': head },
        }),
        accountWrite(t, moves.account),
        write,
        ...(movements.length > 0
          ? [postingWrite(t, { id: newId('entry', now), at, propertyId, unitId, payerId, movements, reason })]
          : []),
        ...(await withoutEstimates(office, file, bill)),
      ],
      answer,
    );
    return answer;
  });
}

/** Issues a bill again that was taken back, computed anew; for another payer if the first was the wrong one. */
export async function reissue(context: Context, id: string, payer: string | undefined): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  return retryStale(async () => {
    const { items, rules } = await loadWithRules(office, { item: keys.bill(t, id) });
    const { item } = items;
    if (item?.et !== 'bill') throw notFound();
    const old = billOf(item);
    if (old.status !== 'void') {
      throw wrongState('Only a bill that was taken back is issued again.', '仅已作废的账单可重新出账。', [
        'void',
      ]);
    }
    if (old.reissuedAs) {
      throw wrongState('The bill was issued again before.', '该账单已重新出账。', []);
    }
    if (isOnce(old)) {
      throw wrongState(
        'A one-off charge is made anew, with another reference.',
        '一次性费用请以新编号重新收取。',
        [],
      );
    }
    const { unitId, propertyId } = old;
    const payerId = payer ?? old.payerId;
    const { property, settings, stored, customer } = await office.load({
      property: keys.property(t, propertyId),
      customer: keys.customer(t, payerId),
      settings: keys.feeSettings(t, propertyId),
      stored: keys.account(t, unitId, payerId),
    });
    const unit = (await casesOf(office, [unitId])).get(unitId);
    if (!property || !unit) throw notFound();
    if (!nameable(customer)) throw unknownPayer();
    const billing: Billing = {
      propertyId,
      cycle: cycleOf(old.cycle),
      standards: await standardsOf(office, propertyId),
      settings: (settings?.rest ?? {}) as Pick<Settings, 'vacantDiscount'>,
      schedule: rules.scheduleOf(timeOf(property)),
      issuedAt: now,
    };
    const ofCycle = await billsOfCycle(office, old);
    refuseSecond(ofCycle, payerId);
    const { draft, estimates } = drafted(billing, unit, payerId);
    const of = { propertyId, unitId, payerId };
    const { bill, writes } = issued(
      t,
      { ...of, ...draft, cycle: old.cycle, slot: old.slot, n: old.n + 1, at: now },
      accountOf(stored, of),
    );
    const link: Write = {
      update: keys.bill(t, id),
      set: { 'rest.reissuedAs': bill.id },
      add: { v: 1 },
      expect: { version: item.v },
    };
    const answer = created(`/v1/bills/${bill.id}`, shownBill(bill), bill.version);
    const readings = estimatedAgain(t, unit.file, estimates, bill, { ...billing, ofCycle });
    await commit(office, [...writes, link, issuedEvent(context, bill), ...readings], answer);
    return answer;
  });
}

function drafted(billing: Billing, unit: Parameters<typeof reckon>[1], payerId: string) {
  try {
    const { bills, estimates } = reckon(billing, unit);
    const draft = bills.find((bill) => bill.payerId === payerId);
    if (draft) return { draft, estimates };
  } catch (error) {
    if (!(error instanceof Unbillable)) throw error;
    throw new Refusal('unprocessable', { detail: error.words, cause: error });
  }
  throw new Refusal('unprocessable', {
    detail: {
      en: 'By what is on file now this payer has nothing to pay for this cycle (FEE-2).',
      zh: '按现有资料，该付款人本期无应付费用（FEE-2）。',
    },
  });
}

/**
 * One bill per unit, payer and cycle: refuses where the payer has one that stands, be it that another's was issued again to them
 * after their own was taken back.
 */
function refuseSecond(ofCycle: readonly StoredBill[], payerId: string): void {
  if (ofCycle.some((bill) => bill.payerId === payerId && bill.status !== 'void')) {
    throw new Refusal('conflict', {
      detail: {
        en: 'This payer has a bill for the cycle already (FEE-2).',
        zh: '该付款人本期已有账单（FEE-2）。',
      },
    });
  }
}
