import { actorRef } from '../../shared/actor.ts';
import { nameable } from '../../shared/customers.ts';
import { noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply } from '../../shared/http/route.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { loadWithRules } from '../../shared/policyStore.ts';
import { type FieldProblem, invalidField, Refusal } from '../../shared/problem.ts';
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
  coherent(body, context.now);
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
  if (items.first) {
    const first = ticketOf(items.first);
    return ok(viewOf(actor, first, intakeOf(items.said)), first.version);
  }
  const property = existing(items.property, body, items.unit, items.customer);
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

/** Throws unless what the ticket names is there; answers the property. */
function existing(
  property: Item | undefined,
  body: NewTicket,
  unit: Item | undefined,
  customer: Item | undefined,
): Item {
  const errors: FieldProblem[] = [];
  const miss = (path: string, en: string, zh: string) =>
    errors.push({ path, code: 'not_found', detail: { en, zh } });
  if (property?.et !== 'property' || fieldOf(property, 'archived') === true) {
    miss('/body/propertyId', 'There is no such property.', '没有该项目。');
  } else if (body.unitId && fieldOf(unit, 'propertyId') !== body.propertyId) {
    miss('/body/unitId', 'There is no such unit in the property.', '该项目中没有此单元。');
  }
  if (body.reporter?.customerId && !nameable(customer)) {
    miss('/body/reporter/customerId', 'There is no such customer.', '没有该客户。');
  }
  if (!property || errors.length > 0) throw new Refusal('invalid-request', { errors });
  return property;
}

/** Throws for fields that do not go together. */
function coherent({ kind, grade, urgent, occurredAt, receivedAt }: NewTicket, now: number): void {
  if (grade && kind !== 'complaint') {
    throw invalidField('/body/grade', 'not_applicable', 'Only complaints are graded.', '仅投诉分级。');
  }
  if (urgent && kind !== 'repair') {
    throw invalidField(
      '/body/urgent',
      'not_applicable',
      'Only repairs are urgent or not.',
      '仅报修区分紧急。',
    );
  }
  for (const [name, moment] of Object.entries({ occurredAt, receivedAt })) {
    if (moment && Date.parse(moment) > now + skew) {
      throw invalidField(`/body/${name}`, 'in_the_future', 'That is still to come.', '该时间尚未到来。');
    }
  }
}
