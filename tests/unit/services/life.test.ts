import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Phase,
  phases,
  type State,
  type Step,
  steps,
  transitions,
} from '../../../functions/services/life.ts';
import { amountOf, type Order, type OrderItem, totalOf } from '../../../functions/services/model.ts';
import { type Command, decide, openSteps, warrantyUntil } from '../../../functions/services/rules.ts';
import { openSteps as ticketSteps } from '../../../functions/tickets/draft.ts';
import type { Status } from '../../../functions/tickets/life.ts';
import { whatOf } from '../../../functions/tickets/model.ts';
import { decide as decideTicket } from '../../../functions/tickets/rules.ts';
import { Refusal } from '../../../shared/problem.ts';
import { refusalOf } from '../refusals.ts';
import { at, callback } from '../tickets/support.ts';
import {
  again,
  by,
  commands,
  go,
  items,
  ordered,
  pay,
  phase,
  quoted,
  resting,
  said,
  seen,
  start,
  step,
  type Whole,
} from './support.ts';

const noticed = go(start, 'quote', 'agree', 'execute', 'notice');
const wholes: Record<Phase, Whole> = {
  ordered: start,
  quoted: go(start, 'quote'),
  agreed: go(start, 'quote', 'agree'),
  executed: go(start, 'quote', 'agree', 'execute'),
  noticed,
  paid: pay(noticed),
  calledBack: said(noticed, 'satisfied'),
  rework: said(pay(noticed), 'unsatisfied'),
  unconfirmed: resting(pay(noticed)),
  closed: said(pay(noticed), 'satisfied'),
  cancelled: go(start, 'cancel'),
};

/** Written down apart from the code: where each step leads from each phase. Not quoted yet, the order cannot be agreed. */
const expected: Record<Step, Partial<Record<Phase, Phase>>> = {
  quote: { ordered: 'quoted', quoted: 'quoted', agreed: 'quoted' },
  agree: { quoted: 'agreed' },
  execute: { agreed: 'executed' },
  notice: { executed: 'noticed' },
  claim: { calledBack: 'rework', unconfirmed: 'rework', closed: 'rework' },
  cancel: { ordered: 'cancelled', quoted: 'cancelled', agreed: 'cancelled' },
};

/** What a refusal says, in English. */
const detailOf = (work: () => unknown) => refusalOf(work).options.detail?.en;

const codeOf = (work: () => unknown) => {
  const { code, options } = refusalOf(work);
  return options.errors?.[0] ? [options.errors[0].path, options.errors[0].code] : code;
};

describe('every phase and every step of a paid service (FEE-6)', () => {
  it('is all there is', () => {
    expect(Object.keys(wholes).sort()).toEqual([...phases].sort());
    for (const name of phases) expect(phase(wholes[name])).toBe(name);
    expect(Object.keys(transitions).sort()).toEqual([...phases].sort());
  });

  it.each(phases.flatMap((name) => steps.map((one) => [name, one] as const)))('%s: %s', (name, one) => {
    const whole = wholes[name];
    const to = expected[one][name];
    if (to === undefined) {
      const refusal = refusalOf(() => decide(whole.order, seen(whole), commands[one]));
      expect([refusal.code, refusal.options.extra]).toEqual([
        'wrong-state',
        { openSteps: openSteps(whole.order, seen(whole)) },
      ]);
      return;
    }
    expect(openSteps(whole.order, seen(whole))).toContain(one);
    const after = step(whole, commands[one]);
    expect(phase(after)).toBe(to);
    // What is still to be done is owed by somebody, and exactly one thing carries it on.
    expect(after.ticket.obligations.length).toBe(to === 'cancelled' ? 0 : 1);
  });

  it('owes one thing after the other: an offer, the work, the payment notice, the callback (CALLBACK-7)', () => {
    const rules = (['ordered', 'quoted', 'agreed', 'executed', 'noticed', 'rework'] as const).map((name) =>
      wholes[name].ticket.obligations.map(({ ruleId }) => ruleId).join(),
    );
    expect(rules).toEqual([
      'FEE-6.offer',
      'FEE-6.offer',
      'FEE-6.execute',
      'FEE-6.notice',
      'CALLBACK-7',
      'CALLBACK-5.other',
    ]);
    expect(wholes.paid.ticket.obligations.map(whatOf)).toEqual(['callback']);
  });

  it('leaves what it decided on as it was', () => {
    const before = structuredClone(wholes);
    for (const name of phases)
      for (const one of steps) if (expected[one][name]) step(wholes[name], commands[one]);
    expect(wholes).toEqual(before);
  });

  it('is closed by a satisfied callback and the payment, in either order, and not by one of them', () => {
    expect(phase(pay(wholes.calledBack))).toBe('closed');
    expect(phase({ ...wholes.closed, paid: false })).toBe('calledBack');
    expect(phase({ ...wholes.paid, paid: false })).toBe('noticed');
  });

  it('waits for its payment although nobody can be reached (CALLBACK-6), and the customer may still speak', () => {
    const silent = resting(noticed);
    expect([silent.ticket.status, phase(silent)]).toEqual(['unconfirmed', 'noticed']);
    expect(phase(pay(silent))).toBe('unconfirmed');
    expect(phase(said(silent, 'satisfied'))).toBe('calledBack');
    expect(phase(said(silent, 'unsatisfied'))).toBe('rework');
  });
});

