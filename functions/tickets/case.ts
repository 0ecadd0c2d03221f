import { env } from '../../shared/env.ts';
import { append, parted } from '../../shared/history.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { cancel, discharge, obligationId, open, parse, reassign } from '../../shared/obligations/index.ts';
import type { Policy } from '../../shared/policy/index.ts';
import { loadWithRules, type Rules, timeOf } from '../../shared/policyStore.ts';
import { matched } from '../../shared/records.ts';
import { type Item, type Key, retryStale, Stale, type Write } from '../../shared/table.ts';
import { localDay, type Schedule } from '../../shared/time/index.ts';
import { type Change, type Happening, type Opening, settle } from './draft.ts';
import type { Intake, Ticket } from './model.ts';
import { type Command, decide } from './rules.ts';
import { intakeOf, itemOf, ticketOf, viewOf } from './store.ts';

/** Who acts, when, for which request: what the shell of a decision needs. */
export type Acting = Pick<Context, 'actor' | 'requestId' | 'now' | 'office' | 'ifMatch'>;

/** A ticket with all that a decision on it reads. */
export interface Case {
  ticket: Ticket;
  intake: Intake;
  items: Record<string, Item | undefined>;
  /** Policy of today and schedule of the ticket's property. */
  policy: Policy;
  schedule: Schedule;
  /** Open obligations by key, as stored. */
  owed: Map<string, Item>;
}

/**
 * What a ticket led to when it was last seen here: its property, its open obligations. Reading them along saves the second
 * round trip; what turns out to be missing is read then. Keys only, so nothing stale is ever used.
 */
const hints = new Map<string, Record<string, Key>>();
const keptHints = 10_000;

function companions(tenantId: string, ticket: Ticket): Record<string, Key> {
  const wanted: Record<string, Key> = { '#property': keys.property(tenantId, ticket.propertyId) };
  for (const { key } of ticket.obligations) {
    wanted[`#${key}`] = keys.obligation(tenantId, ticket.id, obligationId(ticket.id, key));
  }
  return wanted;
}

export function remember(tenantId: string, ticket: Ticket): void {
  const name = `${tenantId}#${ticket.id}`;
  hints.delete(name);
  hints.set(name, companions(tenantId, ticket));
  const oldest = hints.keys().next().value;
  if (hints.size > keptHints && oldest !== undefined) hints.delete(oldest);
}

/** Reads a ticket and what belongs to it, with `extra` items. Throws `not-found`. */
export async function loadCase(
  { office, now }: Pick<Acting, 'office' | 'now'>,
  id: string,
  extra: Record<string, Key | undefined> = {},
): Promise<Case> {
  const t = office.tenantId;
  const hinted = hints.get(`${t}#${id}`) ?? {};
  const { items, rules } = await loadWithRules(office, {
    ...hinted,
    ...extra,
    '#ticket': keys.ticket(t, id),
    '#intake': keys.event(t, id, 1),
  });
  const ticket = ticketOf(items['#ticket']);
  const wanted = companions(t, ticket);
  const missing = Object.entries(wanted).filter(([name]) => hinted[name] === undefined);
  const more: Record<string, Item | undefined> =
    missing.length > 0 ? await office.load(Object.fromEntries(missing)) : {};
  const found: Record<string, Item | undefined> = { ...items, ...more };
  remember(t, ticket);
  const property = found['#property'];
  if (!property) throw new Error('a ticket of a property that is not there');
  return {
    ticket,
    intake: intakeOf(items['#intake']),
    items,
    ...reckoning(rules, property, now),
    owed: new Map(
      ticket.obligations.flatMap(({ key }) => {
        const item = found[`#${key}`];
        return item ? [[key, item] as const] : [];
      }),
    ),
  };
}

/** What deadlines that start at that moment (ms) at a property are reckoned with. */
export function reckoning(rules: Rules, property: Item, now: number): { policy: Policy; schedule: Schedule } {
  const time = timeOf(property);
  return { policy: rules.policyFor(localDay(now, time.zone)), schedule: rules.scheduleOf(time) };
}

/**
 * The decision as writes: the ticket, its events, what is owed from now on, what is owed no longer. What is opened runs from
 * `since` (ms), the moment of the change unless said otherwise.
 */
