import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrangement, type Owed, paidOf } from '../../../functions/dunning/model.ts';
import { follow, resumed } from '../../../functions/dunning/rules.ts';
import { pauseKinds } from '../../../shared/policy/index.ts';
import { addDays } from '../../../shared/time/index.ts';
import { asked, bill, caseWith, change, disputeOf, paid, promiseOf } from './support.ts';

const today = '2026-12-03';
const due = '2026-11-10';
const told = ['friendly', 'reminder'];
const last = { step: 'reminder', day: '2026-11-11' };
const notice: Owed = { key: 'FEE-4.notice#1', ruleId: 'FEE-4.notice', step: 'notice' };
const settle: Owed = { key: 'FEE-5#3', ruleId: 'FEE-5' };

describe('a dispute (FEE-5)', () => {
  const of = caseWith({
    bills: ['a', 'b', 'c'].map((id) => asked(id)),
    dispute: disputeOf(['a', 'b']),
    owed: [notice, settle],
    open: 2,
  });

  it('goes on about bills that are still open', () => {
    const both = [bill(due, 1, 'a'), bill(due, 1, 'b')];
    expect(follow(of, both, today).after.dispute).toEqual(of.dispute);
    const went = { shift: 15, stood: { dispute: 15 } };
    expect(follow(of, [bill(due, 1, 'b'), bill(due, 1, 'c')], today)).toStrictEqual(
      change({
        ...of,
        bills: [paid('a', due, went), asked('b'), asked('c')],
        dispute: { ...disputeOf(['b']) },
      }),
    );
  });

  it('is over when none of them is, and nobody has to settle it', () => {
    const { after, ...rest } = follow(of, [bill(due, 2, 'c')], today);
    expect(after).not.toHaveProperty('dispute');
    expect(after.owed).toEqual([notice]);
    expect(rest).toEqual({
      events: [],
      opens: [],
      ends: [{ key: 'FEE-5#3', because: { gone: true }, done: true }],
    });
  });
});

