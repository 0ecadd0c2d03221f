import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { timeOf } from '../../shared/policyStore.ts';
import { impossibleQuery, invalidField, notFound } from '../../shared/problem.ts';
import type { ListIndex } from '../../shared/table.ts';
import { addDays, localDay } from '../../shared/time/index.ts';
import * as commands from './commands.ts';
import { follow } from './rules.ts';
import {
  type ages,
  Case,
  CaseQuery,
  DecisionGiven,
  DisputeGiven,
  DisputeSettled,
  ExceptionGiven,
  ListedCase,
  LogEntry,
  PlanGiven,
  PromiseGiven,
  ServedGiven,
  VisitGiven,
} from './schema.ts';
import { loadCase } from './shell.ts';
import { parseCase } from './store.ts';
import { shownCase, shownListed, shownLog } from './view.ts';

const params = z.strictObject({ id: id('dunning') });

const possible = {
  en: 'Possible: propertyId with at most one of stage and state, and age; or unitId alone.',
  zh: '可用组合：propertyId（可加 stage 或 state 之一，及 age），或仅 unitId。',
};

/** The due days of an age on a day, as a range of sort keys. */
function dueDays(age: (typeof ages)[number], today: string): { from?: string; to: string } {
  const day = (n: number) => addDays(today, -n);
  if (age === '90+') return { to: `${day(91)}#~` };
  const [from = 0, to = 0] = age.split('-').map(Number);
  // Due today is no day old, and not overdue before tomorrow.
  return { from: day(to), to: `${day(Math.max(from, 1))}#~` };
}

async function list({ office, now }: Context, query: z.output<typeof CaseQuery>): Promise<Reply> {
  const t = office.tenantId;
  const { propertyId, unitId, stage, state, age, ...paging } = query;
  const impossible =
    unitId !== undefined
      ? propertyId !== undefined || stage !== undefined || state !== undefined || age !== undefined
      : propertyId === undefined || (stage !== undefined && state !== undefined);
  if (impossible) {
    throw impossibleQuery(possible);
  }
  let where: { index: ListIndex; pk: string };
  if (unitId !== undefined) where = { index: 'g3', pk: lists.dunningOfUnit(t, unitId) };
  else if (stage !== undefined) where = { index: 'g2', pk: lists.dunningOfStage(t, propertyId ?? '', stage) };
  else if (state !== undefined) where = { index: 'g4', pk: lists.dunningOfState(t, propertyId ?? '', state) };
  else where = { index: 'g1', pk: lists.dunningOfProperty(t, propertyId ?? '') };
  let sk: { from?: string; to: string } | undefined;
  if (age !== undefined) {
    const { property } = await office.load({ property: keys.property(t, propertyId ?? '') });
    if (property?.et !== 'property') {
      throw invalidField('/query/propertyId', 'unknown', 'There is no such property.', '没有该项目。');
    }
    sk = dueDays(age, localDay(now, timeOf(property).zone));
  }
  const { items, ...rest } = await office.query({ ...where, ...(sk && { sk }), ...paging });
  return ok({ items: items.map(shownListed), ...rest });
}

const step = <B extends z.core.$ZodType>(
  name: string,
  summary: string,
  body: B,
  example: unknown,
  work: (context: Context, id: string, body: z.core.output<B>) => Promise<Reply>,
  needs: 'dunning:write' | 'dunning:decide' = 'dunning:write',
): Route =>
  route({
    id: `dunning${name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}`,
    method: 'POST',
    path: `/v1/dunning/{id}/${name}`,
    summary,
    needs,
    params,
    body: body as z.core.$ZodType,
    example,
    responses: { 200: Case },
    refuses: ['wrong-state'],
    versioned: true,
    handle: (context, input) => work(context, input.params.id, input.body as z.core.output<B>),
  });

const at = '2026-09-30T02:00:00Z';