describe('the ticket that carries it', () => {
  it('is not resolved, withdrawn or linked past its order, nor confirmed by link', () => {
    for (const name of ['ordered', 'quoted', 'agreed', 'executed'] as const) {
      const open = ticketSteps(wholes[name].ticket);
      expect(open).toContain('service');
      for (const not of ['resolve', 'withdraw', 'link', 'confirmationLink']) expect(open).not.toContain(not);
    }
    expect(ticketSteps(noticed.ticket)).not.toContain('confirmationLink');
  });

  it('is called back by phone (CALLBACK-7)', () => {
    for (const method of ['visit', 'link'] as const) {
      const record = callback({ method });
      expect(codeOf(() => decideTicket(noticed.ticket, { step: 'callback', callback: record }))).toEqual([
        '/body/method',
        'by_phone',
      ]);
    }
  });

  it('is resolved as any other once it is rework, which is counted and has no bill of its own', () => {
    const { ticket, order } = wholes.rework;
    expect([ticket.rework, ticket.status, ticketSteps(ticket).includes('resolve')]).toEqual([
      1,
      'reopened',
      true,
    ]);
    const done = again(wholes.rework);
    expect([phase(done), done.ticket.obligations.map(({ ruleId }) => ruleId)]).toEqual([
      'paid',
      ['CALLBACK-7'],
    ]);
    expect([phase(said(done, 'satisfied')), done.order.bill]).toEqual(['closed', order.bill]);
  });
});

describe('a warranty', () => {
  it('counts from the day of the work, by the longest of the items, to its last day', () => {
    const { closed } = wholes;
    expect(warrantyUntil(closed.order)).toBe('2026-10-30');
    const last = step(closed, commands.claim, '2026-10-30');
    expect([phase(last), last.ticket.rework, last.order.claims.length]).toEqual(['rework', 1, 1]);
    expect(openSteps(closed.order, seen(closed, '2026-10-31'))).toEqual([]);
    expect(codeOf(() => step(closed, commands.claim, '2026-10-31'))).toBe('wrong-state');
    const late = refusalOf(() => step(closed, commands.claim, '2026-10-31')).options.detail;
    expect([late?.en, late?.zh]).toEqual([
      'The order is closed. Open now: nothing (FEE-6). The warranty ended on 2026-10-30.',
      '特约服务当前阶段为 closed。可用步骤：无（FEE-6）。保修期已于 2026-10-30 届满。',
    ]);
  });

  it('may be claimed again after the rework', () => {
    const twice = step(said(again(step(wholes.closed, commands.claim)), 'satisfied'), commands.claim);
    expect([phase(twice), twice.ticket.rework]).toEqual(['rework', 2]);
  });
});

