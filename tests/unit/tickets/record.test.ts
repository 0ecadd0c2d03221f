import { describe, expect, it } from 'vitest';
import type { Ending, Happening } from '../../../functions/tickets/draft.ts';
import type { Move } from '../../../functions/tickets/life.ts';
import type { Ticket } from '../../../functions/tickets/model.ts';
import { type Command, decide, duplicateFound } from '../../../functions/tickets/rules.ts';
import { at, callback, commands, due, received, settled } from './support.ts';

const run = (ticket: Ticket, ...path: (Move | Command)[]): Ticket =>
  path.reduce((now, step) => settled(decide(now, typeof step === 'string' ? commands[step] : step)), ticket);

const start = received();
const serious = received({ handling: 'serious' });
const dispatched = run(start, 'dispatch');
const resolved = run(start, 'resolve');
const deciding = run(resolved, 'callback.unreached', 'callback.unreached', 'callback.unreached');
const toManager = { ...commands.escalate, to: 'manager', emergency: true } as const;
const skipped = run(start, toManager);
const service = received({ kind: 'service' });
const delivered = run(service, 'service.delivered');

const resolution = {
  what: 'Done',
  cause: undefined,
  rework: 0,
  ruleId: 'TICKET-3.major',
  dueAt: due,
  inTime: true,
};
const told = { rework: 0, ruleId: 'CALLBACK-1', dueAt: due, inTime: true };
const called = { ...commands['callback.satisfied'].callback, signature: { confirmedAt: at }, ...told };
const unsatisfied = { ...commands['callback.unsatisfied'].callback, signature: { confirmedAt: at }, ...told };
const done = { key: 'resolve#1', evidence: { resolvedAt: at } };

const event = (type: Happening['type'], data: Record<string, unknown>): Happening => ({ type, data });

