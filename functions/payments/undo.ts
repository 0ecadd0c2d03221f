import { actorRef } from '../../shared/actor.ts';
import {
  type Account,
  accountOf,
  accountWrite,
  type BillState,
  billState,
  billWrite,
  type EntryKind,
  entriesOf,
  type Moves,
  mostBills,
  postingWrite,
  releasePayment,
  reverse,
  settle,
  transfer,
} from '../../shared/books/index.ts';
import { append } from '../../shared/history.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { invalidField, notFound, Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { type Item, type OfficeTable, Stale, type Write } from '../../shared/table.ts';
import { addDays, localDay } from '../../shared/time/index.ts';
import { whoOf } from './book.ts';
import { loadCase, patiently, wrongState } from './case.ts';
import {
  amountOf,
  type Payment,
  type Place,
  paymentItem,
  paymentOf,
  placeOf,
  shownPayment,
  toldBills,
} from './model.ts';

/** A second step on what the first one left: one after the other, seen as one. */
export function andThen(first: Moves, step: (account: Account) => Moves): Moves {
  const second = step(first.account);
  const bills = new Map(first.bills.map((bill) => [bill.id, bill]));
  for (const bill of second.bills) {
    const paid = { ...bills.get(bill.id)?.paid };
    for (const [source, by] of Object.entries(bill.paid)) paid[source] = (paid[source] ?? 0) + by;
    bills.set(bill.id, { ...bill, paid });
  }
  return {
    account: second.account,
    movements: [...first.movements, ...second.movements],
    bills: [...bills.values()],
  };
}

/** The writes of steps on bills that the same money may have been on before: what is paid on each is read first. */
export async function billWrites(
  office: OfficeTable,
  { account, bills }: Moves,
  known: readonly Item[] = [],
): Promise<Write[]> {
  const t = office.tenantId;
  const items = new Map(known.map((item) => [item.list?.id as string, item]));
  const unread = bills.filter(({ id }) => !items.has(id));
  const read: Record<string, Item | undefined> = await office.load(
    Object.fromEntries(unread.map(({ id }) => [id, keys.bill(t, id)])),
  );
  return bills.map((change) => {
    const stored = items.get(change.id) ?? read[change.id];
    if (!stored) throw new Stale();
    return billWrite(t, account.propertyId, change, { stored });
  });
}

/**
 * How far back before a payment bills may say they were issued and yet have used it: a bill carries the moment at which its run was
 * released, and a run may be resumed later.
 */
const lookBackDays = 40;

/** How often the lists are asked before giving up. */
const looks = 5;

interface Undoing {
  payment: Payment;
  place: Place;
  account: Account;
  bills: Item[];
}

/** Reads a payment, the account it is on now and the bills its money is on. Throws where it was reversed before. */
async function loadUndoing(context: Context, paymentId: string): Promise<Undoing> {
  const { office } = context;
  for (let look = 1; ; look++) {
    // Anew each time: what is not found may be what somebody else is undoing at this moment.
    const { item } = await office.load({ item: keys.payment(office.tenantId, paymentId) });
    if (item?.et !== 'payment') throw notFound();
    const payment = paymentOf(item);
    matched(context, payment.version);
    if (payment.state === 'reversed') {
      throw wrongState('The payment was reversed before (FEE-3).', '该付款已冲销（FEE-3）。', []);
    }
    const place = placeOf(payment);
    const { account, bills, accounted } = await whereItIs(office, payment, place);
    if (accounted) {
      if (bills.length > mostBills) throw tooManyBills();
      return { payment, place, account, bills };
    }
    if (look === looks) throw new Refusal('unavailable', { headers: { 'retry-after': '1' } });
    await new Promise((resolve) => setTimeout(resolve, 60 * look));
  }
}

/**
 * The account and the bills that a payment's money is on: those it paid itself, and those its credit paid later, which the lists of the
 * unit tell. Lists follow the table by moments: `accounted` says whether all that came to this account and did not leave it was found.
 */
async function whereItIs(office: OfficeTable, payment: Payment, place: Place) {
  const t = office.tenantId;
  const from = addDays(localDay(Date.parse(payment.at), 'UTC'), -lookBackDays);
  const listed = await Promise.all(
    [lists.billsOfUnit(t, place.unitId), lists.postingsOfUnit(t, place.unitId)].map((pk) =>
      office.all({ index: 'g3', pk, sk: { from } }),
    ),
  );
  const entries = [...payment.movements, ...listed.flat().flatMap((item) => ofPayer(item, place.payerId))];
  const mine = entries.filter(({ source }) => source === payment.id);
  const ids = new Set(mine.flatMap(({ billId }) => billId ?? []));
  const found: Record<string, Item | undefined> = await office.load({
    ...Object.fromEntries([...ids].map((id) => [id, keys.bill(t, id)])),
    account: keys.account(t, place.unitId, place.payerId),
  });
  const account = accountOf(found.account, place);
  const on = (item: Item) => billState(item).paid[payment.id] ?? 0;
  const bills = [...ids].flatMap((id) => found[id] ?? []).filter((item) => on(item) > 0);
  const left = account.credits.find(({ source }) => source === payment.id)?.amount ?? 0;
  const sum = (...kinds: EntryKind[]) =>
    mine.reduce((all, { kind, amount }) => (kinds.includes(kind) ? all + amount : all), 0);
  const came = (payment.now ? 0 : amountOf(payment)) + sum('transferIn');
  return {
    account,
    bills,
    accounted:
      bills.reduce((all, item) => all + on(item), left) ===
      came + sum('refundReversed') - sum('refund', 'transferOut'),
  };
}

