import { type Actor, holds } from '../../shared/actor.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import type { Item, Write } from '../../shared/table.ts';
import { dueOf, type Ticket } from '../tickets/model.ts';
import { objectOf } from '../tickets/store.ts';
import { phaseOf } from './life.ts';
import { amountOf, type Order, totalOf } from './model.ts';
import { openSteps, type Seen, warrantyUntil } from './rules.ts';

const titleOf = ({ items }: Order) => items.map(({ name }) => name).join('、');

/** An order's write: beside the ticket that carries it, whose history is the order's too. */
export function orderWrite(t: string, { version, ...order }: Order): Write {
  const { id, propertyId, unitId, payerId, state, createdAt, ...rest } = order;
  const total = totalOf(order.items);
  const created = tick(createdAt);
  return {
    put: {
      ...keys.serviceOrder(t, id),
      et: 'serviceOrder',
      v: version + 1,
      list: {
        propertyId,
        unitId,
        payerId,
        state,
        createdAt,
        title: titleOf({ version, ...order }),
        ...(total !== undefined && { total }),
      },
      rest,
      g1pk: lists.ordersOfProperty(t, propertyId),
      g1sk: created,
      g2pk: lists.ordersOfState(t, propertyId, state),
      g2sk: created,
      g3pk: lists.ordersOfUnit(t, unitId),
      g3sk: created,
      ...(order.fromTicketId && { g4pk: lists.ordersOfTicket(t, order.fromTicketId), g4sk: created }),
    },
    expect: version === 0 ? 'new' : { version },
  };
}

/** The order of an item read from the table itself. Throws `not-found` where there is none. */
export function orderOf(item: Item | undefined): Order {
  if (item?.et !== 'serviceOrder') throw notFound();
  const { title: _, total: __, ...list } = item.list ?? {};
  return { ...list, ...item.rest, id: objectOf(item), version: item.v } as unknown as Order;
}

/** An order of a list: what the indexes carry. */
export function listedOrder(item: Item) {
  const { total, ...list } = item.list as { total?: Fen };
  return { id: objectOf(item), ...list, ...(total !== undefined && { total: yuan(total) }) };
}

/** What of a bill an order shows. */
export interface BillSeen {
  open: Fen;
  status: string;
}

export const billSeen = (item: Item | undefined): BillSeen | undefined =>
  item && { open: item.list?.open as Fen, status: item.list?.status as string };

/** The order as it is answered, with its ticket and, to those who may know what is owed (FEE-8), its bill. */
export function viewOf(actor: Actor, order: Order, ticket: Ticket, seen: Seen, bill: BillSeen | undefined) {
  const { bill: billed, items, version: _, ...rest } = order;
  const total = totalOf(items);
  const until = warrantyUntil(order);
  const dueAt = dueOf(ticket);
  return {
    ...rest,
    title: titleOf(order),
    phase: phaseOf(order.state, ticket.status, seen.settled),
    currency: 'CNY',
    ...(total !== undefined && { total: yuan(total) }),
    items: items.map((item) => {
      const amount = amountOf(item);
      return { ...item, ...(amount !== undefined && { amount: yuan(amount) }) };
    }),
    ...(billed &&
      bill &&
      holds(actor, 'fees:read') && {
        bill: { ...billed, total: yuan(billed.total), open: yuan(bill.open), status: bill.status },
      }),
    ...(until !== undefined && { warrantyUntil: until }),
    ticket: {
      status: ticket.status,
      ...(ticket.ownerId !== undefined && { ownerId: ticket.ownerId }),
      ...(dueAt !== undefined && { dueAt }),
      rework: ticket.rework,
    },
    openSteps: openSteps(order, seen),
    version: ticket.version,
  };
}
