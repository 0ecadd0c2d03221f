import { actorRef } from '../../shared/actor.ts';
import { nameable } from '../../shared/customers.ts';
import { noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply } from '../../shared/http/route.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { loadWithRules } from '../../shared/policyStore.ts';
import { type FieldProblem, Refusal } from '../../shared/problem.ts';
import { type Item, retryStale } from '../../shared/table.ts';
import { fieldOf, reckoning, remember, writesOf } from './case.ts';
import type { Intake, Ticket } from './model.ts';
import { receive } from './rules.ts';
import type { NewTicket } from './schema.ts';
import { intakeOf, ticketOf, viewOf } from './store.ts';

/** How far the clock of whoever tells us when it happened may be ahead of ours. */
const skew = 5 * 60_000;

/** Attempts to get past other requests with the same `externalId`, each of which tries four times itself. */
const patience = 6;

/**
 * Records a contact (TICKET-1). Posted again with the same `externalId` by the same API key it answers the first ticket, also
 * when both are under way at once: the id follows from the two, so that only one can be written.
 */
export async function createTicket(context: Context, body: NewTicket): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await retryStale(() => attemptTo(context, body));
    } catch (error) {
      const busy = error instanceof Refusal && error.code === 'in-progress';
      if (!busy || body.externalId === undefined || attempt === patience) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt * Math.random()));
    }
  }
}

async function attemptTo(context: Context, body: NewTicket): Promise<Reply> {
  const { office, actor, now } = context;
  const t = office.tenantId;
  const derived = actor.kind === 'apiKey' && body.externalId !== undefined;
  const id = derived ? derivedId('ticket', t, actor.id, body.externalId ?? '') : newId('ticket', now);
  const customer = body.reporter?.customerId;
  const { items, rules } = await loadWithRules(office, {
    property: keys.property(t, body.propertyId),
    ...(body.unitId && { unit: keys.unit(t, body.unitId) }),
    ...(customer && { customer: keys.customer(t, customer) }),
    ...(derived && { first: keys.ticket(t, id), said: keys.event(t, id, 1) }),
  });
  const errors = incoherences(body, now);
  if (items.first && errors.length === 0) {
    const first = ticketOf(items.first);
    return ok(viewOf(actor, first, intakeOf(items.said)), first.version);
  }
  const property = existing(items.property, body, items.unit, items.customer, errors);
  const intake: Intake = {
    channel: body.channel,
    place: body.place,
    description: body.description,
    occurredAt: body.occurredAt,
    receivedAt: body.receivedAt,
    externalId: body.externalId,
    recordedBy: actorRef(actor),
  };
  const draft: Ticket = {
    id,
    version: 0,
    kind: body.kind,
    ...(body.kind === 'complaint' && { grade: body.grade ?? 'general' }),
    handling: body.handling,
    urgent: body.urgent,
    status: 'received',
    propertyId: body.propertyId,
    ...(body.unitId && { unitId: body.unitId }),
    // TICKET-2: whoever takes the contact owns it. What a system posts is the property's desk's.
    ...(actor.kind === 'staff' && { ownerId: actor.id }),
    ...(body.category && { category: body.category }),
    title: body.title,
    createdAt: new Date(now).toISOString(),
    ...(body.reporter && { reporter: body.reporter }),
    rework: 0,
    attempts: 0,
    opened: 0,
    obligations: [],
    duplicates: [],
    attachments: [],
    head: noHistory,
  };
  const { recordedBy: _, ...said } = intake;
  const since = body.receivedAt ? Math.min(Date.parse(body.receivedAt), now) : now;
  const { ticket, writes } = writesOf(
    context,
    { ticket: draft, version: 'new', owed: new Map() },
    receive(draft, said),
    reckoning(rules, property, since),
    since,
  );
  const answer = created(`/v1/tickets/${id}`, viewOf(actor, ticket, intake), ticket.version);
  await office.commit(writes, answer);
  remember(t, ticket);
  return answer;
}

/** Throws unless what the ticket names is there and there is nothing else wrong with it; answers the property. */
function existing(
  property: Item | undefined,
  body: NewTicket,
  unit: Item | undefined,
  customer: Item | undefined,
  known: readonly FieldProblem[],
): Item {
  const errors = [...known];
  const miss = (path: string, en: string, zh: string) =>
    errors.push({ path, code: 'not_found', detail: { en, zh } });
  if (property?.et !== 'property') {
    miss('/body/propertyId', 'There is no such property.', '没有该项目。');
  } else if (fieldOf(property, 'archived') === true) {
    miss('/body/propertyId', 'The property is archived.', '该项目已归档。');
  } else if (body.unitId && fieldOf(unit, 'propertyId') !== body.propertyId) {
    miss('/body/unitId', 'There is no such unit in the property.', '该项目中没有此单元。');
  }
  if (body.reporter?.customerId && !nameable(customer)) {
    miss('/body/reporter/customerId', 'There is no such customer.', '没有该客户。');
  }
  if (!property || errors.length > 0) throw new Refusal('invalid-request', { errors });
  return property;
}

/** What is wrong with fields that do not go together, or tell of what is still to come. */
function incoherences({ kind, grade, urgent, ...moments }: NewTicket, now: number): FieldProblem[] {
  const errors: FieldProblem[] = [];
  const say = (field: string, code: string, en: string, zh: string) =>
    errors.push({ path: `/body/${field}`, code, detail: { en, zh } });
  if (grade && kind !== 'complaint') {
    say('grade', 'not_applicable', 'Only complaints are graded (TICKET-3).', '仅投诉分级（TICKET-3）。');
  }
  if (urgent && kind !== 'repair') {
    say(
      'urgent',
      'not_applicable',
      'Only repairs are urgent or not (TICKET-6).',
      '仅报修区分紧急（TICKET-6）。',
    );
  }
  for (const field of ['occurredAt', 'receivedAt'] as const) {
    const moment = moments[field];
    if (moment && Date.parse(moment) > now + skew) {
      say(field, 'in_the_future', 'That is still to come.', '该时间尚未到来。');
    }
  }
  return errors;
}
