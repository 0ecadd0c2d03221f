import { describe, expect, it } from 'vitest';
import type { DunningCase, Owed } from '../../../functions/dunning/model.ts';
import {
  calledOff,
  follow,
  inTurn,
  owing,
  settleOwed,
  unchanged,
  whereabouts,
} from '../../../functions/dunning/rules.ts';
import { addDays } from '../../../shared/time/index.ts';
import { asked, bill, caseWith, change, decided, paid, promiseOf } from './support.ts';

const today = '2026-12-03';
const due = '2026-11-10';
const told = ['friendly', 'reminder'];
const last = { step: 'reminder', day: '2026-11-11' };
const notice: Owed = { key: 'FEE-4.notice#1', ruleId: 'FEE-4.notice', step: 'notice' };
const visit: Owed = { key: 'FEE-4.visit#2', ruleId: 'FEE-4.visit', step: 'visit' };
const settle: Owed = { key: 'FEE-5#3', ruleId: 'FEE-5' };

describe('a case brought up to the books (FEE-3)', () => {
  it('is not changed by what it knows already', () => {
    const of = caseWith({
      bills: [asked('a', due, { told, last, shift: 3, stood: { plan: 3 } })],
      open: 100,
    });
    expect(follow(of, [bill(due, 100, 'a')], today)).toStrictEqual(unchanged(of));
    expect(unchanged(of)).toStrictEqual(change(of));
  });

  it('has every bill that is open, of new ones nothing told, and what all have open together', () => {
    const of = caseWith({ bills: [asked('b', due, { told })], open: 7 });
    const books = [bill('2026-10-10', 30, 'a'), bill(due, 70, 'b'), bill(today, 900, 'c')];
    expect(follow(of, books, today)).toStrictEqual(
      change(
        caseWith({
          bills: [asked('a', '2026-10-10'), asked('b', due, { told }), asked('c', today)],
          open: 1000,
        }),
      ),
    );
  });

  it('remembers a bill that is paid, and goes on with it when the payment did not hold', () => {
    const b = { shift: 3, stood: { plan: 3 }, told, last };
    const of = caseWith({ bills: [asked('a'), asked('b', due, b)], open: 200 });
    const half = caseWith({ bills: [paid('b', due, b), asked('a')], open: 100 });
    expect(follow(of, [bill(due, 100, 'a')], today)).toStrictEqual(change(half));
    expect(follow(half, [bill(due, 100, 'a')], today)).toStrictEqual(change(half));
    expect(follow(half, [bill(due, 100, 'a'), bill(due, 100, 'b')], today)).toStrictEqual(change(of));
  });

  it('remembers two dozen bills that are paid, the latest, and the late fees of no other (FEE-9)', () => {
    const bills = Array.from({ length: 25 }, (_, i) => paid(`bill ${i}`));
    const fee = { sum: 5, through: '2026-10-20' };
    const of = caseWith({
      bills: [...bills, asked('open')],
      fees: { 'bill 0': fee, 'bill 1': fee, 'bill 24': fee, open: fee },
      open: 1,
    });
    expect(follow(of, [bill(due, 1, 'open')], today)).toStrictEqual(
      change({
        ...of,
        bills: [...bills.slice(1), asked('open')],
        fees: { 'bill 1': fee, 'bill 24': fee, open: fee },
      }),
    );
  });
});

describe('a case with nothing open any more (FEE-3)', () => {
  it('is cleared: what people owed is not needed, and nothing is left of promise, decision and whereabouts', () => {
    const of = caseWith({
      bills: [asked('a', due, { told }), asked('b')],
      open: 200,
      arrangement: promiseOf(['x'], { kind: 'plan' }),
      decision: decided('legal'),
      movedOut: true,
      owed: [notice, settle],
      opened: 3,
      told: 2,
      exception: { stop: true, reason: '困难' },
    });
    const { arrangement: _, decision: __, movedOut: ___, ...rest } = of;
    expect(follow(of, [], today)).toStrictEqual(
      change(
        { ...rest, bills: [paid('a', due, { told }), paid('b')], open: 0, owed: [] },
        {
          events: [
            { type: 'dunning.kept', data: { arrangementId: 'prm_1', kind: 'plan' } },
            { type: 'dunning.cleared', data: {} },
          ],
          ends: [
            { key: 'FEE-4.notice#1', because: { paid: true }, done: true },
            { key: 'FEE-5#3', because: { paid: true }, done: true },
          ],
        },
      ),
    );
  });

  it('says nothing where nobody had asked for what was open', () => {
    const of = caseWith({ bills: [paid('a', due, { told }), asked('b')], open: 100 });
    const after = caseWith({ bills: [paid('a', due, { told }), paid('b')] });
    expect(follow(of, [], today)).toStrictEqual(change(after));
    expect(follow(after, [], today)).toStrictEqual(change(after));
  });

  it('is suspended until its day all the same (FEE-4)', () => {
    const of = caseWith({ bills: [asked('a')], decision: decided('suspend', today) });
    const after = caseWith({ bills: [paid('a')] });
    expect(follow(of, [], today).after).toStrictEqual({ ...after, decision: of.decision });
    expect(follow(of, [], addDays(today, 1)).after).toStrictEqual(after);
  });
});

