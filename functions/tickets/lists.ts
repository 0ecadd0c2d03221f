import { eventOf } from '../../shared/history.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { impossibleQuery, notFound } from '../../shared/problem.ts';
import { type ListIndex, type QuerySpec, retryStale } from '../../shared/table.ts';
import { addDays, instantAt, iso, localDay } from '../../shared/time/index.ts';
import { fieldOf } from './case.ts';
import { params } from './commands.ts';
import { EventPage, EventsQuery, ListQuery, Ticket, TicketPage } from './schema.ts';
import { intakeOf, summaryOf, ticketOf, viewOf } from './store.ts';

/** A list as one query on one index. */
interface Plan {
  index: ListIndex;
  pk: string;
  order: 'ascending' | 'descending';
}

/** What can be asked; anything else would need a filter over everything, so it is refused. */
const possible = {
  en: 'Possible: nothing, status, propertyId or unitId (newest first); view=open, overdue or unfinished, each with or without propertyId, view=desk with or without ownerId, view=unowned (due first).',
  zh: '可用组合：不带条件、status、propertyId 或 unitId（最新在前）；view=open、overdue、unfinished（可加 propertyId），view=desk（可加 ownerId），view=unowned（到期在前）。',
};

/** The query that a list is. Throws `invalid-request` for combinations that no index serves. */
export function planOf(
  t: string,
  query: Pick<ListQuery, 'view' | 'status' | 'propertyId' | 'unitId' | 'ownerId' | 'sort'>,
  caller: { staffId?: string | undefined },
): Plan {
  const { view, status, propertyId, unitId, ownerId } = query;
  const sort = query.sort ?? (view ? 'due' : 'newest');
  if (!view) {
    if (sort === 'due' || ownerId) {
      // "Due first" without a view is the view of what is open.
      if (sort === 'due' && !status && !unitId && !ownerId) return openPlan(t, propertyId);
      throw impossibleQuery(possible);
    }
    if ([status, propertyId, unitId].filter(Boolean).length > 1) throw impossibleQuery(possible);
    const [index, pk]: [ListIndex, string] = status
      ? ['g4', lists.ticketsOfStatus(t, status)]
      : propertyId
        ? ['g2', lists.ticketsOfProperty(t, propertyId)]
        : unitId
          ? ['g3', lists.ticketsOfUnit(t, unitId)]
          : ['g1', lists.tickets(t)];
    return { index, pk, order: 'descending' };
  }
  if (sort === 'newest' || status || unitId) throw impossibleQuery(possible);
  if (view === 'desk' || view === 'unowned') {
    if (propertyId || (view === 'unowned' && ownerId)) throw impossibleQuery(possible);
    const whose = view === 'unowned' ? undefined : (ownerId ?? caller.staffId);
    if (view === 'desk' && !whose) throw impossibleQuery(possible);
    return { index: 'g7', pk: lists.desk(t, whose), order: 'ascending' };
  }
  if (ownerId) throw impossibleQuery(possible);
  return openPlan(t, propertyId);
}

const openPlan = (t: string, propertyId: string | undefined): Plan =>
  propertyId
    ? { index: 'g5', pk: lists.openOfProperty(t, propertyId), order: 'ascending' }
    : { index: 'g6', pk: lists.open(t), order: 'ascending' };

/** Before which instant, in milliseconds, the tickets of `overdue` and `unfinished` are due. */
async function horizon({ office, now }: Context, query: ListQuery): Promise<number> {
  if (query.view === 'overdue') return now;
  let zone = query.zone ?? 'Asia/Shanghai';
  if (query.propertyId) {
    const { property } = await office.load({ property: keys.property(office.tenantId, query.propertyId) });
    zone = (fieldOf(property, 'zone') as string | undefined) ?? zone;
  }
  return instantAt(addDays(localDay(now, zone), 1), 0, zone);
}

/**
 * The horizon travels with the cursor: on the second page "now" is another one, and a query has to stay the same from page to
 * page.
 */
const mark = (limit: string, cursor: string) => `${limit}.${cursor}`;

function unmark(cursor: string | undefined): [limit: string | undefined, cursor: string | undefined] {
  if (cursor === undefined) return [undefined, undefined];
  const [, limit, rest] = /^([0-9A-Z]{10})\.(.+)$/.exec(cursor) ?? [];
  return limit ? [limit, rest] : [undefined, cursor];
}

async function listTickets(context: Context, query: ListQuery): Promise<Reply> {
  const { office, actor } = context;
  const { index, pk, order } = planOf(office.tenantId, query, {
    staffId: actor.kind === 'staff' ? actor.id : undefined,
  });
  const bounded = query.view === 'overdue' || query.view === 'unfinished';
  const [kept, cursor] = bounded ? unmark(query.cursor) : [undefined, query.cursor];
  const due = bounded ? (kept ?? tick(iso((await horizon(context, query)) - 1))) : undefined;
  const spec: QuerySpec = {
    index,
    pk,
    order,
    limit: query.limit,
    cursor,
    ...(due && { sk: { to: due } }),
  };
  const page = await office.query(spec);
  return ok({
    items: page.items.map(summaryOf),
    ...(page.next && { next: due ? mark(due, page.next) : page.next }),
  });
}

export const listRoutes: Route[] = [
  route({
    id: 'listTickets',
    method: 'GET',
    path: '/v1/tickets',
    summary: 'Lists of tickets: the desk, what is open, overdue, unfinished today; by status, property, unit',
    about: possible.en,
    needs: 'tickets:read',
    query: ListQuery,
    responses: { 200: TicketPage },
    handle: (context, { query }) => listTickets(context, query),
  }),
  route({
    id: 'getTicket',
    method: 'GET',
    path: '/v1/tickets/{id}',
    summary: 'One ticket with its deadlines and the steps open now',
    needs: 'tickets:read',
    params,
    responses: { 200: Ticket },
    versioned: true,
    handle({ office, actor }, { params }) {
      const t = office.tenantId;
      return retryStale(async () => {
        const { item, said } = await office.load({
          item: keys.ticket(t, params.id),
          said: keys.event(t, params.id, 1),
        });
        const ticket = ticketOf(item);
        return ok(viewOf(actor, ticket, intakeOf(said)), ticket.version);
      });
    },
  }),
  route({
    id: 'listTicketEvents',
    method: 'GET',
    path: '/v1/tickets/{id}/events',
    summary: 'What happened to a ticket, oldest first',
    needs: 'tickets:read',
    params,
    query: EventsQuery,
    responses: { 200: EventPage },
    async handle({ office }, { params, query }) {
      const page = await office.query({
        pk: keys.objectPk(office.tenantId, params.id),
        sk: { begins: keys.eventsPrefix },
        ...query,
      });
      // Every ticket has its first event.
      if (page.items.length === 0 && query.cursor === undefined) throw notFound();
      return ok({ items: page.items.map(eventOf), ...(page.next && { next: page.next }) });
    },
  }),
];
