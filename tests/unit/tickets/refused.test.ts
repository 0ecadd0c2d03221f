import { describe, expect, it } from 'vitest';
import type { Move } from '../../../functions/tickets/life.ts';
import type { Callback, Ticket } from '../../../functions/tickets/model.ts';
import { type Command, decide } from '../../../functions/tickets/rules.ts';
import { codesOf, refusalOf } from '../refusals.ts';
import { callback, commands, received, settled } from './support.ts';

const run = (ticket: Ticket, ...path: (Move | Command)[]): Ticket =>
  path.reduce((now, step) => settled(decide(now, typeof step === 'string' ? commands[step] : step)), ticket);

const start = received();
const delivered = run(received({ kind: 'service' }), 'service.delivered');

describe('what is refused, and of which field', () => {
  const fields = (ticket: Ticket, command: Command) =>
    codesOf(refusalOf(() => decide(ticket, command)).options.errors ?? []);
  const bySignature: Command = {
    step: 'callback',
    callback: callback({ signature: { attachmentId: 'att_1' } }),
  };

  it.each(['video/mp4', 'x-image/png', 'application/pdfx', 'x-application/pdf'])(
    'a signature that is %s',
    (contentType) => {
      const ticket = run(start, {
        step: 'attach',
        attachment: { ...commands.attach.attachment, contentType },
      });
      expect(fields(run(ticket, 'resolve'), bySignature)).toEqual(['/body/signature/attachmentId not_found']);
    },
  );

  it('a handover to the one who has it, in words (TICKET-2)', () => {
    const again = { ...commands.handover, toStaffId: 'stf_1' };
    expect(refusalOf(() => decide(received({ ownerId: 'stf_1' }), again)).options.detail).toEqual({
      en: 'The ticket is that person’s already.',
      zh: '该工单已由此人负责。',
    });
  });

  it('what is not open now, with the words of the API and in Chinese what they mean', () => {
    const { options } = refusalOf(() =>
      decide(run(start, 'resolve', 'callback.satisfied'), commands.progress),
    );
    expect(options.detail).toEqual({
      en: 'The ticket is closed. Open now: nothing.',
      zh: '工单当前状态为已关闭（closed）。可用步骤：无。',
    });
    const open = refusalOf(() => decide(run(start, 'resolve'), commands.progress)).options.detail?.zh;
    expect(open).toContain('已处理、待回访（resolved）。可用步骤：回访（callback）、移交（handover）、');
    const skipped = { step: 'escalate', to: 'manager', reason: 'x', emergency: false } as const;
    expect(refusalOf(() => decide(start, skipped)).options.detail?.zh).toBe(
      '下一级为领班（lead）；仅紧急情况可越级（TICKET-5）。',
    );
  });

  it('a step of a ticket that goes on through its order, naming the order', () => {
    const ticket = received({ kind: 'service' });
    const { detail } = refusalOf(() => decide(ticket, commands.resolve)).options;
    expect(detail?.en).toContain(`service. For service see its order, /v1/service-orders/${ticket.id}.`);
    expect(detail?.zh).toContain(`service 见其特约服务单 /v1/service-orders/${ticket.id}。`);
    const repair = run(received({ kind: 'repair' }), 'resolve');
    expect(refusalOf(() => decide(repair, commands.resolve)).options.detail?.en).not.toContain('order');
  });

  it('a ticket that repeats itself', () => {
    expect(fields(start, { step: 'link', duplicateOf: start.id })).toEqual(['/body/duplicateOf same']);
  });

  it.each<[Ticket['kind'], Callback['method'], boolean, Ticket['status']]>([
    ['repair', 'phone', false, 'closed'],
    ['repair', 'visit', true, 'closed'],
    ['repair', 'visit', false, 'resolved'],
    ['enquiry', 'link', true, 'closed'],
    ['enquiry', 'link', false, 'resolved'],
    ['complaint', 'phone', false, 'resolved'],
    ['complaint', 'visit', true, 'closed'],
    ['complaint', 'link', true, 'closed'],
  ])(
    'no callback after a %s by %s; signed (%s) it is then %s (CALLBACK-3)',
    (kind, method, signed, status) => {
      const how = callback({ method, ...(!signed && { signature: undefined }) });
      expect(run(received({ kind }), 'resolve', { step: 'callback', callback: how }).status).toBe(status);
    },
  );

  it('a callback after a paid service that is not made by phone (CALLBACK-7)', () => {
    const by = (method: 'phone' | 'visit' | 'link'): Command => ({
      step: 'callback',
      callback: callback({ method }),
    });
    for (const method of ['visit', 'link'] as const) {
      expect(fields(delivered, by(method))).toEqual(['/body/method by_phone']);
    }
    expect(run(delivered, by('phone')).status).toBe('closed');
  });
});
