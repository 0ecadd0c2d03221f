import { accountOf } from '../../shared/books/index.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import type { Item, Key, Write } from '../../shared/table.ts';
import { type Day, localDay } from '../../shared/time/index.ts';
import { billId } from '../fees/billItem.ts';
import { AlreadyBilled, issued, issuedEvent } from '../fees/issue.ts';
import type { Line } from '../fees/line.ts';
import { patiently } from '../payments/case.ts';
import { loadCase, remember, type Case as TicketCase, writesOf } from '../tickets/case.ts';
import { decide as decideTicket } from '../tickets/rules.ts';
import { ticketOf } from '../tickets/store.ts';
import { amountOf, exactOf, type Order } from './model.ts';
import { type Command, decide, type Seen } from './rules.ts';
import { type BillSeen, billSeen, orderOf, orderWrite, viewOf } from './store.ts';

/** An order with all that a decision on it reads. */
export interface Case extends Seen {
  order: Order;
  carried: TicketCase;
  bill: BillSeen | undefined;
  /** what else was asked for */
  items: Record<string, Item | undefined>;
}

/** The cycle of an order's bill, which no other bill has. */
const cycleOf = (orderId: string) => `once:${orderId}`;

/** The id of the bill that an order will have, known beforehand. */
export const orderBillId = ({ id, unitId }: Pick<Order, 'id' | 'unitId'>) =>
  billId(unitId, cycleOf(id), 0, 1);

/** Reads an order, the ticket that carries it, its bill, and `extra` items. Throws `not-found`. */
export async function loadOrder(
  { office, now }: Pick<Context, 'office' | 'now'>,
  id: string,
  extra: Record<string, Key | undefined> = {},
): Promise<Case> {
  const t = office.tenantId;
  const carried = await loadCase({ office, now }, id, { ...extra, order: keys.serviceOrder(t, id) });
  const order = orderOf(carried.items.order);
  const { item } = await office.load({ item: order.bill && keys.bill(t, order.bill.id) });
  const bill = billSeen(item);
  return {
    order,
    carried,
    bill,
    items: carried.items,
    ticket: carried.ticket.status,
    settled: bill?.open === 0,
    today: localDay(now, carried.schedule.zone),
  };
}

/** The same to be looked at only, in two round trips. */
export async function lookAt({ office, now }: Pick<Context, 'office' | 'now'>, id: string) {
  const t = office.tenantId;
  const { item, carried } = await office.load({
    item: keys.serviceOrder(t, id),
    carried: keys.ticket(t, id),
  });
  const order = orderOf(item);
  const ticket = ticketOf(carried);
  const { property, billed } = await office.load({
    property: keys.property(t, order.propertyId),
    billed: order.bill && keys.bill(t, order.bill.id),
  });
  const bill = billSeen(billed);
  const today = localDay(now, property?.list?.zone as string);
  return { order, ticket, bill, seen: { ticket: ticket.status, settled: bill?.open === 0, today } };
}

/**
 * Runs a command on an order: reads, decides, writes order, ticket, obligations, history and, once it is carried out, the bill in one
 * transaction; answers the order.
 */
export function run(
  context: Context,
  id: string,
  make: (found: Case) => Command,
  extra: Record<string, Key | undefined> = {},
): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  return patiently(async () => {
    const found = await loadOrder(context, id, extra);
    const { ticket, owed } = found.carried;
    matched(context, ticket.version);
    const command = make(found);
    const decided = decide(found.order, found, command);
    const change = decideTicket(ticket, { step: 'service', ...decided.ticket });
    const before = { ticket, version: ticket.version, owed };
    const after = writesOf(context, before, change, found.carried);
    const { order } = decided;
    const charge = command.step === 'execute' ? await charged(context, order, found.today) : undefined;
    const bill = charge?.bill ?? found.bill;
    const seen = { ...found, ticket: after.ticket.status, settled: bill?.open === 0 };
    const answer = ok(viewOf(context.actor, order, after.ticket, seen, bill), after.ticket.version);
    try {
      await office.commit([...after.writes, orderWrite(t, order), ...(charge?.writes ?? [])], answer);
    } catch (error) {
      if (!(error instanceof AlreadyBilled)) throw error;
      throw new Refusal('conflict', {
        detail: { en: 'This order has its bill already.', zh: '该特约服务已出账。' },
      });
    }
    remember(t, after.ticket);
    return answer;
  });
}

/** The bill of an order as it is carried out: a one-off charge of the unit, with credit in hand used at once (FEE-2, FEE-3). */
async function charged(
  context: Context,
  order: Order,
  today: Day,
): Promise<{ bill: BillSeen; writes: Write[] }> {
  const { office, now } = context;
  const t = office.tenantId;
  const { propertyId, unitId, payerId, items, bill: billed } = order;
  if (!billed) throw new Error('an order without a bill to be made');
  const { account } = await office.load({ account: keys.account(t, unitId, payerId) });
  const lines = items.flatMap((item): Line[] => {
    const amount = amountOf(item) ?? 0;
    const { name, price = '0', quantity, done = quantity, unit } = item;
    const counted = { quantity: done, ...(unit !== undefined && { unit }) };
    const exact = exactOf(item);
    return amount > 0 ? [{ kind: 'oneOff', name, basis: 'fixed', ...counted, price, exact, amount }] : [];
  });
  const of = { propertyId, unitId, payerId };
  const dueDay = billed.dueDay < today ? today : billed.dueDay;
  const { bill, writes } = issued(
    t,
    { ...of, cycle: cycleOf(order.id), slot: 0, n: 1, at: now, lines, total: billed.total, dueDay },
    accountOf(account, of),
  );
  return { bill, writes: [...writes, issuedEvent(context, bill)] };
}
