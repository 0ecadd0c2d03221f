import * as z from 'zod/mini';
import { holds } from '../../shared/actor.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { eventOf } from '../../shared/history.ts';
import { type Context, ok, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { dueBy, Listed, listedOf, type Obligation, parse } from '../../shared/obligations/index.ts';
import { ruleTitle } from '../../shared/obligations/words.ts';
import { invalidField, lacks, notFound } from '../../shared/problem.ts';
import type { QuerySpec } from '../../shared/table.ts';
import { explain } from '../../shared/time/index.ts';
import { dayEndRoutes } from './dayEnds.ts';
import { inboxRoutes } from './inbox.ts';
import { ObligationEvent, ObligationView } from './schema.ts';

const ListQuery = z.strictObject({
  /** `mine`: what the caller owes; `property`: of one property; `office`: all. */
  view: z._default(z.enum(['mine', 'property', 'office']), 'office'),
  propertyId: z.optional(id('property')),
  state: z._default(z.enum(['open', 'overdue']), 'open'),
  limit,
  cursor: z.optional(cursor),
});

/** What something is owed for: a ticket, or a case of dunning. */
const objectId = z.union([id('ticket'), id('dunning')]);

const params = z.strictObject({ objectId, id: id('obligation') });

const obligationRoutes: Route[] = [
  route({
    id: 'listObligations',
    method: 'GET',
    path: '/v1/obligations',
    summary:
      'What is owed, due first: by the caller, in a property, in the office; all that is open or only what is overdue',
    needs: 'obligations:read',
    query: ListQuery,
    responses: { 200: page(Listed) },
    async handle({ office, actor, now }, { query }) {
      const spec = whose(office.tenantId, query, actor.kind === 'staff' ? actor.id : undefined);
      const overdue = query.state === 'overdue';
      const [kept, position] = overdue ? unmark(query.cursor) : [undefined, query.cursor];
      const until = overdue ? (kept ?? new Date(now).toISOString()) : undefined;
      const { items, next } = await office.query({
        ...spec,
        limit: query.limit,
        cursor: position,
        // What is due at that very moment counts as overdue.
        ...(until !== undefined && { sk: { to: dueBy(until) } }),
      });
      return ok({
        items: items.map(listedOf),
        ...(next !== undefined && { next: until === undefined ? next : `${until}_${next}` }),
      });
    },
  }),
  route({
    id: 'getObligation',
    method: 'GET',
    path: '/v1/obligations/{objectId}/{id}',
    summary: 'One obligation: how its due moment was reckoned, who is told when, what discharged it',
    needs: 'obligations:read',
    params,
    responses: { 200: ObligationView },
    async handle(context, { params }) {
      return ok(view(await seen(context, params)));
    },
  }),
  route({
    id: 'listObligationEvents',
    method: 'GET',
    path: '/v1/obligations/{objectId}/{id}/events',
    summary:
      'What happened to an obligation, oldest first: who was told what and when, why its due moment moved (TIME-7)',
    needs: 'obligations:read',
    params,
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(ObligationEvent) },
    async handle(context, { params, query }) {
      const { office } = context;
      await seen(context, params);
      const { items, next } = await office.query({
        pk: keys.objectPk(office.tenantId, params.objectId),
        sk: { begins: `${keys.obligationEventsPrefix}${params.id}#` },
        ...query,
      });
      return ok({ items: items.map(eventOf), ...(next !== undefined && { next }) });
    },
  }),
];

/** The obligation. Throws `not-found`, and `forbidden` where it tells somebody of arrears who may not know of them (FEE-8). */
async function seen(
  { office, actor }: Context,
  { objectId, id }: z.output<typeof params>,
): Promise<Obligation> {
  const { item } = await office.load({ item: keys.obligation(office.tenantId, objectId, id) });
  if (item?.et !== 'obligation') throw notFound();
  const obligation = parse(item);
  if (obligation.objectKind === 'dunning' && !holds(actor, 'fees:read')) throw lacks('fees:read');
  return obligation;
}

export const routes: Route[] = [...obligationRoutes, ...inboxRoutes, ...dayEndRoutes];

/** The index that serves the view. */
function whose(
  t: string,
  { view, propertyId }: z.output<typeof ListQuery>,
  staffId: string | undefined,
): Pick<QuerySpec, 'index' | 'pk'> {
  if ((view === 'property') !== (propertyId !== undefined)) {
    throw invalidField(
      '/query/propertyId',
      'impossible_combination',
      'view=property goes with propertyId, and only that view.',
      'view=property 须与 propertyId 同时使用，其他视图不可带 propertyId。',
    );
  }
  if (propertyId !== undefined) return { index: 'g5', pk: lists.oblOfProperty(t, propertyId) };
  if (view === 'office') return { index: 'g6', pk: lists.obl(t) };
  if (staffId !== undefined) return { index: 'g7', pk: lists.oblOfStaff(t, staffId) };
  throw invalidField(
    '/query/view',
    'staff_only',
    'An API key owes nothing itself: ask for view=office or view=property.',
    'API 密钥没有个人事项，请使用 view=office 或 view=property。',
  );
}

/** "Now" travels with the cursor of an overdue list: a query has to stay the same from page to page. */
function unmark(given: string | undefined): [until: string | undefined, cursor: string | undefined] {
  const [, until, rest] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_(.+)$/.exec(given ?? '') ?? [];
  return until ? [until, rest] : [undefined, given];
}

function view(obligation: Obligation) {
  const { tenantId: _, head: __, ladder: ___, reasons, ...rest } = obligation;
  const deadline = { zone: obligation.zone, steps: reasons };
  return {
    ...rest,
    reasons,
    ruleTitle: ruleTitle(obligation.ruleId),
    explanation: { en: explain(deadline, 'en'), zh: explain(deadline, 'zh') },
  };
}