describe('what a step leaves on record, ends and opens', () => {
  it.each<[string, Ticket, Command, Happening[], Ending[], string[]]>([
    [
      'dispatch',
      start,
      commands.dispatch,
      [event('ticket.dispatched', { order: commands.dispatch.order })],
      [],
      ['TICKET-6.order'],
    ],
    [
      'dispatch once more: that order takes the place of the one before',
      dispatched,
      commands.dispatch,
      [event('ticket.dispatched', { order: commands.dispatch.order })],
      [{ key: 'order#2', reason: 'dispatched' }],
      ['TICKET-6.order'],
    ],
    [
      'resolve what was dispatched',
      dispatched,
      commands.resolve,
      [event('ticket.resolved', { ...resolution, callback: true })],
      [done, { key: 'order#2', evidence: { resolvedAt: at } }],
      ['CALLBACK-1'],
    ],
    [
      'progress',
      start,
      { step: 'progress', note: 'Waiting', delayReason: 'Rain' },
      [event('ticket.progressed', { note: 'Waiting', delayReason: 'Rain' })],
      [],
      [],
    ],
    [
      'resolve',
      serious,
      commands.resolve,
      [event('ticket.resolved', { ...resolution, callback: true })],
      [done, { key: 'superior#2', reason: 'resolved' }],
      ['CALLBACK-1'],
    ],
    [
      'resolve, nobody to be called back',
      start,
      commands['resolve.unasked'],
      [
        event('ticket.resolved', { ...resolution, callback: false }),
        event('ticket.unconfirmed', { why: 'notChosen' }),
      ],
      [done],
      [],
    ],
    [
      'callback, satisfied',
      resolved,
      commands['callback.satisfied'],
      [event('ticket.calledBack', called), event('ticket.closed', { score: called.score, rework: 0 })],
      [{ key: 'callback#2', evidence: { calledBackAt: at, outcome: 'satisfied' } }],
      [],
    ],
    [
      'callback without the signature',
      resolved,
      commands['callback.unsigned'],
      [event('ticket.calledBack', { ...called, signature: undefined, missing: 'signature' })],
      [],
      [],
    ],
    [
      'callback, late',
      resolved,
      { step: 'callback', callback: callback({ at: '2026-10-08T09:30:00.001Z' }) },
      [
        event('ticket.calledBack', { ...called, at: '2026-10-08T09:30:00.001Z', inTime: false }),
        event('ticket.closed', { score: called.score, rework: 0 }),
      ],
      [{ key: 'callback#2', evidence: { calledBackAt: '2026-10-08T09:30:00.001Z', outcome: 'satisfied' } }],
      [],
    ],
    [
      'callback that nobody owed',
      run(start, 'resolve.unasked'),
      commands['callback.satisfied'],
      [
        event('ticket.calledBack', { ...called, ruleId: undefined, dueAt: undefined }),
        event('ticket.closed', { score: called.score, rework: 0 }),
      ],
      [],
      [],
    ],
    [
      'callback, not satisfied',
      resolved,
      commands['callback.unsatisfied'],
      [event('ticket.calledBack', unsatisfied), event('ticket.reopened', { reason: 'Still dry', rework: 1 })],
      [{ key: 'callback#2', evidence: { calledBackAt: at, outcome: 'unsatisfied' } }],
      ['CALLBACK-5.major'],
    ],
    [
      'unreached',
      resolved,
      { ...commands['callback.unreached'], note: 'Rings' },
      [
        event('ticket.calledBack', {
          outcome: 'unreached',
          method: 'phone',
          note: 'Rings',
          attempt: 1,
          exhausted: false,
        }),
      ],
      [],
      [],
    ],
    [
      'unreached, the last attempt',
      resolved,
      { ...commands['callback.unreached'], allowed: 1 },
      [
        event('ticket.calledBack', {
          outcome: 'unreached',
          method: 'phone',
          note: undefined,
          attempt: 1,
          exhausted: true,
        }),
      ],
      [{ key: 'callback#2', reason: 'unreached' }],
      ['CALLBACK-6'],
    ],
    [
      'decision to go on trying',
      deciding,
      commands['decide.keepTrying'],
      [
        event('ticket.callbackDecided', {
          decision: 'keepTrying',
          reason: 'They are travelling',
          attempts: 3,
        }),
      ],
      [{ key: 'decide#3', evidence: { decision: 'keepTrying' } }],
      ['CALLBACK-1'],
    ],
    [
      'decision to leave it',
      deciding,
      commands['decide.setAside'],
      [
        event('ticket.callbackDecided', { decision: 'setAside', reason: 'They moved away', attempts: 3 }),
        event('ticket.unconfirmed', { why: 'unreached', reason: 'They moved away' }),
      ],
      [{ key: 'decide#3', evidence: { decision: 'setAside' } }],
      [],
    ],
    [
      'decision to do it again',
      deciding,
      commands['decide.reopen'],
      [
        event('ticket.callbackDecided', { decision: 'reopen', reason: 'It drips again', attempts: 3 }),
        event('ticket.reopened', { reason: 'It drips again', rework: 1 }),
      ],
      [{ key: 'decide#3', evidence: { decision: 'reopen' } }],
      ['CALLBACK-5.major'],
    ],
    [
      'handover',
      start,
      commands.handover,
      [event('ticket.handedOver', { from: undefined, to: 'stf_2', reason: 'End of shift' })],
      [],
      [],
    ],
    [
      'escalation',
      serious,
      commands.escalate,
      [
        event('ticket.escalated', {
          from: undefined,
          to: 'lead',
          reason: 'Angry',
          emergency: false,
          skipped: 0,
        }),
      ],
      [{ key: 'superior#2', evidence: { escalatedTo: 'lead' } }],
      [],
    ],
    [
      'escalation over two heads',
      start,
      toManager,
      [
        event('ticket.escalated', {
          from: undefined,
          to: 'manager',
          reason: 'Angry',
          emergency: true,
          skipped: 2,
        }),
      ],
      [],
      ['TICKET-5'],
    ],
    [
      'report of it',
      skipped,
      commands.report,
      [event('ticket.escalationReported', { text: 'It was urgent' })],
      [{ key: 'report#2', evidence: { text: 'It was urgent' } }],
      [],
    ],
    [
      'withdrawal',
      start,
      commands.withdraw,
      [event('ticket.withdrawn', { reason: 'A mistake' })],
      [{ key: 'resolve#1', reason: 'withdrawn' }],
      [],
    ],
    [
      'link to another',
      start,
      commands.link,
      [event('ticket.linked', { duplicateOf: 'tkt_2' })],
      [{ key: 'resolve#1', reason: 'duplicate' }],
      [],
    ],
    [
      'link for the customer',
      resolved,
      commands.confirmationLink,
      [event('ticket.linkIssued', { expiresAt: due })],
      [],
      [],
    ],
    [
      'attachment',
      start,
      commands.attach,
      [event('ticket.attachmentAdded', { attachment: commands.attach.attachment })],
      [],
      [],
    ],
    [
      'step of a paid service after which something else is owed',
      service,
      { ...commands['service.goOn'], data: { price: '1.00' } },
      [event('ticket.agreed', { price: '1.00' })],
      [{ key: 'resolve#1', evidence: { step: 'ticket.agreed' } }],
      ['FEE-6.execute'],
    ],
    [
      'step of a paid service after which the same is owed',
      service,
      { step: 'service', move: 'goOn', type: 'ticket.quoted', data: { price: '1.00' } },
      [event('ticket.quoted', { price: '1.00' })],
      [],
      [],
    ],
    [
      'payment notice of a paid service',
      service,
      { ...commands['service.delivered'], data: { bill: 'bil_1' } },
      [
        event('ticket.paymentNoticeDelivered', { bill: 'bil_1' }),
        event('ticket.resolved', { ...resolution, ruleId: 'FEE-6.offer', callback: true }),
      ],
      [done],
      ['CALLBACK-7'],
    ],
    [
      'end of a paid service that is not wanted',
      service,
      commands['service.cancelled'],
      [event('ticket.withdrawn', { reason: 'Too dear' })],
      [{ key: 'resolve#1', reason: 'withdrawn' }],
      [],
    ],
    [
      'claim within the warranty',
      run(delivered, 'callback.satisfied'),
      commands['service.reclaimed'],
      [
        event('ticket.warrantyClaimed', {}),
        event('ticket.reopened', { reason: 'It drips again', rework: 1 }),
      ],
      [],
      ['CALLBACK-5.other'],
    ],
  ])('%s', (_, ticket, command, events, ends, rules) => {
    const change = decide(ticket, command);
    expect(change.events).toEqual(events);
    expect(change.ends).toEqual(ends);
    expect(change.opens.map(({ ruleId }) => ruleId)).toEqual(rules);
  });

  it('what was done at the very moment it was due was done in time', () => {
    const inTime = (ticket: Ticket, command: Command) => decide(ticket, command).events[0]?.data.inTime;
    for (const [moment, punctual] of [
      [due, true],
      ['2026-10-08T09:30:00.001Z', false],
    ] as const) {
      const resolve = { ...commands.resolve, resolution: { ...commands.resolve.resolution, at: moment } };
      const call = { step: 'callback', callback: callback({ at: moment }) } as const;
      expect([inTime(start, resolve), inTime(resolved, call)]).toEqual([punctual, punctual]);
    }
  });

  it.each<[string, Ticket, Command, string[]]>([
    ['received', start, commands.resolve, ['callback#2']],
    ['not reached', deciding, commands['decide.keepTrying'], ['callback#4']],
    ['not reached, done again', deciding, commands['decide.reopen'], ['resolve#4']],
    ['not satisfied', resolved, commands['callback.unsatisfied'], ['resolve#3']],
    ['over two heads', start, toManager, ['report#2']],
    ['agreed', service, commands['service.goOn'], ['resolve#2']],
  ])('what is owed next is called by what it is: %s', (_, ticket, command, keys) => {
    expect(decide(ticket, command).opens.map(({ key }) => key)).toEqual(keys);
  });

  it('a paid service is done within what was agreed, where something was (FEE-6)', () => {
    const next = { ruleId: 'FEE-6.execute', period: { unit: 'days', n: 10 } } as const;
    expect(decide(service, { ...commands['service.goOn'], next }).opens).toEqual([
      { key: 'resolve#2', ...next },
    ]);
  });

  it('a dispatch says by when the order is owed and by whom', () => {
    const { opens } = decide(start, commands.dispatch);
    expect(opens).toEqual([{ key: 'order#2', ruleId: 'TICKET-6.order', dueAt: due, ownerId: 'stf_1' }]);
  });

  it('a paid service that is executed has its order done', () => {
    const executed = { ...commands['service.goOn'], type: 'ticket.executed' } as const;
    const { ends } = decide(run(service, 'dispatch'), executed);
    expect(ends).toContainEqual({ key: 'order#2', evidence: { step: 'ticket.executed' } });
    expect(decide(run(service, 'dispatch'), commands['service.goOn']).ends.map(({ key }) => key)).toEqual([
      'resolve#1',
    ]);
  });

  it('duplicate found', () => {
    expect(duplicateFound(start, 'tkt_3').events).toEqual([
      event('ticket.duplicateFound', { duplicate: 'tkt_3' }),
    ]);
  });
});
