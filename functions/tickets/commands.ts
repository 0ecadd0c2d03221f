import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { type Actor, actorRef } from '../../shared/actor.ts';
import { env } from '../../shared/env.ts';
import { id } from '../../shared/fields.ts';
import { type Context, ok, type Route, route } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import type { Item } from '../../shared/table.ts';
import { type Case, fieldOf, loadCase, run, secret, writesOf } from './case.ts';
import { isOpen } from './life.ts';
import type { Callback } from './model.ts';
import { drawn } from './promises.ts';
import { duplicateFound } from './rules.ts';
import {
  ConfirmationLink,
  NewCallback,
  NewEscalation,
  NewHandover,
  NewLink,
  NewOrder,
  NewReport,
  Progress,
  Resolution,
  Ticket,
  Withdrawal,
} from './schema.ts';
import { hashOf, linkDays, makeToken } from './token.ts';
import { tell, tellLevel } from './told.ts';
import { statusZh } from './words.ts';

export const params = z.strictObject({ id: id('ticket') });

/** What all steps have in common. */
const step = {
  method: 'POST',
  params,
  responses: { 200: Ticket },
  refuses: ['wrong-state'],
  versioned: true,
} as const;

/** Date and author of a record. */
const signed = ({ actor, now }: Pick<Context, 'actor' | 'now'>) => ({
  at: new Date(now).toISOString(),
  by: actorRef(actor),
});

/** Throws unless it is an active member of the office's staff. */
function activeStaff(item: Item | undefined, path: string): void {
  if (item?.et === 'staff' && fieldOf(item, 'active') !== false) return;
  throw invalidField(path, 'not_found', 'There is no such active member of staff.', '没有该在职员工。');
}

