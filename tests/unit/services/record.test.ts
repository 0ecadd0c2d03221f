import { describe, expect, it } from 'vitest';
import type { Order } from '../../../functions/services/model.ts';
import { type Command, type Decision, decide } from '../../../functions/services/rules.ts';
import { codesOf, refusalOf } from '../refusals.ts';
import { at } from '../tickets/support.ts';
import { by, commands, go, quoted, said, seen, start, today, type Whole } from './support.ts';

const [first, second] = [
  { name: '空调清洗', price: '80', quantity: '3' },
  { name: '管道疏通', price: '120.5', quantity: '1' },
];
const agreed = go(start, 'quote', 'agree');
const executed = go(agreed, 'execute');
const closed = { ...said(go(executed, 'notice'), 'satisfied'), paid: true };

const quoteUntil = (validUntil: string): Command => ({
  step: 'quote',
  items: quoted,
  quote: { at, by, validUntil },
});
const agreeOn = (executeOn: string): Command => ({
  step: 'agree',
  agreed: { at, by, name: '张伟', how: 'phone', executeOn },
});

describe('what a step does to the ticket that carries the order (FEE-6)', () => {
  it.each<[string, Whole, Command, Decision['ticket']]>([
    [
      'a quote: until its last day the customer has time',
      start,
      commands.quote,
      {
        move: 'goOn',
        type: 'ticket.quoted',
        next: { ruleId: 'FEE-6.offer', period: { unit: 'days', n: 7 } },
        data: { total: '360.50', validUntil: '2026-10-07', items: [first, second] },
      },
    ],
    [
      'a quote for today',
      start,
      quoteUntil(today),
      {
        move: 'goOn',
        type: 'ticket.quoted',
        next: { ruleId: 'FEE-6.offer', period: { unit: 'sameDay' } },
        data: { total: '360.50', validUntil: today, items: [first, second] },
      },
    ],
    [
      'an agreement: who agreed is not told',
      go(start, 'quote'),
      commands.agree,
      {
        move: 'goOn',
        type: 'ticket.agreed',
        next: { ruleId: 'FEE-6.execute' },
        data: { total: '360.50', how: 'phone', executeOn: undefined },
      },
    ],
    [
      'an agreement on a day',
      go(start, 'quote'),
      agreeOn('2026-10-03'),
      {
        move: 'goOn',
        type: 'ticket.agreed',
        next: { ruleId: 'FEE-6.execute', period: { unit: 'days', n: 3 } },
        data: { total: '360.50', how: 'phone', executeOn: '2026-10-03' },
      },
    ],
    [
      'the work, with what was done of each item',
      agreed,
      commands.execute,
      {
        move: 'goOn',
        type: 'ticket.executed',
        next: { ruleId: 'FEE-6.notice' },
        data: {
          total: '280.50',
          staffId: 'stf_2',
          doneAt: at,
          bill: 'bil_1',
          items: [{ ...first, done: '2' }, second],
        },
      },
    ],
    [
      'the payment notice',
      executed,
      commands.notice,
      {
        move: 'delivered',
        resolution: { what: '空调清洗、管道疏通', at, by },
        data: { outcome: 'signed', deliveredAt: at, bill: 'bil_1' },
      },
    ],
    [
      'a claim, until the last day of the longest warranty',
      closed,
      commands.claim,
      { move: 'reclaimed', reason: '又堵了', data: { warrantyUntil: '2026-10-30' } },
    ],
    ['an end before the work', agreed, commands.cancel, { move: 'cancelled', data: { reason: '不做了' } }],
  ])('%s', (_, whole, command, ticket) => {
    expect(decide(whole.order, seen(whole), command).ticket).toEqual(ticket);
  });
});

describe('what is refused', () => {
  const fields = (order: Order, command: Command) =>
    codesOf(refusalOf(() => decide(order, seen(start), command)).options.errors ?? []);

  it('a day that is over or more than 366 days off', () => {
    const [ordered, told] = [start.order, go(start, 'quote').order];
    const at366 = '2027-10-01';
    expect(fields(told, agreeOn('2026-09-29'))).toEqual(['/body/executeOn past']);
    expect(fields(told, agreeOn('2027-10-02'))).toEqual(['/body/executeOn too_far']);
    for (const [order, command] of [
      [told, agreeOn(today)],
      [told, agreeOn(at366)],
      [ordered, quoteUntil(at366)],
    ] as const) {
      expect(() => decide(order, seen(start), command)).not.toThrow();
    }
  });

  it('a price of nothing, and one that the books cannot hold', () => {
    const priced = (price: string): Order => ({
      ...start.order,
      items: quoted.slice(0, 1).map((item) => ({ ...item, price, quantity: '1' })),
    });
    expect(fields(priced('0'), commands.agree)).toEqual(['/body nothing']);
    expect(fields(priced('100000000000'), commands.agree)).toEqual(['/body too_big']);
    expect(fields(priced(`1${'0'.repeat(20)}`), commands.agree)).toEqual(['/body too_big']);
    expect(() => decide(priced('99999999999.99'), seen(start), commands.agree)).not.toThrow();
    const most = priced('99999999999.99');
    expect(fields({ ...most, items: [...most.items, ...most.items] }, commands.agree)).toEqual([
      '/body too_big',
    ]);
  });

  it('a step that is not open, with those that are', () => {
    const told = ({ order, ...rest }: Whole, command: Command) =>
      refusalOf(() => decide(order, seen({ order, ...rest }), command)).options.detail;
    expect(told(start, commands.notice)).toEqual({
      en: 'The order is ordered. Open now: quote, cancel (FEE-6).',
      zh: '特约服务当前阶段为 ordered。可用步骤：quote、cancel（FEE-6）。',
    });
    expect(told(go(start, 'cancel'), commands.notice)).toEqual({
      en: 'The order is cancelled. Open now: nothing (FEE-6).',
      zh: '特约服务当前阶段为 cancelled。可用步骤：无（FEE-6）。',
    });
  });

  it('nothing that was done in full', () => {
    const whole = { ...commands.execute, done: [{ item: 0, quantity: '3' }] } as Command;
    expect(decide(agreed.order, seen(agreed), whole).order.bill?.total).toBe(36_050);
  });
});