describe('a promise or a plan (FEE-5)', () => {
  const plan = promiseOf(['a', 'b'], {
    kind: 'plan',
    instalments: [
      { day: '2026-11-20', amount: 3000 },
      { day: '2026-12-02', amount: 2000 },
      { day: '2026-12-20', amount: 5000 },
    ],
  });
  const none = caseWith({ bills: [asked('a', due, { told, last }), asked('b'), asked('c')] });
  const of = { ...none, arrangement: plan };

  it('that is broken says what was due by which day and what was paid, and its bills go on where they stopped', () => {
    // Fifteen days from the 18th of November; what c has open is not part of it.
    const went = { shift: 15, stood: { plan: 15 } };
    const books = [bill(due, 4001, 'a'), bill(due, 1000, 'b'), bill(due, 9999, 'c')];
    expect(follow(of, books, today)).toStrictEqual(
      change(
        {
          ...none,
          bills: [asked('a', due, { told, last, ...went }), asked('b', due, went), asked('c')],
          open: 15_000,
        },
        {
          events: [
            {
              type: 'dunning.broken',
              data: { arrangementId: 'prm_1', kind: 'plan', day: '2026-12-02', due: '50.00', paid: '49.99' },
            },
          ],
        },
      ),
    );
  });

  it('that is kept says so, though something else is open', () => {
    const went = { shift: 15, stood: { plan: 15 } };
    expect(follow(of, [bill(due, 9999, 'c')], today)).toStrictEqual(
      change(
        {
          ...none,
          bills: [paid('a', due, { told, last, ...went }), paid('b', due, went), asked('c')],
          open: 9999,
        },
        { events: [{ type: 'dunning.kept', data: { arrangementId: 'prm_1', kind: 'plan' } }] },
      ),
    );
  });

  it('stands while nothing of it is due, though a payment from before did not hold', () => {
    const books = [bill(due, 9000, 'a'), bill(due, 6000, 'b'), bill(due, 5, 'c')];
    expect(follow(of, books, '2026-11-20')).toStrictEqual(change({ ...of, open: 15_005 }));
  });

  it('has nothing paid where a payment from before did not hold, and is broken of nothing', () => {
    const books = [bill(due, 9000, 'a'), bill(due, 6000, 'b')];
    expect(paidOf(of.arrangement as Arrangement, books)).toBe(0);
    expect(follow(of, books, '2027-01-20').events).toMatchObject([{ data: { paid: '0.00' } }]);
  });

  it('stands, is kept or is broken by what is paid up to the day before, whatever was promised', () => {
    const start = '2026-11-18';
    const instalment = fc.record({
      gap: fc.integer({ min: 1, max: 9 }),
      amount: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(
        fc.array(instalment, { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 5 }),
        fc.nat({ max: 45 }),
        fc.nat({ max: 40 }),
        (made, beyond, amount, days) => {
          let day = start;
          const instalments = made.map(({ gap, amount }) => {
            day = addDays(day, gap);
            return { day, amount };
          });
          const all = instalments.reduce((sum, { amount }) => sum + amount, 0);
          const open = all + beyond;
          const left = Math.max(0, open - amount);
          const now = addDays(start, days);
          // One fen after the other goes to the instalment that is next.
          let rest = open - left;
          const late = instalments.filter((one) => {
            rest -= one.amount;
            return rest < 0 && one.day < now;
          });
          const arrangement = promiseOf(['a'], { instalments, from: start, open });
          const books = [...(left > 0 ? [bill(due, left, 'a')] : []), bill(due, 1, 'c')];
          const { after, events } = follow(caseWith({ bills: [asked('a')], arrangement }), books, now);
          const what = open - left >= all ? ['dunning.kept'] : late.length > 0 ? ['dunning.broken'] : [];
          expect(events.map(({ type }) => type)).toEqual(what);
          expect(after.arrangement).toEqual(what.length > 0 ? undefined : arrangement);
          expect(after.bills.find(({ id }) => id === 'a')?.shift).toBe(what.length > 0 ? days : 0);
        },
      ),
    );
  });
});

describe('bills whose clock stood still (FEE-5)', () => {
  const paused = {
    promise: { arrangement: promiseOf(['a']) },
    plan: { arrangement: promiseOf(['a'], { kind: 'plan' }) },
    dispute: { dispute: disputeOf(['a']) },
  };

  it.each(pauseKinds)(
    'for a %s go on where they stopped if they are paid and the payment does not hold',
    (why) => {
      const stood = {
        told,
        last,
        shift: 17,
        stood: { plan: 1, promise: 1, [why]: why === 'dispute' ? 15 : 16 },
      };
      const before = asked('a', due, { told, last, shift: 2, stood: { plan: 1, promise: 1 } });
      const alone = follow(caseWith({ bills: [before], ...paused[why] }), [], today).after;
      expect(alone).toStrictEqual(caseWith({ bills: [paid('a', due, stood)] }));
      expect(follow(alone, [bill(due, 1, 'a')], '2026-12-10').after.bills).toStrictEqual([
        asked('a', due, stood),
      ]);
      const two = caseWith({ bills: [before, asked('c')], ...paused[why] });
      expect(follow(two, [bill(due, 1, 'c')], today).after).toStrictEqual(
        caseWith({ bills: [paid('a', due, stood), asked('c')], open: 1 }),
      );
    },
  );

  it('go on so many days later, counted by what they stood still for', () => {
    const of = caseWith({
      bills: [asked('a', due, { shift: 5, stood: { promise: 2, plan: 3 } }), asked('b'), asked('c')],
    });
    for (const why of pauseKinds) {
      const { bills, ...rest } = resumed(of, ['a', 'b'], '2026-11-30', today, why);
      const stood = { promise: 2, plan: 3 };
      expect(bills).toStrictEqual([
        asked('a', due, { shift: 8, stood: { ...stood, [why]: why === 'dispute' ? 3 : stood[why] + 3 } }),
        asked('b', due, { shift: 3, stood: { [why]: 3 } }),
        asked('c'),
      ]);
      expect({ ...rest, bills: of.bills }).toStrictEqual(of);
    }
  });

  it('never go on earlier', () => {
    const of = caseWith({ bills: [asked('a')] });
    expect(resumed(of, ['a'], addDays(today, 2), today, 'plan').bills).toStrictEqual([
      asked('a', due, { stood: { plan: 0 } }),
    ]);
  });
});
