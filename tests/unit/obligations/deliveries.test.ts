import { describe, expect, it } from 'vitest';
import { deliveryFor, deliveryItem, fanOut, mailFor, parseDelivery } from '../../../shared/deliveries.ts';
import { type Endpoint, eventPattern, subscribers } from '../../../shared/endpoints.ts';
import type { DomainEvent } from '../../../shared/history.ts';
import { type ReminderData, ruleTitle, wording } from '../../../shared/obligations/words.ts';
import { ruleIds } from '../../../shared/policy/index.ts';
import { ms, propertyId, sh, tenantId, ticketId } from './fixtures.ts';

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'whk_00000000000000000000000005',
  kind: 'webhook',
  url: 'https://crm.example.com/hooks',
  secrets: [],
  events: ['*'],
  language: 'zh',
  active: true,
  createdAt: sh('2026-01-01 00:00'),
  version: 1,
  ...more,
});
const event = (type: string, data: Record<string, unknown> = {}): DomainEvent => ({
  id: 'evt_00000000000000000000000006',
  type,
  at: sh('2026-10-08 17:30'),
  actor: 'system:notifier',
  requestId: 'r',
  object: ticketId,
  data,
  seq: 1,
  prev: '',
  hash: '',
});
const now = ms('2026-10-08 17:30');

const reminder: ReminderData = {
  obligationId: 'obl_00000000000000000000000007',
  objectId: ticketId,
  ruleId: 'TICKET-3.major',
  dueAt: sh('2026-10-08 17:30'),
  zone: 'Asia/Shanghai',
  propertyId,
  propertyName: '锦绣花园',
  title: '电梯困人',
  critical: false,
  kind: 'due',
  steps: [3],
  levels: ['owner'],
};

describe('an event', () => {
  it.each([
    ['*', 'ticket.created', true],
    ['ticket.*', 'ticket.created', true],
    ['ticket.created', 'ticket.created', true],
    ['ticket.closed', 'ticket.created', false],
    ['tick.*', 'ticket.created', false],
    ['obligation.*', 'ticket.created', false],
  ])('subscribed to as %s: %s is sent: %s', (pattern, type, sent) => {
    expect(subscribers([endpoint({ events: [pattern] })], event(type))).toHaveLength(sent ? 1 : 0);
    expect(eventPattern.safeParse(pattern).success).toBe(true);
  });

  it('does not go to an endpoint that is switched off', () => {
    expect(subscribers([endpoint({ active: false })], event('ticket.created'))).toEqual([]);
  });

  it('of a ladder goes only where the step\u2019s channels say', () => {
    const both = [endpoint(), endpoint({ kind: 'wecom' })];
    const kinds = (channels: string[]) =>
      subscribers(both, event('reminder.sent', { channels })).map(({ kind }) => kind);
    expect(kinds(['inbox', 'webhook'])).toEqual(['webhook']);
    expect(kinds(['inbox', 'robot'])).toEqual(['wecom']);
    expect(kinds(['inbox', 'email'])).toEqual([]);
  });

  it('patterns that are none are refused', () => {
    for (const pattern of [
      '',
      '*.created',
      'ticket',
      'ticket.',
      '.*',
      'ticket.**',
      'Ticket.created',
      'a.b.c',
    ]) {
      expect([pattern, eventPattern.safeParse(pattern).success]).toEqual([pattern, false]);
    }
  });
});

describe('a delivery', () => {
  it('has an id that follows from event and endpoint, and must not be there yet', () => {
    const [one] = fanOut(tenantId, [endpoint()], event('ticket.created'), now);
    const again = deliveryFor(tenantId, endpoint(), event('ticket.created'), now + 1000);
    expect(again.delivery.id).toBe(one?.delivery.id);
    expect(one?.write.expect).toBe('new');
    const other = deliveryFor(
      tenantId,
      endpoint({ id: 'whk_00000000000000000000000009' }),
      event('x.y'),
      now,
    );
    expect(other.delivery.id).not.toBe(again.delivery.id);
  });

  it('gives a system the whole event and a robot words only', () => {
    const what = event('obligation.breached', { ...reminder, channels: ['webhook', 'robot'] });
    const system = deliveryFor(tenantId, endpoint(), what, now).delivery;
    const robot = deliveryFor(tenantId, endpoint({ kind: 'feishu' }), what, now).delivery;
    expect(system.message.event).toMatchObject({
      type: 'obligation.breached',
      timestamp: what.at,
      data: reminder,
    });
    expect(robot.message.event).toBeUndefined();
    expect(robot.message.title.zh).toBe('【已到期】重大投诉整改');
  });

  it('reads back as it was written', () => {
    const { delivery } = mailFor(tenantId, {}, 'reminder.sent', ['a'], wording(reminder, now), now);
    expect(parseDelivery(deliveryItem(tenantId, delivery, delivery.nextAt))).toEqual(delivery);
  });
});

describe('the words of a reminder', () => {
  it('name what it is about, where, until when in local time, and by which rule, in both languages', () => {
    const { title, text } = wording(reminder, now);
    expect(title.en).toBe('Due now: Rectify a major complaint');
    for (const said of ['电梯困人', '锦绣花园', '2026-10-08 17:30', 'TICKET-3.major']) {
      expect(text.en).toContain(said);
      expect(text.zh).toContain(said);
    }
  });

  it('never lack a rule\u2019s name', () => {
    for (const id of ruleIds) expect(ruleTitle(id).zh).not.toBe(id);
    for (const id of ['toString', '__proto__', 'FUTURE-1']) expect(ruleTitle(id)).toEqual({ en: id, zh: id });
  });
});
