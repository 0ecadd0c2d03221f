import { describe, expect, it } from 'vitest';
import { rungsOf } from '../../../functions/dunning/clock.ts';
import type { DunningBill, DunningCase, Owed } from '../../../functions/dunning/model.ts';
import { stageOf, tell, unchanged } from '../../../functions/dunning/rules.ts';
import { standardPack } from '../../../shared/policy/index.ts';
import { addDays } from '../../../shared/time/index.ts';
import { asked, caseWith, change, decided, disputeOf, paid, promiseOf, setting } from './support.ts';

const policy = standardPack.dunning;
const today = '2026-11-18';
const now = setting('2026-11-18 09:00');
const ladder = rungsOf(policy, caseWith(), today);
const rung = (name: string) => ladder.find((one) => one.name === name);
const names = ladder.map(({ name }) => name);
/** A bill whose step comes today, with all before it told. */
const reached = (name: string, id = 'a', more: Partial<DunningBill> = {}) =>
  asked(id, addDays(today, -(rung(name)?.day ?? 0)), { told: names.slice(0, names.indexOf(name)), ...more });

describe('one message (FEE-4)', () => {
  it('speaks of all bills asked for by the gravest step that has come, and is done with what lies behind it', () => {
    const a = reached('second', 'a', { last: { step: 'reminder', day: '2026-11-12' } });
    const b = asked('b', '2026-11-12');
    const c = asked('c', '2026-12-10');
    const others = [asked('p'), asked('q'), paid('x', '2026-10-10')];
    const of = caseWith({
      bills: [...others, a, b, c],
      arrangement: promiseOf(['p']),
      dispute: disputeOf(['q']),
      told: 4,
    });
    const last = { step: 'second', day: today };
    const bills = [
      { ...a, told: ['friendly', 'reminder', 'second'], last },
      { ...b, told: ['friendly', 'reminder'], last },
      { ...c, last },
    ];
    expect(tell(of, now)).toStrictEqual({
      ...change({ ...of, bills: [...others, ...bills], told: 5 }),
      rung: { name: 'second', day: 7, kind: 'message' },
      bills,
    });
  });

  it.each<[string, Owed[]]>([
    ['friendly', []],
    ['notice', [{ key: 'FEE-4.notice#1', ruleId: 'FEE-4.notice', step: 'notice' }]],
    ['visit', [{ key: 'FEE-4.visit#1', ruleId: 'FEE-4.visit', step: 'visit' }]],
    ['letter', [{ key: 'FEE-4.decision#1', ruleId: 'FEE-4.decision', step: 'letter' }]],
  ])('by the step %s puts on people: %j', (name, opens) => {
    const told = tell(caseWith({ bills: [reached(name)] }), now);
    expect(told).toMatchObject({ rung: { name }, events: [], ends: [], after: { owed: opens, told: 1 } });
    expect(told.opens).toStrictEqual(opens);
  });

  it('is by the graver of two steps that an exception has put on one day', () => {
    const exception = { steps: { letter: 30 }, reason: '困难' };
    const a = reached('visit');
    const { told } = a;
    expect(tell(caseWith({ bills: [a], exception }), now)).toMatchObject({
      rung: { name: 'letter', day: 30 },
      opens: [{ ruleId: 'FEE-4.decision' }],
      bills: [{ told: [...told, 'visit', 'letter'], last: { step: 'letter' } }],
    });
  });

  it('puts on nobody what is owed already', () => {
    const owed: Owed[] = [{ key: 'FEE-4.visit#1', ruleId: 'FEE-4.visit', step: 'visit' }];
    const told = tell(caseWith({ bills: [reached('visit')], owed, opened: 1 }), now);
    expect(told).toMatchObject({ rung: { name: 'visit' }, opens: [], after: { owed, opened: 1, told: 1 } });
  });

  it('is none where a late one has spoken of the bill as gravely: its steps are done with', () => {
    const last = { step: 'notice', day: '2026-11-16' };
    const b = reached('second', 'b', { last });
    const of = caseWith({ bills: [b], told: 3 });
    const after = { ...of, bills: [{ ...b, told: ['friendly', 'reminder', 'second'] }] };
    expect(tell(of, now)).toStrictEqual(change(after));
    const a = reached('visit', 'a', { last });
    expect(tell({ ...of, bills: [b, a] }, now)).toMatchObject({ rung: { name: 'visit' } });
  });

  it.each<[string, string, Partial<DunningCase>]>([
    ['before a step has come', '2026-11-17 17:30', {}],
    ['outside office hours', '2026-11-18 12:30', {}],
    ['while the case is stopped', '2026-11-18 09:00', { exception: { stop: true, reason: '困难' } }],
    ['while it is suspended', '2026-11-18 09:00', { decision: decided('suspend', today) }],
    ['with the lawyers', '2026-11-18 09:00', { decision: decided('legal') }],
    ['of a payer who has left', '2026-11-18 09:00', { movedOut: true }],
    ['of what is promised', '2026-11-18 09:00', { arrangement: promiseOf(['a']) }],
  ])('is none %s', (_, at, more) => {
    const of = caseWith({ bills: [reached('notice')], ...more });
    expect(tell(of, setting(at))).toStrictEqual(unchanged(of));
  });

  it('comes at the very opening', () => {
    expect(tell(caseWith({ bills: [reached('notice')] }), setting('2026-11-18 08:30'))).toHaveProperty(
      'rung',
    );
  });
});

describe('the stage of a case (FEE-4)', () => {
  it.each<[string | undefined, DunningBill[]]>([
    [undefined, []],
    [undefined, [asked('a')]],
    ['reminder', [asked('a', today, { told: ['reminder', 'friendly'] })]],
    ['notice', [asked('a', today, { told: ['notice'] }), asked('b', today, { told: ['second'] })]],
    ['second', [paid('a', today, { told: ['notice'] }), asked('b', today, { told: ['second'] })]],
    [undefined, [asked('a', today, { told: ['gone'] })]],
  ])('is the gravest step told of what is open: %s', (stage, bills) => {
    expect(stageOf(caseWith({ bills }), ladder)).toBe(stage);
  });
});
