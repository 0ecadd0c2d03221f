import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSteps } from '../../../functions/tickets/draft.ts';
import { handlings, isOpen, kinds, type Move, moves } from '../../../functions/tickets/life.ts';
import { carrier, type Ticket, whatOf } from '../../../functions/tickets/model.ts';
import {
  callbackRule,
  drawn,
  resolveRule,
  reworkRule,
  signatureNeeded,
} from '../../../functions/tickets/promises.ts';
import { type Command, decide, duplicateFound, receive } from '../../../functions/tickets/rules.ts';
import { Refusal } from '../../../shared/problem.ts';
import { refusalOf } from '../refusals.ts';
import { bare, callback, commands, due, received, settled } from './support.ts';

const run = (ticket: Ticket, ...path: (Move | Command)[]): Ticket =>
  path.reduce(
    (at, command) => settled(decide(at, typeof command === 'string' ? commands[command] : command)),
    ticket,
  );

const refusal = (ticket: Ticket, command: Command): Refusal => refusalOf(() => decide(ticket, command));

const rulesOf = (ticket: Ticket) => ticket.obligations.map((owed) => owed.ruleId);

describe('the deadline a contact starts with', () => {
  it.each([
    [{ kind: 'complaint', grade: 'major' }, 'TICKET-3.major'],
    [{ kind: 'complaint', grade: 'general' }, 'TICKET-3.general'],
    [{ kind: 'repair', urgent: true }, 'TICKET-6.urgent'],
    [{ kind: 'repair' }, 'TICKET-6.normal'],
    [{ kind: 'enquiry' }, 'TICKET-8'],
    [{ kind: 'suggestion' }, 'TICKET-12'],
    [{ kind: 'service' }, 'FEE-6.offer'],
  ] as const)('%j follows %s', (sort, rule) => {
    expect(rulesOf(received({ grade: undefined as never, ...sort }))).toEqual([rule]);
  });

  it.each(['serious', 'critical'] as const)(
    'is joined by the report upwards when the case is %s',
    (handling) => {
      const ticket = received({ handling });
      expect(rulesOf(ticket)).toEqual(['TICKET-3.major', `TICKET-4.${handling}`]);
      expect(rulesOf(run(ticket, 'escalate'))).toEqual(['TICKET-3.major']);
      expect(rulesOf(run(ticket, 'resolve'))).toEqual(['CALLBACK-1']);
    },
  );
});

describe('a resolved ticket', () => {
  it.each([
    [{ kind: 'complaint', grade: 'major' }, 'CALLBACK-1', 'CALLBACK-5.major'],
    [{ kind: 'complaint', grade: 'general' }, 'CALLBACK-2', 'CALLBACK-5.general'],
    [{ kind: 'repair', urgent: true }, 'CALLBACK-4', 'CALLBACK-5.urgent'],
    [{ kind: 'repair' }, 'CALLBACK-4', 'CALLBACK-5.other'],
    [{ kind: 'enquiry' }, 'CALLBACK-4', 'CALLBACK-5.other'],
    [{ kind: 'enquiry', urgent: true }, 'CALLBACK-4', 'CALLBACK-5.other'],
    [{ kind: 'suggestion' }, 'CALLBACK-4', 'CALLBACK-5.other'],
  ] as const)('%j is called back by %s and done again by %s', (sort, called, again) => {
    const ticket = run(received({ grade: undefined as never, ...sort }), 'resolve');
    expect(rulesOf(ticket)).toEqual([called]);
    const reopened = run(ticket, 'callback.unsatisfied');
    expect(rulesOf(reopened)).toEqual([again]);
    expect(reopened.rework).toBe(1);
    expect(rulesOf(run(reopened, 'resolve'))).toEqual([called]);
  });

  it('says whether it was in time', () => {
    const late = { ...commands.resolve.resolution, at: '2026-10-08T09:30:00.001Z' };
    const inTime = (at: string) =>
      decide(received(), { step: 'resolve', resolution: { ...late, at }, asked: true }).events[0]?.data
        .inTime;
    expect(inTime(due)).toBe(true);
    expect(inTime(late.at)).toBe(false);
  });

  it('stays with the supervisor only until the customer speaks', () => {
    const deciding = run(received(), 'resolve', ...Array<Move>(3).fill('callback.unreached'));
    expect(rulesOf(deciding)).toEqual(['CALLBACK-6']);
    expect(run(deciding, 'callback.satisfied').status).toBe('closed');
    const again = run(deciding, 'decide.keepTrying');
    expect([rulesOf(again), again.attempts]).toEqual([['CALLBACK-1'], 0]);
    expect(again.obligations[0]?.key).not.toBe(run(received(), 'resolve').obligations[0]?.key);
  });
});

