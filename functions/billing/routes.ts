import * as z from 'zod/mini';
import { ENV, optionalEnv } from '../../shared/env.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append } from '../../shared/history.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import { invalidField, notFound, Refusal, unknownProperty } from '../../shared/problem.ts';
import { sendAll } from '../../shared/queues.ts';
import { retryStale } from '../../shared/table.ts';
import type { UnitNote as Note } from '../fees/chunk.ts';
import { cycleOf } from '../fees/cycle.ts';
import { type BillRun as Run, runOf, shownRun, stateOf } from '../fees/run.ts';
import { type BillMessage, runDue, runWrites, watchAt } from '../fees/runStore.ts';
import { BillRun, ListedRun, NewBillRun, UnitNote } from '../fees/schema.ts';
import { standardsOf } from '../fees/standards.ts';

const params = z.strictObject({ id: id('billRun') });

/** The run is recorded by now: should the message be lost, the sweep sends it. */
async function begin(tenantId: string, runId: string): Promise<void> {
  const queue = optionalEnv(ENV.billingQueueUrl);
  const message: BillMessage = { kind: 'billRun', tenantId, runId };
  try {
    if (queue) await sendAll(queue, [message]);
  } catch (error) {
    log.error('the run is left to the sweep', error, { tenantId, runId });
  }
}

/** Bill runs (批量出账): everybody's bills of a cycle, first to look at, then issued. */
export const routes: Route[] = [
  route({
    id: 'createBillRun',
    method: 'POST',
    path: '/v1/bill-runs',
    summary: 'Begin a bill run with its preview: totals, exceptions, missing readings; nothing is issued yet',
    needs: 'fees:write',
    body: NewBillRun,
    example: { propertyId: 'prp_01JZ0000000000000000000000', cycle: '2026-10' },
    responses: { 201: BillRun },
    async handle(context, { body }) {
      const { office, now } = context;
      const t = office.tenantId;
      const { property } = await office.load({ property: keys.property(t, body.propertyId) });
      if (property?.et !== 'property') throw unknownProperty('/body/propertyId');
      const standards = await standardsOf(office, body.propertyId);
      const { kind } = cycleOf(body.cycle);
      if (!standards.some((standard) => standard.cycle === kind)) {
        throw invalidField(
          '/body/cycle',
          'no_standard',
          'No fee of this property is charged in cycles of this length (FEE-1).',
          '该项目没有按此周期收取的费用（FEE-1）。',
        );
      }
      const of = { ...body, id: newId('billRun', now), auto: false };
      const { run, writes } = runWrites(context, of, standards);
      const answer = created(`/v1/bill-runs/${run.id}`, shownRun(run), run.version);
      await office.commit(writes, answer);
      await begin(t, run.id);
      return answer;
    },
  }),
  route({
    id: 'listBillRuns',
    method: 'GET',
    path: '/v1/bill-runs',
    summary: 'The bill runs of a property, the newest first',
    needs: 'fees:read',
    query: z.strictObject({ propertyId: id('property'), limit, cursor: z.optional(cursor) }),
    responses: { 200: page(ListedRun) },
    async handle({ office }, { query: { propertyId, ...query } }) {
      const pk = lists.billRuns(office.tenantId, propertyId);
      const { items, ...rest } = await office.query({ index: 'g1', pk, order: 'descending', ...query });
      return ok({
        items: items.map(({ list }) => {
          const { auto: _, ...shown } = list ?? {};
          return shown;
        }),
        ...rest,
      });
    },
  }),
  route({
    id: 'getBillRun',
    method: 'GET',
    path: '/v1/bill-runs/{id}',
    summary: 'A bill run with its preview and how far issuing is',
    needs: 'fees:read',
    params,
    responses: { 200: BillRun },
    versioned: true,
    async handle({ office }, { params }) {
      const { run } = await office.load({ run: keys.billRun(office.tenantId, params.id) });
      if (run?.et !== 'billRun') throw notFound();
      return ok(shownRun(runOf(run)), run.v);
    },
  }),
  route({
    id: 'issueBillRun',
    method: 'POST',
    path: '/v1/bill-runs/{id}/issue',
    summary: 'Issue the bills of a previewed run; units that have their bills for the cycle are left alone',
    needs: 'fees:write',
    params,
    responses: { 200: BillRun },
    refuses: ['wrong-state'],
    async handle(context, { params }) {
      const { office, now } = context;
      const t = office.tenantId;
      const answer = await retryStale(async () => {
        const { item } = await office.load({ item: keys.billRun(t, params.id) });
        if (item?.et !== 'billRun') throw notFound();
        const run = runOf(item);
        const reply = (after: Run) => ok(shownRun(after), after.version);
        // Said twice: the chunks that are not done are sent again, which does no harm.
        if (run.issueAt !== undefined) return reply(run);
        refuseUnlessPreviewed(run);
        const issueAt = new Date(now).toISOString();
        const { write, head } = append(
          run.head,
          { type: 'billRun.issuing', object: run.id, data: { propertyId: run.propertyId, cycle: run.cycle } },
          { ...context, tenantId: t },
        );
        const after: Run = { ...run, issueAt, head, version: run.version + 1 };
        await office.commit(
          [
            {
              update: keys.billRun(t, run.id),
              set: {
                'rest.issueAt': issueAt,
                'rest.head': head,
                v: after.version,
                ...runDue(t, run.id, watchAt(now)),
              },
              expect: { version: run.version },
            },
            write,
          ],
          reply(after),
        );
        return reply(after);
      });
      await begin(t, params.id);
      return answer;
    },
  }),
  route({
    id: 'listBillRunNotes',
    method: 'GET',
    path: '/v1/bill-runs/{id}/notes',
    summary:
      'What is to be seen of single units: failures with their reasons, exceptions, estimated readings',
    needs: 'fees:read',
    params,
    query: z.strictObject({
      phase: z._default(z.enum(['preview', 'issue']), 'preview'),
      cursor: z.optional(cursor),
    }),
    responses: { 200: page(UnitNote) },
    async handle({ office }, { params, query: { phase, cursor } }) {
      const { run } = await office.load({ run: keys.billRun(office.tenantId, params.id) });
      if (run?.et !== 'billRun') throw notFound();
      const { items, ...rest } = await office.query({
        pk: keys.objectPk(office.tenantId, params.id),
        sk: { begins: keys.billRunNotesPrefix(phase) },
        // Each item has the notes of fifty units at most.
        limit: 5,
        cursor,
      });
      return ok({ items: items.flatMap((item) => item.rest?.notes as Note[]), ...rest });
    },
  }),
];

function refuseUnlessPreviewed(run: Run): void {
  const state = stateOf(run);
  if (state === 'previewed' && !run.dryRun) return;
  throw new Refusal('wrong-state', {
    detail: run.dryRun
      ? { en: 'This run is only to be looked at.', zh: '该批次仅供预览。' }
      : { en: 'The preview is not through yet.', zh: '预览尚未完成。' },
    extra: { openSteps: [] },
  });
}