describe('what a person owes in a case', () => {
  it('is owed once under a rule, with a number of its own and the step that it came from', () => {
    const of = caseWith({ opened: 2, owed: [settle] });
    const owed: Owed = { key: 'FEE-4.visit#3', ruleId: 'FEE-4.visit', step: 'visit' };
    const first = owing(of, 'FEE-4.visit', 'visit');
    expect(first).toStrictEqual(change({ ...of, opened: 3, owed: [settle, owed] }, { opens: [owed] }));
    expect(owing(first.after, 'FEE-4.visit', 'late')).toStrictEqual(change(first.after));
    const bare: Owed = { key: 'FEE-4.decision#3', ruleId: 'FEE-4.decision' };
    expect(owing(of, 'FEE-4.decision').opens).toStrictEqual([bare]);
  });

  it('ends rule by rule when it is done', () => {
    const of = caseWith({ owed: [notice, settle] });
    expect(settleOwed(of, 'FEE-4.notice', { how: 'signed' })).toStrictEqual(
      change(
        { ...of, owed: [settle] },
        { ends: [{ key: 'FEE-4.notice#1', because: { how: 'signed' }, done: true }] },
      ),
    );
    expect(settleOwed(of, 'FEE-4.visit', {})).toStrictEqual(change(of));
  });
});

describe('notices and visits that were not made', () => {
  it('are called off with their steps when the payer promises, and nothing else is (FEE-5)', () => {
    const all = [...told, 'notice', 'visit'];
    const of = caseWith({
      owed: [notice, settle, visit],
      bills: [
        asked('a', due, { told: all, last: { step: 'visit', day: today } }),
        asked('b', due, { told, last }),
        asked('c', due, { told: [...told, 'notice'], last }),
        asked('d'),
      ],
    });
    expect(calledOff(of, 'promised')).toStrictEqual(
      change(
        {
          ...of,
          owed: [settle],
          bills: [
            asked('a', due, { told }),
            asked('b', due, { told, last }),
            asked('c', due, { told, last }),
            asked('d'),
          ],
        },
        {
          ends: [
            { key: 'FEE-4.notice#1', because: { calledOff: 'promised' }, done: false },
            { key: 'FEE-4.visit#2', because: { calledOff: 'promised' }, done: false },
          ],
        },
      ),
    );
  });

  it('have spoken of no bill, so that they cover no other step of any', () => {
    const spoken = { step: 'visit', day: today };
    const of = caseWith({
      owed: [visit],
      bills: [asked('a', due, { told: ['visit'], last: spoken }), asked('b', due, { told, last: spoken })],
    });
    expect(calledOff(of, 'promised').after.bills).toStrictEqual([asked('a'), asked('b', due, { told })]);
  });

  it('are none once they were: their steps are not told again', () => {
    const of = caseWith({ owed: [settle], bills: [asked('a', due, { told: ['notice', 'visit'] })] });
    expect(calledOff(of, 'stopped')).toStrictEqual(change(of));
  });
});

describe('a payer who has left (FEE-4)', () => {
  const of = caseWith({ bills: [asked('a')] });
  const decision: Owed = { key: 'FEE-4.decision#1', ruleId: 'FEE-4.decision' };
  const left = { ...of, movedOut: true, opened: 1, owed: [decision] };

  it('is the manager’s to decide about, and it is said once', () => {
    expect(whereabouts(of, true)).toStrictEqual(
      change(left, { opens: [decision], events: [{ type: 'dunning.movedOut', data: {} }] }),
    );
    expect(whereabouts(left, true)).toStrictEqual(change(left));
  });

  it('and is there again is asked again', () => {
    expect(whereabouts(left, false)).toStrictEqual(change({ ...of, opened: 1, owed: [decision] }));
    expect(whereabouts(of, false)).toStrictEqual(change(of));
  });
});

describe('several changes', () => {
  it('follow each other, each on the case that the one before left', () => {
    const step = (n: number) => (of: DunningCase) =>
      change(
        { ...of, opened: of.opened * 10 + n },
        {
          events: [{ type: `event ${n}`, data: {} }],
          opens: [{ key: `opened ${n}`, ruleId: 'FEE-5' }],
          ends: [{ key: `ended ${n}`, because: {}, done: true }],
        },
      );
    const whole = inTurn(step(1)(caseWith()), step(2), step(3));
    expect(whole.after).toStrictEqual(caseWith({ opened: 123 }));
    expect(whole.events.map(({ type }) => type)).toEqual(['event 1', 'event 2', 'event 3']);
    expect(whole.opens.map(({ key }) => key)).toEqual(['opened 1', 'opened 2', 'opened 3']);
    expect(whole.ends.map(({ key }) => key)).toEqual(['ended 1', 'ended 2', 'ended 3']);
    expect(inTurn(step(1)(caseWith()))).toStrictEqual(step(1)(caseWith()));
  });
});