describe('a signature', () => {
  it('is needed after a complaint and after every visit', () => {
    expect(signatureNeeded('complaint', 'phone')).toBe(true);
    expect(signatureNeeded('repair', 'visit')).toBe(true);
    expect(signatureNeeded('repair', 'phone')).toBe(false);
  });

  it('that is missing keeps a complaint from being closed, and its callback owed', () => {
    const ticket = run(received(), 'resolve', 'callback.unsigned');
    expect([ticket.status, rulesOf(ticket)]).toEqual(['resolved', ['CALLBACK-1']]);
    expect(run(received({ kind: 'repair' }), 'resolve', 'callback.unsigned').status).toBe('closed');
  });

  it('has to be an image or PDF of this very ticket', () => {
    const signed = (attachmentId: string): Command => ({
      step: 'callback',
      callback: callback({ signature: { attachmentId } }),
    });
    const attached = run(received(), 'attach', {
      step: 'attach',
      attachment: { ...commands.attach.attachment, id: 'att_2', contentType: 'video/mp4' },
    });
    const ticket = run(attached, 'resolve');
    expect(run(ticket, signed('att_1')).status).toBe('closed');
    for (const other of ['att_2', 'att_3']) {
      expect(refusal(ticket, signed(other)).options.errors?.[0]?.path).toBe('/body/signature/attachmentId');
    }
  });

  it('by name is kept on the ticket and not in the history', () => {
    const change = decide(run(received(), 'resolve'), commands['callback.satisfied']);
    expect(change.ticket.callback?.signature).toMatchObject({ name: 'Li' });
    expect(JSON.stringify(change.events)).not.toContain('"Li"');
  });
});

describe('escalation (TICKET-5)', () => {
  const to = (level: 'lead' | 'supervisor' | 'manager', emergency = false): Command => ({
    step: 'escalate',
    to: level,
    reason: 'Because',
    emergency,
  });

  it('goes step by step to the manager and no further', () => {
    const top = run(received(), to('lead'), to('supervisor'), to('manager'));
    expect(top.escalatedTo).toBe('manager');
    expect(openSteps(top)).not.toContain('escalate');
    expect(refusal(top, to('manager')).code).toBe('wrong-state');
  });

  it('skips a step only in an emergency, and the report afterwards is owed beyond the end', () => {
    expect(refusal(received(), to('supervisor')).options.extra).toEqual({ next: 'lead' });
    const skipped = run(received(), to('manager', true));
    expect(rulesOf(skipped)).toEqual(['TICKET-3.major', 'TICKET-5']);
    const closed = run(skipped, 'resolve', 'callback.satisfied');
    expect([closed.status, rulesOf(closed)]).toEqual(['closed', ['TICKET-5']]);
    expect(openSteps(closed)).toEqual(['report']);
    const reported = run(closed, 'report');
    expect([rulesOf(reported), openSteps(reported)]).toEqual([[], []]);
  });

  it('never goes down', () => {
    const ticket = run(received(), to('lead'), to('supervisor'));
    expect(refusal(ticket, to('lead', true)).code).toBe('unprocessable');
    expect(refusal(ticket, to('supervisor')).code).toBe('unprocessable');
  });
});

describe('a handover, a link', () => {
  it('is recorded with who had it before, and refused to the one who has it', () => {
    const ticket = received({ ownerId: 'stf_1' });
    expect(decide(ticket, commands.handover).events[0]?.data).toMatchObject({ from: 'stf_1', to: 'stf_2' });
    expect(refusal(ticket, { ...commands.handover, toStaffId: 'stf_1' }).code).toBe('conflict');
  });

  it('shows on both sides, and never joins a ticket to itself', () => {
    const ticket = received();
    expect(run(ticket, 'link').duplicateOf).toBe('tkt_2');
    expect(duplicateFound(ticket, 'tkt_3').ticket.duplicates).toEqual(['tkt_3']);
    expect(refusal(ticket, { step: 'link', duplicateOf: ticket.id }).code).toBe('invalid-request');
  });
});

