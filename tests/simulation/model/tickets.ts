import type { DomainEvent } from '../../../shared/history.ts';
import type { Facts, Say } from './facts.ts';

/** The life of tickets (TICKET-1, 2, 10, 11, CALLBACK-3, 5, 6): what was answered happened, once, and in an order that may be. */

const leadsTo: Record<string, string> = {
  'ticket.created': 'received',
  'ticket.dispatched': 'dispatched',
  'ticket.progressed': 'inProgress',
  'ticket.resolved': 'resolved',
  'ticket.reopened': 'reopened',
  'ticket.closed': 'closed',
  'ticket.unconfirmed': 'unconfirmed',
  'ticket.withdrawn': 'withdrawn',
  'ticket.linked': 'duplicate',
};
/** After these nothing moves a ticket any more. */
const final = ['closed', 'withdrawn', 'duplicate'];
const atWork = ['received', 'dispatched', 'inProgress', 'reopened'];

export function tickets(facts: Facts, say: Say): void {
  const { events, obligations, outcomes } = facts;
  const byObject = Map.groupBy(events, ({ object }) => object);
  for (const item of facts.all('ticket')) {
    const id = item.pk.slice(item.pk.indexOf('#') + 1);
    const history = (byObject.get(id) ?? []).sort((a, b) => a.seq - b.seq);
    const status = lived(id, history, say);
    if (item.list?.s !== status) say(`${id} is ${item.list?.s}, its history says ${status}`);
    const rework = history.filter(({ type }) => type === 'ticket.reopened').length;
    if ((item.rest?.rework ?? 0) !== rework)
      say(`${id} counts ${item.rest?.rework} reworks, there were ${rework}`);
    const owes = obligations
      .filter(({ objectId, status }) => objectId === id && status === 'open')
      .map(({ key }) => key.replace(/#.*/, ''));
    const orders = owes.filter((what) => what === 'order').length;
    const last = history.findLast(({ type }) => ['ticket.dispatched', 'ticket.reopened'].includes(type));
    const ordered = last?.type === 'ticket.dispatched' && atWork.includes(status);
    if (orders !== (ordered ? 1 : 0)) say(`${id} is ${status} and owes ${orders} service orders (TICKET-6)`);
    const owed = owes.filter((what) => !['report', 'superior', 'order'].includes(what));
    const right = atWork.includes(status)
      ? owed.join() === 'resolve'
      : status === 'resolved'
        ? owed.join() === 'callback' || owed.join() === 'decide'
        : owed.length === 0;
    if (!right) say(`${id} is ${status} and owes ${owed.join() || 'nothing'}`);
    if ((item.g6pk !== undefined) !== [...atWork, 'resolved'].includes(status)) {
      say(`${id} is ${status} and ${item.g6pk === undefined ? 'not ' : ''}in the list of what is open`);
    }
  }
  // A program that posts one contact twice gets one ticket.
  const posted = outcomes.filter(
    ({ route, body, status }) => route === 'POST /v1/tickets' && status < 300 && body.externalId,
  );
  for (const [externalId, same] of Map.groupBy(posted, ({ body }) => body.externalId as string)) {
    if (new Set(same.map(({ body }) => body.id)).size > 1) say(`${externalId} became several tickets`);
  }
}

/** Walks through a ticket's history; answers where it led. */
function lived(id: string, history: readonly DomainEvent[], say: Say): string {
  let status = '';
  let resolved = false;
  for (const event of history) {
    const { type, data, requestId } = event;
    const next = leadsTo[type];
    if (next && final.includes(status)) say(`${id} was ${status} and then ${next}`);
    const together = history.filter((other) => other.requestId === requestId);
    const asked = together.find((other) => other.type === 'ticket.calledBack')?.data;
    if (type === 'ticket.closed') {
      if (asked?.outcome !== 'satisfied') say(`${id} was closed without a satisfied callback (TICKET-10)`);
      const signed = asked?.signature !== undefined;
      if (!signed && (data.kind === 'complaint' || asked?.method !== 'phone')) {
        say(`${id} was closed without a signature (CALLBACK-3)`);
      }
    }
    if (type === 'ticket.resolved') resolved = true;
    if (type === 'ticket.reopened') {
      const why =
        asked?.outcome === 'unsatisfied' || together.some((other) => other.data.decision === 'reopen');
      if (!why) say(`${id} was reopened without a reason (CALLBACK-5)`);
      resolved = false;
    }
    if (type === 'ticket.calledBack' && data.outcome === 'unsatisfied') {
      if (!together.some((other) => other.type === 'ticket.reopened'))
        say(`${id} was not reopened (CALLBACK-5)`);
    }
    if (type === 'ticket.calledBack' && !resolved) say(`${id} was called back before it was resolved`);
    status = next ?? status;
  }
  return status;
}
