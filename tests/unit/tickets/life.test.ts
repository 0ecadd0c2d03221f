import { describe, expect, it } from 'vitest';
import { openSteps } from '../../../functions/tickets/draft.ts';
import { isOpen, type Move, moves, type Status, statuses, stepOf } from '../../../functions/tickets/life.ts';
import { carrier, type Ticket, whatOf } from '../../../functions/tickets/model.ts';
import { decide } from '../../../functions/tickets/rules.ts';
import { Refusal } from '../../../shared/problem.ts';
import { commands, due, received, settled } from './support.ts';

/** A ticket in each state, led there by steps; `resolved` once with the callback owed and once with the decision. */
const run = (ticket: Ticket, ...path: Move[]): Ticket =>
  path.reduce((at, move) => settled(decide(at, commands[move])), ticket);

const start = received();
const tickets: Record<Status | 'deciding', Ticket> = {
  received: start,
  dispatched: run(start, 'dispatch'),
  inProgress: run(start, 'progress'),
  resolved: run(start, 'resolve'),
  reopened: run(start, 'resolve', 'callback.unsatisfied'),
  unconfirmed: run(start, 'resolve.unasked'),
  closed: run(start, 'resolve', 'callback.satisfied'),
  withdrawn: run(start, 'withdraw'),
  duplicate: run(start, 'link'),
  deciding: run(start, 'resolve', 'callback.unreached', 'callback.unreached', 'callback.unreached'),
};

/**
 * Written down apart from the code: where each move leads from each state, '' where it is not open. `report` is open only after
 * a skipped step, which none of these tickets had.
 */
const expected: Record<Move, Record<keyof typeof tickets, Status | ''>> = {
  dispatch: row('dispatched', 'dispatched', 'dispatched', '', 'dispatched'),
  progress: row('inProgress', 'inProgress', 'inProgress', '', 'inProgress'),
  resolve: row('resolved', 'resolved', 'resolved', '', 'resolved'),
  'resolve.unasked': row('unconfirmed', 'unconfirmed', 'unconfirmed', '', 'unconfirmed'),
  'callback.satisfied': row('', '', '', 'closed', '', 'closed', 'closed'),
  'callback.unsigned': row('', '', '', 'resolved', '', 'unconfirmed', 'resolved'),
  'callback.unsatisfied': row('', '', '', 'reopened', '', 'reopened', 'reopened'),
  'callback.unreached': row('', '', '', 'resolved', '', '', ''),
  'decide.keepTrying': row('', '', '', '', '', '', 'resolved'),
  'decide.setAside': row('', '', '', '', '', '', 'unconfirmed'),
  'decide.reopen': row('', '', '', '', '', '', 'reopened'),
  handover: row('received', 'dispatched', 'inProgress', 'resolved', 'reopened', '', 'resolved'),
  escalate: row('received', 'dispatched', 'inProgress', 'resolved', 'reopened', '', 'resolved'),
  report: row('', '', '', '', '', '', ''),
  withdraw: row('withdrawn', 'withdrawn', 'withdrawn', 'withdrawn', 'withdrawn', '', 'withdrawn'),
  link: row('duplicate', 'duplicate', 'duplicate', '', 'duplicate'),
  confirmationLink: row('', '', '', 'resolved', '', 'unconfirmed', 'resolved'),
  attach: row('received', 'dispatched', 'inProgress', 'resolved', 'reopened', 'unconfirmed', 'resolved'),
  // Only a ticket that carries a paid service has these.
  'service.goOn': row('', '', '', '', ''),
  'service.delivered': row('', '', '', '', ''),
  'service.cancelled': row('', '', '', '', ''),
  'service.reclaimed': row('', '', '', '', ''),
};

const service = received({ kind: 'service' });
const delivered = run(service, 'service.delivered');
const unreached = run(delivered, 'callback.unreached', 'callback.unreached', 'callback.unreached');
/** The same of a ticket that carries a paid service; nobody links one to another. */
const services: Record<keyof typeof tickets, Ticket> = {
  received: service,
  dispatched: run(service, 'dispatch'),
  inProgress: run(service, 'progress'),
  resolved: delivered,
  reopened: run(delivered, 'callback.unsatisfied'),
  unconfirmed: run(unreached, 'decide.setAside'),
  closed: run(delivered, 'callback.satisfied'),
  withdrawn: run(service, 'service.cancelled'),
  duplicate: { ...service, status: 'duplicate', obligations: [] },
  deciding: unreached,
};