const ofPayer = (item: Item, payerId: string) => (item.list?.payerId === payerId ? entriesOf(item) : []);

const tooManyBills = () =>
  new Refusal('unprocessable', {
    detail: {
      en: `This money is on more than ${mostBills} bills; take some of them back first.`,
      zh: `该款项涉及超过 ${mostBills} 张账单，请先作废部分账单。`,
    },
  });

const states = (bills: readonly Item[]): BillState[] => bills.map(billState);

/**
 * FEE-3: a payment did not hold. What it paid is open again, its receipt is worth nothing, and other credit in hand pays what is open.
 * Refused a second time, and where the money is no longer there.
 */
export function reversePayment(context: Context, paymentId: string, reason: string): Promise<Reply> {
  const { office } = context;
  const who = whoOf(context);
  const t = office.tenantId;
  return patiently(async () => {
    const { payment, place, account, bills } = await loadUndoing(context, paymentId);
    if (payment.now) {
      throw wrongState(
        'The payment was moved to another payer; move it back first (FEE-3).',
        '该付款已转至其他付款人，请先转回（FEE-3）。',
        ['move'],
      );
    }
    const amount = amountOf(payment);
    const moves = andThen(reverse(account, { id: paymentId, amount, bills: states(bills) }), settle);
    const at = new Date(who.now).toISOString();
    const told = {
      ...place,
      amount: yuan(amount),
      receipt: payment.receipt,
      reason,
      bills: toldBills(moves.bills),
    };
    const event = append(payment.head, { type: 'payment.reversed', object: paymentId, data: told }, who);
    const after: Payment = {
      ...payment,
      state: 'reversed',
      reversed: { at, by: actorRef(who.actor), reason },
      head: event.head,
      version: payment.version + 1,
    };
    const posting = { id: newId('entry', who.now), at, ...place, movements: moves.movements, reason };
    const answer = ok(shownPayment(after), after.version);
    await commitAll(
      office,
      [
        { put: paymentItem(t, after), expect: { version: payment.version } },
        event.write,
        postingWrite(t, posting),
        accountWrite(t, moves.account),
        ...(await billWrites(office, moves, bills)),
      ],
      answer,
    );
    return answer;
  });
}

/**
 * FEE-3: a payment was booked for the wrong payer. It is taken off the bills of the one account and pays those of the other, the oldest
 * first. It keeps its receipt.
 */
export function movePayment(
  context: Context,
  paymentId: string,
  to: { payerId: string; unitId?: string | undefined; reason: string },
): Promise<Reply> {
  const { office } = context;
  const who = whoOf(context);
  const t = office.tenantId;
  return patiently(async () => {
    const { payment, place: from, account, bills } = await loadUndoing(context, paymentId);
    const unitId = to.unitId ?? from.unitId;
    if (unitId === from.unitId && to.payerId === from.payerId) {
      throw invalidField(
        '/body/payerId',
        'same',
        'It is this payer\u2019s already.',
        '该付款已属于此付款人。',
      );
    }
    const there = await loadCase(context, { unitId, payerId: to.payerId });
    const amount = amountOf(payment);
    const freed = releasePayment(account, { id: paymentId, amount, bills: states(bills) });
    // It keeps its name, so that it can be moved on, or back and reversed.
    const move = transfer(freed.account, there.account, { transferId: paymentId, amount, source: paymentId });
    const out = andThen(
      andThen(freed, () => move.from),
      settle,
    );
    const place: Place = { propertyId: there.propertyId, unitId, payerId: to.payerId };
    const home = unitId === payment.unitId && to.payerId === payment.payerId;
    const at = new Date(who.now).toISOString();
    const { reason } = to;
    const told = { amount: yuan(amount), receipt: payment.receipt, reason, from, to: place };
    const changed = { ...told, bills: toldBills([...out.bills, ...move.to.bills]) };
    const event = append(payment.head, { type: 'payment.moved', object: paymentId, data: changed }, who);
    const { now: _, ...rest } = payment;
    const after: Payment = {
      ...rest,
      state: home ? 'booked' : 'moved',
      ...(!home && { now: place }),
      moves: [...(payment.moves ?? []), { at, by: actorRef(who.actor), reason, ...place }],
      head: event.head,
      version: payment.version + 1,
    };
    // Entries of one moment stand by their postings' ids: it leaves before it comes.
    const [leaving = '', coming = ''] = [newId('entry', who.now), newId('entry', who.now)].sort();
    const posting = (id: string, of: Place, { movements }: Moves): Write =>
      postingWrite(t, { id, at, ...of, movements, reason });
    const answer = ok(shownPayment(after), after.version);
    await commitAll(
      office,
      [
        { put: paymentItem(t, after), expect: { version: payment.version } },
        event.write,
        posting(leaving, from, out),
        posting(coming, place, move.to),
        accountWrite(t, out.account),
        accountWrite(t, move.to.account),
        ...(await billWrites(office, out, bills)),
        ...(await billWrites(office, move.to)),
      ],
      answer,
    );
    return answer;
  });
}

/** Commits what one transaction takes; refused where the money is on more bills than that. */
export async function commitAll(office: OfficeTable, writes: Write[], answer: Reply): Promise<void> {
  // One write is the request's own record.
  if (writes.length > 99) throw tooManyBills();
  await office.commit(writes, answer);
}