export function writesOf(
  acting: Acting,
  before: { ticket: Ticket; version: number | 'new'; owed: Map<string, Item> },
  change: Change,
  { policy, schedule }: { policy: Policy; schedule: Schedule },
  since = acting.now,
): { ticket: Ticket; writes: Write[] } {
  const { office, now } = acting;
  const tenantId = office.tenantId;
  const startAt = new Date(since).toISOString();
  const writes: Write[] = [];
  const { id, propertyId, handling, title } = change.ticket;
  const openOne = ({ ownerId = change.ticket.ownerId, ...opening }: Opening): string => {
    const { obligation, write } = open(
      {
        tenantId,
        objectId: id,
        objectKind: 'ticket',
        ...opening,
        policy,
        schedule,
        startAt,
        ownerId,
        propertyId,
        critical: handling === 'critical',
        title,
      },
      now,
    );
    writes.push(write);
    return obligation.dueAt;
  };
  const settled = settle(change, openOne);
  for (const ending of change.ends) {
    const item = before.owed.get(ending.key);
    // Read a moment before the ticket that names it (see `intakeOf`).
    if (!item) throw new Stale();
    const stored = parse(item);
    writes.push(
      'evidence' in ending ? discharge(stored, ending.evidence, now) : cancel(stored, ending.reason, now),
    );
  }
  if (change.ticket.ownerId !== before.ticket.ownerId && before.version !== 'new') {
    for (const { key } of change.ticket.obligations) {
      const item = before.owed.get(key);
      if (!item) throw new Stale();
      const stored = parse(item);
      // Somebody else's service order stays with them.
      if (stored.ownerId === before.ticket.ownerId) writes.push(reassign(stored, change.ticket.ownerId, now));
    }
  }
  const opened = settled.obligations.slice(change.ticket.obligations.length);
  let head = before.ticket.head;
  change.events.forEach((happening, i) => {
    const last = i === change.events.length - 1;
    const step = append(
      head,
      { type: happening.type, object: id, ...parted(told(settled, happening, last ? opened : [])) },
      { actor: acting.actor, tenantId, requestId: acting.requestId, now },
    );
    head = step.head;
    writes.push(step.write);
  });
  const version = before.version === 'new' ? 1 : before.version + 1;
  const ticket = { ...settled, head, version };
  writes.unshift({
    put: itemOf(tenantId, ticket),
    expect: before.version === 'new' ? 'new' : { version: before.version },
  });
  return { ticket, writes };
}

function told(ticket: Ticket, { data }: Happening, owed: Ticket['obligations']): Record<string, unknown> {
  const { kind, grade, urgent, propertyId } = ticket;
  return { kind, grade, urgent, propertyId, ...data, ...(owed.length > 0 && { owed }) };
}

/** A command made from the case it is about; may refuse. */
type Making = (found: Case) => Command;

/**
 * Runs a command on a ticket: reads, decides, writes in one transaction, answers the ticket. `extra` items are read along;
 * `also` adds writes on other things (both sides of a link, inboxes); it is given the case as it was read.
 */
export async function run(
  acting: Acting,
  id: string,
  make: Making,
  options: {
    extra?: Record<string, Key | undefined>;
    also?: (found: Case) => Promise<Write[]>;
    reply?: (ticket: Ticket, intake: Intake) => Reply;
  } = {},
): Promise<Reply> {
  return retryStale(async () => {
    const found = await loadCase(acting, id, options.extra);
    matched(acting, found.ticket.version);
    const change = decide(found.ticket, make(found));
    const before = { ticket: found.ticket, version: found.ticket.version, owed: found.owed };
    const { ticket, writes } = writesOf(acting, before, change, found);
    const reply =
      options.reply ?? ((after, intake) => ok(viewOf(acting.actor, after, intake), after.version));
    const answer = reply(ticket, found.intake);
    const also = (await options.also?.(found)) ?? [];
    await acting.office.commit([...writes, ...also], answer);
    remember(acting.office.tenantId, ticket);
    return answer;
  });
}

/** A field of a record whichever part of the item holds it. */
export const fieldOf = (item: Item | undefined, name: string): unknown =>
  item?.list?.[name] ?? item?.rest?.[name];

/** Key of the secret draws and one-time links. */
export const secret = () => env('CURSOR_SECRET');