/**
 * It is resolved and withdrawn through its order, but for what is done again, which is the ticket's; what rests or is closed can be claimed
 * within its warranty; and on the phone nobody signs.
 */
const expectedOfServices: typeof expected = {
  ...expected,
  resolve: row('', '', '', '', 'resolved'),
  'resolve.unasked': row('', '', '', '', 'unconfirmed'),
  'callback.unsigned': row('', '', '', 'closed', '', 'closed', 'closed'),
  withdraw: row('', '', '', '', ''),
  link: row('', '', '', '', ''),
  confirmationLink: row('', '', '', '', ''),
  'service.goOn': row('received', 'dispatched', 'inProgress', '', ''),
  'service.delivered': row('resolved', 'resolved', 'resolved', '', ''),
  'service.cancelled': row('withdrawn', 'withdrawn', 'withdrawn', '', ''),
  'service.reclaimed': { ...row('', '', '', '', '', 'reopened'), closed: 'reopened' },
};

function row(
  received: Status | '',
  dispatched: Status | '',
  inProgress: Status | '',
  resolved: Status | '',
  reopened: Status | '',
  unconfirmed: Status | '' = '',
  deciding: Status | '' = '',
): Record<keyof typeof tickets, Status | ''> {
  const ended = { closed: '', withdrawn: '', duplicate: '' } as const;
  return { received, dispatched, inProgress, resolved, reopened, unconfirmed, deciding, ...ended };
}

const names = Object.keys(tickets) as (keyof typeof tickets)[];

describe('every state and every step', () => {
  it('is all there is', () => {
    expect(new Set(names)).toEqual(new Set([...statuses, 'deciding']));
    expect(Object.keys(expected).sort()).toEqual([...moves].sort());
    for (const name of names) expect(tickets[name].status).toBe(name === 'deciding' ? 'resolved' : name);
  });

  it.each(
    names.flatMap((name) =>
      moves.flatMap((move) => [
        [name, move, 'a contact', tickets[name], expected[move][name]] as const,
        [name, move, 'a paid service', services[name], expectedOfServices[move][name]] as const,
      ]),
    ),
  )('%s: %s of %s', (_, move, __, ticket, to) => {
    if (to === '') {
      let refusal: unknown;
      try {
        decide(ticket, commands[move]);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(Refusal);
      expect((refusal as Refusal).code).toBe('wrong-state');
      expect((refusal as Refusal).options.extra).toEqual({ openSteps: openSteps(ticket) });
    } else {
      expect(openSteps(ticket)).toContain(stepOf(move));
      expect(decide(ticket, commands[move]).ticket.status).toBe(to);
    }
  });

  it.each(names)('%s names exactly the steps that lead on', (name) => {
    const leading = moves.filter((move) => expected[move][name] !== '').map(stepOf);
    expect(openSteps(tickets[name]).sort()).toEqual([...new Set(leading)].sort());
  });

  it.each(names)('%s lets the report of a skipped step be given, and stays what it is (TICKET-5)', (name) => {
    const owed = { key: 'report#9', ruleId: 'TICKET-5', dueAt: due } as const;
    for (const ticket of [tickets[name], services[name]]) {
      const skipped = { ...ticket, obligations: [...ticket.obligations, owed] };
      expect(openSteps(skipped)).toContain('report');
      const { ticket: after } = decide(skipped, commands.report);
      expect([after.status, after.obligations]).toEqual([ticket.status, ticket.obligations]);
    }
  });

  it.each(names)('%s owes one thing that carries it on exactly if it is open', (name) => {
    const ticket = tickets[name];
    const carriers = ticket.obligations.filter((owed) => whatOf(owed) !== 'order');
    expect(carriers.length).toBe(isOpen(ticket.status) ? 1 : 0);
    expect(carrier(ticket)).toBe(carriers[0]);
  });

  it('owes the decision once the attempts are used up (CALLBACK-6)', () => {
    expect(tickets.deciding.obligations.map(whatOf)).toEqual(['decide']);
    expect(tickets.resolved.obligations.map(whatOf)).toEqual(['callback']);
  });

  it('leaves the ticket it decided on as it was', () => {
    const before = structuredClone(tickets);
    for (const name of names) {
      for (const move of moves) if (expected[move][name] !== '') decide(tickets[name], commands[move]);
    }
    expect(tickets).toEqual(before);
  });
});