/** Steps of a ticket's life, each with its own route (TICKET-2, 4, 5, 6, 7, 10). */
export const commandRoutes: Route[] = [
  route({
    ...step,
    id: 'dispatchTicket',
    path: '/v1/tickets/{id}/dispatch',
    summary:
      'Dispatch with a service order: who, what, by when; it is owed by whoever gets it, in place of an order before (TICKET-6)',
    needs: 'tickets:dispatch',
    body: NewOrder,
    example: {
      assigneeId: 'stf_01JD0000000000000000000000',
      what: 'Replace the pump seal',
      dueAt: '2026-10-08T16:00:00+08:00',
      given: 'printed',
    },
    async handle(context, { params, body }) {
      const { office, now } = context;
      if (Date.parse(body.dueAt) <= now) {
        throw invalidField('/body/dueAt', 'in_the_past', 'The order is due in the past.', '完成时限已过。');
      }
      return run(
        context,
        params.id,
        ({ items }) => {
          activeStaff(items.assignee, '/body/assigneeId');
          return { step: 'dispatch', order: { ...body, ...signed(context) } };
        },
        {
          extra: { assignee: keys.staff(office.tenantId, body.assigneeId) },
          also: async (found) =>
            tell(context, found, { kind: 'order', to: [body.assigneeId], dueAt: body.dueAt }),
        },
      );
    },
  }),
  route({
    ...step,
    id: 'noteProgress',
    path: '/v1/tickets/{id}/progress',
    summary: 'Note how it goes, and why it takes longer (TICKET-7)',
    needs: 'tickets:write',
    body: Progress,
    example: { note: 'Waiting for the part', delayReason: 'The part comes on Friday' },
    handle: (context, { params, body }) => run(context, params.id, () => ({ step: 'progress', ...body })),
  }),
  route({
    ...step,
    id: 'resolveTicket',
    path: '/v1/tickets/{id}/resolve',
    summary: 'Say what was done; the callback is owed from now on (CALLBACK-1, 2, 4, 8)',
    needs: 'tickets:write',
    body: Resolution,
    example: { what: 'Replaced the seal, tested for an hour', cause: 'wear' },
    handle: (context, { params, body }) =>
      run(context, params.id, (found) => ({
        step: 'resolve',
        resolution: { ...body, ...signed(context) },
        asked: calledBack(found),
      })),
  }),
  route({
    ...step,
    id: 'recordCallback',
    path: '/v1/tickets/{id}/callbacks',
    summary: 'Record a callback (CALLBACK-3), an attempt, or the supervisor\u2019s decision (CALLBACK-6)',
    needs: 'callbacks:write',
    body: NewCallback,
    example: {
      outcome: 'satisfied',
      method: 'visit',
      attitude: 'good',
      quality: 'good',
      charged: false,
      cashTaken: false,
      solved: true,
      score: 9,
      signature: { attachmentId: 'att_01JD0000000000000000000000' },
    },
    handle: (context, { params, body }) =>
      run(context, params.id, ({ policy }) => {
        switch (body.outcome) {
          case 'unreached':
            return {
              step: 'unreached',
              method: body.method,
              note: body.note,
              allowed: policy.callbacks.attempts,
            };
          case 'decided':
            leadsOnly(context.actor);
            return { step: 'decide', decision: body.decision, reason: body.reason };
          default: {
            const callback: Callback = { ...body, ...signed(context) };
            return { step: 'callback', callback };
          }
        }
      }),
  }),
  route({
    ...step,
    id: 'handOverTicket',
    path: '/v1/tickets/{id}/handover',
    summary: 'Hand the ownership over on record (TICKET-2)',
    needs: 'tickets:dispatch',
    refuses: ['wrong-state', 'conflict'],
    body: NewHandover,
    example: { toStaffId: 'stf_01JD0000000000000000000000', reason: 'End of shift' },
    handle: (context, { params, body }) =>
      run(
        context,
        params.id,
        ({ items }) => {
          activeStaff(items.successor, '/body/toStaffId');
          return { step: 'handover', ...body };
        },
        {
          extra: { successor: keys.staff(context.office.tenantId, body.toStaffId) },
          also: async (found) => tell(context, found, { kind: 'handover', to: [body.toStaffId] }),
        },
      ),
  }),
  route({
    ...step,
    id: 'escalateTicket',
    path: '/v1/tickets/{id}/escalate',
    summary: 'Report one step up; more only in an emergency, reported afterwards (TICKET-5)',
    needs: 'tickets:escalate',
    refuses: ['wrong-state', 'unprocessable'],
    body: NewEscalation,
    example: { to: 'lead', reason: 'The customer threatens to sue' },
    handle: (context, { params, body }) =>
      run(context, params.id, () => ({ step: 'escalate', ...body }), {
        // Who they are is read in a round trip of its own: a ladder climbs by itself, people escalate rarely.
        also: (found) => tellLevel(context, found, body.to),
      }),
  }),
  route({
    ...step,
    id: 'reportEscalation',
    path: '/v1/tickets/{id}/escalation-reports',
    summary: 'Report afterwards why a step was skipped (TICKET-5)',
    needs: 'tickets:escalate',
    body: NewReport,
    example: { text: 'The lead could not be reached while water ran into the lift shaft' },
    handle: (context, { params, body }) => run(context, params.id, () => ({ step: 'report', ...body })),
  }),
  route({
    ...step,
    id: 'withdrawTicket',
    path: '/v1/tickets/{id}/withdraw',
    summary: 'The customer takes it back',
    needs: 'tickets:dispatch',
    body: Withdrawal,
    example: { reason: 'It was the neighbour\u2019s pipe' },
    handle: (context, { params, body }) => run(context, params.id, () => ({ step: 'withdraw', ...body })),
  }),
  route({
    ...step,
    id: 'linkTicket',
    path: '/v1/tickets/{id}/link',
    summary: 'Say that it is the same matter as another ticket, which is open and goes on alone',
    needs: 'tickets:dispatch',
    refuses: ['wrong-state', 'unprocessable'],
    body: NewLink,
    example: { duplicateOf: 'tkt_01JD0000000000000000000000' },
    async handle(context, { params, body }) {
      const { ifMatch: _, ...acting } = context;
      const same = params.id === body.duplicateOf;
      return run(context, params.id, () => ({ step: 'link', duplicateOf: body.duplicateOf }), {
        // The other side is read in a round trip of its own: linking is rare, and both are held to their versions.
        ...(!same && {
          also: () => original({ ...acting, office: context.office }, body.duplicateOf, params.id),
        }),
      });
    },
  }),
  route({
    id: 'makeConfirmationLink',
    method: 'POST',
    path: '/v1/tickets/{id}/confirmation-links',
    summary: 'A one-time link by which the customer says whether it is done, and signs (CALLBACK-3)',
    needs: 'callbacks:write',
    params,
    responses: { 200: ConfirmationLink },
    refuses: ['wrong-state'],
    async handle(context, { params }) {
      const { now, office } = context;
      const expiresAt = new Date(now + linkDays * 86_400_000).toISOString();
      const token = makeToken(secret(), office.tenantId, params.id, randomBytes(16));
      return run(
        context,
        params.id,
        () => ({ step: 'confirmationLink', link: { hash: hashOf(token), expiresAt } }),
        { reply: () => ok({ url: `${env('PUBLIC_URL')}/c/${token}`, expiresAt }) },
      );
    },
  }),
];

/** CALLBACK-8: of repairs a share is called back; everything else always is. */
function calledBack({ ticket, policy }: Case): boolean {
  if (ticket.kind !== 'repair') return true;
  return drawn(secret(), ticket.id, ticket.rework, policy.callbacks.repairSharePercent);
}

/** CALLBACK-6: the decision is the supervisor's. */
function leadsOnly(actor: Actor): void {
  const lead = ['supervisor', 'manager', 'owner'];
  if (actor.kind === 'staff' && actor.roles.some((role) => lead.includes(role))) return;
  throw new Refusal('forbidden', {
    detail: { en: 'A supervisor decides (CALLBACK-6).', zh: '应由主管决定（CALLBACK-6）。' },
  });
}

/** The writes on the ticket that another turned out to be a duplicate of. */
async function original(acting: Omit<Context, 'ifMatch'>, originalId: string, duplicateId: string) {
  const found = await loadCase(acting, originalId).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not-found' ? noOriginal() : error;
  });
  const { status, version } = found.ticket;
  // The matter would be over although nobody asked this customer (TICKET-10).
  if (!isOpen(status)) {
    throw new Refusal('unprocessable', {
      detail: {
        en: `That ticket is over (${status}) and carries no other on (TICKET-10).`,
        zh: `该工单已结束，状态为${statusZh(status)}，不能承接其他工单（TICKET-10）。`,
      },
    });
  }
  const change = duplicateFound(found.ticket, duplicateId);
  return writesOf(acting, { ticket: found.ticket, version, owed: found.owed }, change, found).writes;
}

const noOriginal = () =>
  invalidField('/body/duplicateOf', 'not_found', 'There is no such ticket.', '没有该工单。');