describe('prices', () => {
  const agree = (state: State, change: Partial<Order>) =>
    openSteps({ ...ordered, state, ...change }, seen(start)).includes('agree');

  it('are to be known before anybody agrees, and hold until the last day of the quote', () => {
    expect(agree('ordered', {})).toBe(false);
    expect(agree('ordered', { items: quoted })).toBe(true);
    const quote = (validUntil: string) => agree('quoted', { items: quoted, quote: { at, by, validUntil } });
    expect([quote('2026-09-29'), quote('2026-09-30')]).toEqual([false, true]);
    const late = { ...ordered, state: 'quoted' as const, items: quoted };
    const over = { ...late, quote: { at, by, validUntil: '2026-09-29' } };
    const { detail } = refusalOf(() => decide(over, seen(start), commands.agree)).options;
    expect(detail?.en).toContain('(FEE-6). The quote was good until 2026-09-29; quote again.');
    expect(detail?.zh).toContain('（FEE-6）。报价有效期至 2026-09-29，请重新报价。');
    expect(detailOf(() => decide(ordered, seen(start), commands.agree))).toMatch(/\(FEE-6\)\.$/);
  });

  it('of a quote are all there, and it does not end before it begins', () => {
    const tell = (command: Partial<Extract<Command, { step: 'quote' }>>) =>
      codeOf(() => decide(ordered, seen(start), { ...commands.quote, ...command } as Command));
    expect(tell({ items })).toEqual(['/body/items', 'required']);
    expect(tell({ items: [{ ...(quoted[0] as OrderItem), price: '0' }] })).toEqual([
      '/body/items',
      'nothing',
    ]);
    expect(
      tell({ items: [{ ...(quoted[0] as OrderItem), price: '999999999', quantity: '999999999999' }] }),
    ).toEqual(['/body/items', 'too_big']);
    for (const [validUntil, code] of [
      ['2026-09-29', 'past'],
      ['2027-10-02', 'too_far'],
    ] as const) {
      expect(tell({ quote: { at, by, validUntil } })).toEqual(['/body/validUntil', code]);
    }
  });

  it('are charged for what was done, never for more than was agreed', () => {
    expect(wholes.executed.order.bill).toEqual({
      id: 'bil_1',
      dueDay: '2026-10-10',
      total: 2 * 8000 + 12050,
    });
    const execute = (done: { item: number; quantity: string }[]) =>
      codeOf(() => step(wholes.agreed, { ...commands.execute, done } as Command));
    expect(execute([{ item: 0, quantity: '3.001' }])).toEqual(['/body/done/0/quantity', 'too_much']);
    expect(execute([{ item: 2, quantity: '1' }])).toEqual(['/body/done/0/item', 'unknown']);
    expect(
      execute([
        { item: 0, quantity: '1' },
        { item: 0, quantity: '1' },
      ]),
    ).toEqual(['/body/done/1/item', 'repeated']);
    expect(
      execute([
        { item: 0, quantity: '0' },
        { item: 1, quantity: '0' },
      ]),
    ).toEqual(['/body/done', 'nothing']);
  });

  it('are rounded once an item; the whole is the sum of the items', () => {
    const decimalOf = (places: number) =>
      fc.integer({ min: 1, max: 999_999 }).map((n) => String(n / 10 ** places));
    fc.assert(
      fc.property(fc.array(fc.tuple(decimalOf(3), decimalOf(2)), { minLength: 1, maxLength: 5 }), (pairs) => {
        const list = pairs.map(
          ([price, quantity]): OrderItem => ({
            name: 'x',
            pricing: 'fixed',
            price,
            quantity,
            warrantyDays: 0,
          }),
        );
        for (const [i, item] of list.entries()) {
          const [price = '', quantity = ''] = pairs[i] ?? [];
          const exact = Number(price) * 100 * Number(quantity);
          expect(Math.abs((amountOf(item) ?? 0) - exact)).toBeLessThanOrEqual(0.5 + exact * 1e-12);
        }
        expect(totalOf(list)).toBe(list.reduce((sum, item) => sum + (amountOf(item) ?? 0), 0));
      }),
      { numRuns: 50 },
    );
  });
});

/** Steps that are no business of the order and yet lead it on. */
describe('any way that orders can go', () => {
  it('never charges twice, and has exactly one thing owed while it is open', () => {
    const moves = fc.array(
      fc.constantFrom(...steps, 'pay', 'unpay', 'satisfied', 'unsatisfied', 'again', 'resting'),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(moves, (names) => {
        let whole: Whole = start;
        let bills = 0;
        for (const name of names) {
          try {
            if (name === 'pay' || name === 'unpay')
              whole = { ...whole, paid: name === 'pay' && !!whole.order.bill };
            else if (name === 'satisfied' || name === 'unsatisfied') whole = said(whole, name);
            else if (name === 'again') whole = again(whole);
            else if (name === 'resting') whole = resting(whole);
            else {
              whole = step(whole, commands[name]);
              if (name === 'execute') bills += 1;
            }
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
          const done: Status[] = ['closed', 'withdrawn', 'unconfirmed'];
          expect(whole.ticket.obligations.length).toBe(done.includes(whole.ticket.status) ? 0 : 1);
          expect(bills).toBe(whole.order.bill ? 1 : 0);
          expect(phases).toContain(phase(whole));
        }
      }),
      { numRuns: 300 },
    );
  });
});
