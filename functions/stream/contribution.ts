import {
  byName,
  type Contribution,
  type Dimension,
  figure,
  goalsName,
  sameOf,
} from '../../shared/counters.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { obligationId } from '../../shared/obligations/index.ts';
import { type Day, localDay } from '../../shared/time/index.ts';

/** A ticket as the counters see it: everything that is kept of it, read at one time. */
export interface Counted {
  ticketId: string;
  category?: string | undefined;
  unitId?: string | undefined;
  /** In the order they happened. */
  events: readonly DomainEvent[];
  /** Obligation -> when it is due by now: a calendar may have moved it since the event (TIME-7). */
  dueAt: ReadonlyMap<string, string>;
  /** In which days and months are counted. */
  zone: string;
}

/** From taking a ticket on, or on again (CALLBACK-5), to its being resolved: what the goals count. */
interface Round {
  dueAt?: string;
  resolvedAt?: string;
  cause?: string | undefined;
  /** When the customer was reached, and what he said. */
  calledBackAt?: string;
  satisfied?: boolean;
  /** It had to be done again (TICKET-11). */
  redone?: boolean;
}

/**
 * What a ticket adds to the counters. It follows from what is kept of the ticket alone, not from the order in which news of it
 * arrived: so copies and delays of the stream cannot make it wrong, and counting everything anew gives the same.
 *
 * - Handled in time (GOAL-1, GOAL-2): each round counts in the month in which it is due; withdrawn or linked before it was
 *   resolved, it does not count.
 * - Called back (GOAL-3) and done again (GOAL-4): in the month in which the round was resolved.
 * - Satisfied (GOAL-5): in the month in which the customer was last reached about the round.
 * - Analysis (TICKET-14): in the month in which the ticket came, causes in the month of resolving. A duplicate is counted with
 *   the ticket it is linked to.
 */
export function contributionOf(counted: Counted): Contribution {
  const { events } = counted;
  const [created] = events;
  const kind = created?.data.kind;
  if (created?.type !== 'ticket.created' || typeof kind !== 'string') return {};
  const sums: Contribution = {};
  const add = (item: string, attribute: string) => {
    const name = figure(item, attribute);
    sums[name] = (sums[name] ?? 0) + 1;
  };
  const dayOf = (instant: string): Day => localDay(Date.parse(instant), counted.zone);
  const month = (instant: string) => dayOf(instant).slice(0, 7);
  const { rounds, ended } = roundsOf(counted, created);

  for (const round of rounds) {
    const { resolvedAt, calledBackAt } = round;
    countDeadline(round, kind, ended !== undefined, counted.zone, add);
    if (resolvedAt !== undefined) {
      const goals = goalsName(month(resolvedAt));
      add(goals, `${kind}:resolved`);
      if (calledBackAt !== undefined) add(goals, `${kind}:calledBack`);
      if (round.redone) add(goals, `${kind}:redone`);
      if (round.cause !== undefined && ended !== 'ticket.linked') {
        add(byName(month(resolvedAt), 'cause', round.cause), kind);
      }
    }
    if (calledBackAt !== undefined) {
      add(goalsName(month(calledBackAt)), `${kind}:reached`);
      if (round.satisfied) add(goalsName(month(calledBackAt)), `${kind}:satisfied`);
    }
  }
  // A paid service is no contact to analyse.
  if (ended !== 'ticket.linked' && kind !== 'service') {
    for (const [dimension, value] of about(counted, created)) {
      add(byName(month(created.at), dimension, value), kind);
    }
  }
  return sums;
}

function countDeadline(
  { dueAt, resolvedAt }: Round,
  kind: string,
  ended: boolean,
  zone: string,
  add: (item: string, attribute: string) => void,
): void {
  if (dueAt === undefined) return;
  // Due at 24:00 belongs to the day that ends.
  const day = localDay(Date.parse(dueAt) - 1, zone);
  const goals = goalsName(day.slice(0, 7));
  if (resolvedAt !== undefined) add(goals, `${kind}:${resolvedAt <= dueAt ? 'inTime' : 'late'}`);
  // Not done yet: by day, because the report has to tell what is overdue from what still has time.
  else if (!ended) add(goals, `${kind}:open:${day.slice(8)}`);
}

type End = 'ticket.withdrawn' | 'ticket.linked';

function roundsOf(
  { ticketId, events, dueAt }: Counted,
  created: DomainEvent,
): { rounds: Round[]; ended: End | undefined } {
  let round = begun(ticketId, created.data, dueAt);
  const rounds = [round];
  let ended: End | undefined;
  for (const { type, at, data } of events) {
    switch (type) {
      case 'ticket.reopened':
        round.redone = true;
        round = begun(ticketId, data, dueAt);
        rounds.push(round);
        break;
      // What is owed of a paid service changes as it goes on; it is in time by what is owed last.
      case 'ticket.quoted':
      case 'ticket.agreed':
      case 'ticket.executed':
        Object.assign(round, begun(ticketId, data, dueAt));
        break;
      case 'ticket.resolved':
        round.resolvedAt = at;
        round.cause = data.cause as string | undefined;
        break;
      case 'ticket.calledBack':
        if (data.outcome !== 'unreached') {
          round.calledBackAt = at;
          round.satisfied = data.outcome === 'satisfied';
        }
        break;
      case 'ticket.withdrawn':
      case 'ticket.linked':
        ended = type;
        break;
    }
  }
  return { rounds, ended };
}

function begun(ticketId: string, data: Record<string, unknown>, dueAt: Counted['dueAt']): Round {
  const owed = (Array.isArray(data.owed) ? data.owed : []) as { key: string; dueAt: string }[];
  const resolve = owed.find(({ key }) => key.startsWith('resolve#'));
  return resolve ? { dueAt: dueAt.get(obligationId(ticketId, resolve.key)) ?? resolve.dueAt } : {};
}

/** What the ticket is about, as far as it says. */
function about({ category, unitId }: Counted, created: DomainEvent): [Dimension, string][] {
  const place = created.data.place as string | undefined;
  const where = unitId ?? place;
  return (
    [
      ['category', category],
      ['place', place],
      ['unit', unitId],
      ['same', where === undefined ? undefined : sameOf(where, category)],
    ] as [Dimension, string | undefined][]
  ).filter((entry): entry is [Dimension, string] => entry[1] !== undefined);
}

/** What has to be added to get from one contribution to the other; figures that stay are not named. */
export function difference(before: Contribution, after: Contribution): Contribution {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...names]
      .map((name): [string, number] => [name, (after[name] ?? 0) - (before[name] ?? 0)])
      .filter(([, n]) => n !== 0),
  );
}