describe('the share of repairs that is called back (CALLBACK-8)', () => {
  const ids = Array.from({ length: 4000 }, (_, i) => `tkt_${i}`);

  it('is met within two percent, all and none exactly', () => {
    for (const share of [0, 10, 50, 85, 100]) {
      const count = ids.filter((id) => drawn('secret', id, 0, share)).length;
      expect(Math.abs(count / ids.length - share / 100)).toBeLessThan(share % 100 === 0 ? 1e-9 : 0.02);
    }
  });

  it('cannot be told without the secret, and does not change when asked again', () => {
    const picks = (secret: string, round: number) => ids.map((id) => drawn(secret, id, round, 50));
    expect(picks('a', 0)).toEqual(picks('a', 0));
    const same = (one: boolean[], two: boolean[]) =>
      one.filter((pick, i) => pick === two[i]).length / ids.length;
    expect(Math.abs(same(picks('a', 0), picks('b', 0)) - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(same(picks('a', 0), picks('a', 1)) - 0.5)).toBeLessThan(0.05);
  });
});

describe('any sequence of steps', () => {
  const sort = fc.record({
    kind: fc.constantFrom(...kinds),
    grade: fc.constantFrom('major' as const, 'general' as const),
    handling: fc.constantFrom(...handlings),
    urgent: fc.boolean(),
  });
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.constantFrom(...moves).map((move): Command => commands[move]),
    fc.record({
      step: fc.constant('escalate' as const),
      to: fc.constantFrom('lead' as const, 'supervisor' as const, 'manager' as const),
      reason: fc.constant('r'),
      emergency: fc.boolean(),
    }),
  );

  it('keeps what a ticket promises', () => {
    fc.assert(
      fc.property(sort, fc.array(command, { maxLength: 60 }), (kind, sequence) => {
        let ticket = received(kind);
        const keys = new Set(ticket.obligations.map((owed) => owed.key));
        let satisfied = false;
        for (const step of sequence) {
          const openBefore = ticket.obligations.map((owed) => owed.key);
          let change: ReturnType<typeof decide>;
          try {
            change = decide(ticket, step);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
            continue;
          }
          ticket = settled(change);
          // Every obligation that went was ended, every one that came is new, nothing is ended twice.
          const ended = change.ends.map((ending) => ending.key);
          const opened = change.opens.map((opening) => opening.key);
          expect(new Set(ended).size).toBe(ended.length);
          expect([...openBefore.filter((key) => !ended.includes(key)), ...opened].sort()).toEqual(
            ticket.obligations.map((owed) => owed.key).sort(),
          );
          for (const key of opened) {
            expect(keys.has(key)).toBe(false);
            keys.add(key);
          }
          expect(change.events.length).toBeGreaterThan(0);
          // An open ticket has exactly one obligation that carries it on; any other none but the report.
          const carriers = ticket.obligations.filter(
            (owed) => !['superior', 'report', 'order'].includes(whatOf(owed)),
          );
          expect(carriers.length).toBe(isOpen(ticket.status) ? 1 : 0);
          expect(carriers[0]).toBe(carrier(ticket));
          // A service order is owed by whoever has it until the work is done, by one at a time (TICKET-6).
          const orders = ticket.obligations.filter((owed) => whatOf(owed) === 'order');
          const atWork = ['received', 'dispatched', 'inProgress', 'reopened'].includes(ticket.status);
          expect(orders.length).toBe(atWork && ticket.order ? 1 : 0);
          if (!isOpen(ticket.status))
            expect(ticket.obligations.every((o) => whatOf(o) === 'report')).toBe(true);
          expect(carrier(ticket) ? whatOf(carrier(ticket) ?? { key: '' }) === 'resolve' : false).toBe(
            ['received', 'dispatched', 'inProgress', 'reopened'].includes(ticket.status),
          );
          if (step.step === 'callback' && step.callback.outcome === 'satisfied') satisfied = true;
          if (ticket.status === 'closed') {
            expect(satisfied).toBe(true);
            expect(ticket.callback?.outcome).toBe('satisfied');
            if (ticket.kind === 'complaint') expect(ticket.callback?.signature).toBeDefined();
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('starts from what the rules of its kind say', () => {
    fc.assert(
      fc.property(sort, (kind) => {
        const change = receive(bare(kind), { channel: 'phone' });
        expect(change.opens[0]?.ruleId).toBe(resolveRule(bare(kind)));
        expect(change.events[0]).toMatchObject({ type: 'ticket.created', data: { channel: 'phone' } });
        expect([callbackRule(bare(kind)), reworkRule(bare(kind))]).toEqual([
          expect.stringMatching(/^CALLBACK-/),
          expect.stringMatching(/^CALLBACK-5/),
        ]);
      }),
    );
  });
});