/** Dunning (催费): cases and what people do in them. The messages go out by themselves. */
export const routes: Route[] = [
  route({
    id: 'listDunning',
    method: 'GET',
    path: '/v1/dunning',
    summary:
      'Dunning cases with something open, the oldest first: of a property by stage, state and age, or of a unit',
    about: possible.en,
    needs: 'fees:read',
    query: CaseQuery,
    responses: { 200: page(ListedCase) },
    handle: (context, { query }) => list(context, query),
  }),
  route({
    id: 'getDunning',
    method: 'GET',
    path: '/v1/dunning/{id}',
    summary: 'One dunning case: its bills, promises, what is next and who owes what',
    needs: 'fees:read',
    params,
    responses: { 200: Case },
    versioned: true,
    async handle(context, { params }) {
      const { office } = context;
      const { item } = await office.load({ item: keys.dunning(office.tenantId, params.id) });
      if (item?.et !== 'dunning') throw notFound();
      const loaded = await loadCase(context, parseCase(item));
      if (!loaded) throw notFound();
      // The books may be ahead of the case: it is shown as a step would find it.
      const { after } = follow(loaded.stored, loaded.books, loaded.today);
      return ok(shownCase(after, loaded), loaded.stored.version);
    },
  }),
  route({
    id: 'getDunningLog',
    method: 'GET',
    path: '/v1/dunning/{id}/log',
    summary: 'What was told, the newest first: text, channels, receipts, the amounts of that moment',
    needs: 'fees:read',
    params,
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(LogEntry) },
    async handle({ office }, { params, query }) {
      const t = office.tenantId;
      const [{ item }, { items, ...rest }] = await Promise.all([
        office.load({ item: keys.dunning(t, params.id) }),
        office.query({
          pk: keys.objectPk(t, params.id),
          sk: { begins: keys.dunningToldPrefix },
          order: 'descending',
          ...query,
          limit: Math.min(query.limit, 25),
        }),
      ]);
      if (item?.et !== 'dunning') throw notFound();
      return ok({ items: await shownLog(office, items), ...rest });
    },
  }),
  step(
    'promise',
    'The payer promises to pay by a day: dunning stands still until then (FEE-5)',
    PromiseGiven,
    { until: '2026-10-20', note: '电话承诺' },
    commands.promise,
  ),
  step(
    'plan',
    'Agree on instalments; dunning stands still while they are kept (FEE-5)',
    PlanGiven,
    {
      instalments: [
        { day: '2026-10-20', amount: '500.00' },
        { day: '2026-11-20', amount: '500.00' },
      ],
    },
    commands.plan,
  ),
  step(
    'dispute',
    'The payer says that bills are wrong: somebody has to settle it, dunning stands still (FEE-5)',
    DisputeGiven,
    { reason: '面积登记有误' },
    commands.dispute,
  ),
  step(
    'resolve-dispute',
    'A dispute is settled; what is still open is asked for again, from where it stopped',
    DisputeSettled,
    { outcome: 'rejected', note: '已核对图纸，面积无误' },
    commands.resolveDispute,
  ),
  step(
    'served',
    'A notice was brought: signed for, refused, left there or posted (FEE-4)',
    ServedGiven,
    { at, outcome: 'signed', receiver: '张伟' },
    commands.served,
  ),
  step(
    'visit',
    'Somebody went there or called (FEE-4)',
    VisitGiven,
    { at, kind: 'visit', reached: true, person: '张伟', result: '答应下周缴清' },
    commands.visit,
  ),
  step(
    'decision',
    'What the manager decides: legal steps, go on, or suspend until a day; the payer\u2019s exception stays what it is (FEE-4)',
    DecisionGiven,
    { decision: 'suspend', until: '2026-12-31', reason: '家庭困难' },
    commands.decision,
    'dunning:decide',
  ),
  route({
    id: 'setDunningException',
    method: 'PUT',
    path: '/v1/dunning/{id}/exception',
    summary: 'What is different for this payer: no dunning, own days for steps, no late fee',
    needs: 'dunning:decide',
    params,
    body: ExceptionGiven,
    example: { stop: true, until: '2026-12-31', reason: '法院调解期间' },
    responses: { 200: Case },
    versioned: true,
    handle: (context, { params, body }) => commands.exception(context, params.id, body),
  }),
  route({
    id: 'liftDunningException',
    method: 'DELETE',
    path: '/v1/dunning/{id}/exception',
    summary: 'The payer is treated like everybody again',
    needs: 'dunning:decide',
    params,
    responses: { 200: Case },
    versioned: true,
    handle: (context, { params }) => commands.liftException(context, params.id),
  }),
];
