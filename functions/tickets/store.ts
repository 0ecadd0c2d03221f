import { type Actor, actorRef, holds } from '../../shared/actor.ts';
import { masked } from '../../shared/customers.ts';
import { eventOf, type Head } from '../../shared/history.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { obligationId } from '../../shared/obligations/index.ts';
import type { RuleId } from '../../shared/policy/index.ts';
import { notFound } from '../../shared/problem.ts';
import { type Item, type Key, Stale, type Write } from '../../shared/table.ts';
import { openSteps } from './draft.ts';
import { dueOf, type Intake, type Owed, type Ticket } from './model.ts';
import type { TicketView } from './schema.ts';

/*
 * A ticket as an item. It stands in up to seven indexes whose keys alone are half a kB, and every kB begun is a write unit (two
 * in a transaction): so names are short, instants are numbers, and what never changes (the intake) is in the first event.
 */

/** What lists show, by the short names of the item's `list`. */
const listed = {
  kind: 'k',
  grade: 'g',
  handling: 'h',
  urgent: 'x',
  status: 's',
  title: 't',
  category: 'c',
  propertyId: 'p',
  unitId: 'u',
  ownerId: 'o',
} as const;

/** What the remainder keeps as it is, where there is any. */
const plain = ['order', 'resolution', 'callback', 'escalatedTo', 'duplicateOf', 'link', 'reporter'] as const;

/** The same with a value for "none", which is not stored. */
const counted = ['rework', 'attempts'] as const;
const several = ['duplicates', 'attachments'] as const;

const millis = (instant: string | undefined) => (instant === undefined ? undefined : Date.parse(instant));
const text = (ms: unknown) => new Date(ms as number).toISOString();

/** The id of the object whose partition an item is in. */
export const objectOf = (item: Key): string => item.pk.slice(item.pk.indexOf('#') + 1);

/** A ticket as its item. */
export function itemOf(t: string, ticket: Ticket): Item {
  const due = dueOf(ticket);
  const list: Record<string, unknown> = { a: millis(ticket.createdAt), d: millis(due) };
  for (const [name, short] of Object.entries(listed)) {
    const value = ticket[name as keyof typeof listed];
    if (value !== undefined && value !== false) list[short] = value;
  }
  const rest: Record<string, unknown> = { head: ticket.head, n: ticket.opened };
  if (ticket.obligations.length > 0) {
    rest.ob = ticket.obligations.map(({ key, ruleId, dueAt }) => [key, ruleId, millis(dueAt)]);
  }
  for (const name of plain) if (ticket[name] !== undefined) rest[name] = ticket[name];
  for (const name of counted) if (ticket[name] > 0) rest[name] = ticket[name];
  for (const name of several) if (ticket[name].length > 0) rest[name] = ticket[name];
  return {
    ...keys.ticket(t, ticket.id),
    et: 'ticket',
    v: ticket.version,
    list,
    rest,
    ...places(t, ticket, due),
  };
}

/** Where the ticket stands in the lists: newest first in all, due first only while something is to be done. */
function places(t: string, ticket: Ticket, due: string | undefined): Record<string, string> {
  const created = tick(ticket.createdAt);
  return {
    g1pk: lists.tickets(t),
    g1sk: created,
    g2pk: lists.ticketsOfProperty(t, ticket.propertyId),
    g2sk: created,
    ...(ticket.unitId && { g3pk: lists.ticketsOfUnit(t, ticket.unitId), g3sk: created }),
    g4pk: lists.ticketsOfStatus(t, ticket.status),
    g4sk: created,
    ...(due && {
      g5pk: lists.openOfProperty(t, ticket.propertyId),
      g5sk: tick(due),
      g6pk: lists.open(t),
      g6sk: tick(due),
      g7pk: lists.desk(t, ticket.ownerId),
      g7sk: tick(due),
    }),
  };
}

type Listed = Pick<Ticket, keyof typeof listed | 'createdAt'> & { dueAt?: string };

function listOf(item: Item): Listed {
  const list = item.list ?? {};
  const fields: Record<string, unknown> = { urgent: false };
  for (const [name, short] of Object.entries(listed)) {
    if (list[short] !== undefined) fields[name] = list[short];
  }
  return {
    ...(fields as Omit<Listed, 'createdAt'>),
    createdAt: text(list.a),
    ...(list.d !== undefined && { dueAt: text(list.d) }),
  };
}

/** The ticket of an item read from the table itself. Throws `not-found` where there is none. */
export function ticketOf(item: Item | undefined): Ticket {
  if (item?.et !== 'ticket') throw notFound();
  const { dueAt: _, ...list } = listOf(item);
  const rest = item.rest ?? {};
  const owed = (rest.ob ?? []) as [string, RuleId, number][];
  return {
    id: objectOf(item),
    version: item.v,
    ...list,
    rework: 0,
    attempts: 0,
    duplicates: [],
    attachments: [],
    ...(Object.fromEntries(
      [...plain, ...counted, ...several]
        .filter((name) => rest[name] !== undefined)
        .map((name) => [name, rest[name]]),
    ) as Partial<Ticket>),
    opened: rest.n as number,
    obligations: owed.map(([key, ruleId, dueAt]): Owed => ({ key, ruleId, dueAt: text(dueAt) })),
    head: rest.head as Head,
  };
}

/** What a list shows of a ticket, from an index. */
export const summaryOf = (item: Item) => ({ id: objectOf(item), version: item.v, ...listOf(item) });

/**
 * What was said when the ticket was taken, from its first event. Throws `Stale` where there is none: a batch reads each item
 * at a moment of its own, so it may see the one and not yet the other of two that were written together.
 */
export function intakeOf(item: Item | undefined): Intake {
  if (!item) throw new Stale();
  const event = eventOf(item);
  const { channel, place, description, occurredAt, receivedAt, externalId } = event.data as unknown as Intake;
  return { channel, place, description, occurredAt, receivedAt, externalId, recordedBy: event.actor };
}

/**
 * Whether somebody may see the reporter's number: who may read customers' files, who has the ticket or its service order in hand, who took
 * it. An engineer has it with the order, a guard not of every resident. API keys have what their scope says.
 */
const mayCall = (actor: Actor, { ownerId, order }: Ticket, { recordedBy }: Intake): boolean =>
  actor.kind !== 'staff' ||
  holds(actor, 'customers:read') ||
  [ownerId, order?.assigneeId].includes(actor.id) ||
  recordedBy === actorRef(actor);

function reporterFor(actor: Actor, ticket: Ticket, intake: Intake): TicketView['reporter'] {
  const { reporter } = ticket;
  if (reporter?.phone === undefined || mayCall(actor, ticket, intake)) return reporter;
  const { phone, ...rest } = reporter;
  return { ...rest, maskedPhone: masked(phone) };
}

/** The ticket as it is answered to somebody. */
export function viewOf(actor: Actor, ticket: Ticket, intake: Intake): TicketView {
  const reporter = reporterFor(actor, ticket, intake);
  return { ...wholeOf(ticket, intake), ...(reporter && { reporter }) };
}

/** All that is kept of a ticket. */
export function wholeOf(ticket: Ticket, intake: Intake): TicketView {
  const { head: _, link: __, opened: ___, obligations, ...told } = ticket;
  return {
    ...told,
    ...intake,
    dueAt: dueOf(ticket),
    obligations: obligations.map(({ key, ruleId, dueAt }) => ({
      id: obligationId(ticket.id, key),
      key,
      ruleId,
      dueAt,
    })),
    openSteps: openSteps(ticket),
  } as TicketView;
}

/**
 * The write that moves a ticket's place in the lists when one of its obligations was reckoned again (TIME-7); to go in that
 * transaction. Undefined where the ticket does not owe it any more. `item` is the ticket's, from the table itself.
 */
export function dueMoved(item: Item, moved: { id: string; dueAt: string }): Write | undefined {
  const ticket = ticketOf(item);
  const tenantId = item.pk.slice(0, item.pk.indexOf('#'));
  const obligations = ticket.obligations.map((owed) =>
    obligationId(ticket.id, owed.key) === moved.id ? { ...owed, dueAt: moved.dueAt } : owed,
  );
  if (obligations.every((owed, i) => owed === ticket.obligations[i])) return undefined;
  const next = { ...ticket, obligations, version: ticket.version + 1 };
  return { put: itemOf(tenantId, next), expect: { version: ticket.version } };
}
