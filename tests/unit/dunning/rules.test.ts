import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wakeOf } from '../../../functions/dunning/clock.ts';
import { type DunningCase, type OpenBill, stateOf } from '../../../functions/dunning/model.ts';
import {
  type Change,
  calledOff,
  follow,
  tell,
  unchanged,
  whereabouts,
} from '../../../functions/dunning/rules.ts';
import {
  type DunningPolicy,
  mergePolicy,
  overrideProblems,
  standardPack,
} from '../../../shared/policy/index.ts';
import { policyOverride } from '../../../shared/policy/schema.ts';
import { addDays, isOpen, localText } from '../../../shared/time/index.ts';
import { bill, dayOf, newCase, schedule, setting, sh, zone } from './support.ts';

interface Told {
  at: string;
  step: string;
  bills: string[];
}

/** Lives through a stretch of time by its own wakes, as sweeps would; `books` says what is open at a moment. */
function live(
  start: DunningCase,
  from: number,
  to: number,
  books: (now: number) => OpenBill[],
  policy: DunningPolicy = standardPack.dunning,
): { told: Told[]; of: DunningCase; events: string[]; looks: number } {
  const told: Told[] = [];
  const events: string[] = [];
  let of = follow(start, books(from), dayOf(from)).after;
  let looks = 0;
  for (let now = wakeOf(of, setting(from, policy)) ?? Infinity; now <= to; looks++) {
    const followed = follow(of, books(now), dayOf(now));
    const change: Change = tell(followed.after, setting(now, policy));
    of = change.after;
    events.push(...followed.events.map(({ type }) => type));
    if ('rung' in change) {
      const { rung, bills } = change as { rung: { name: string }; bills: { id: string }[] } & Change;
      told.push({ at: localText(now, zone), step: rung.name, bills: bills.map(({ id }) => id) });
    }
    const next = wakeOf(of, setting(now, policy)) ?? Infinity;
    if (next <= now) throw new Error('it would look again and again');
    now = next;
  }
  return { told, of, events, looks };
}

const steps = ({ told }: { told: Told[] }) => told.map(({ at, step }) => `${at.slice(0, 10)} ${step}`);
const always =
  (...bills: OpenBill[]) =>
  () =>
    bills;
const whole = [sh('2026-09-01 06:00'), sh('2026-12-31 18:00')] as const;

describe('a bill nobody pays (FEE-4)', () => {
  it('climbs the whole ladder, each step once, at the opening of its day', () => {
    const lived = live(newCase(), ...whole, always(bill('2026-09-10')));
    expect(lived.told.map(({ at, step }) => `${at} ${step}`)).toEqual([
      '2026-09-07 08:30 friendly',
      '2026-09-11 08:30 reminder',
      '2026-09-17 08:30 second',
      // A Friday; the feast begins: no hours until the 28th.
      '2026-09-28 08:30 notice',
      '2026-10-10 08:30 visit',
      '2026-11-09 08:30 letter',
    ]);
  });

  it('puts notice, visit and decision on people', () => {
    const { of } = live(newCase(), ...whole, always(bill('2026-09-10')));
    expect(of.owed.map(({ ruleId, step }) => `${ruleId} ${step}`)).toEqual([
      'FEE-4.notice notice',
      'FEE-4.visit visit',
      'FEE-4.decision letter',
    ]);
  });

  it('is looked at no oftener than it is told', () => {
    const lived = live(newCase(), ...whole, always(bill('2026-09-10')));
    expect(lived.looks).toBe(lived.told.length);
  });

  it('brings what is friendly forward from a feast, while it is still before the due day', () => {
    // The 4th is in the national holiday, and so is the day after; the last day with hours is in September.
    const [first] = live(
      newCase(),
      sh('2026-09-20 09:00'),
      sh('2026-10-07 18:00'),
      always(bill('2026-10-07')),
    ).told;
    expect(first).toMatchObject({ at: '2026-09-30 08:30', step: 'friendly' });
  });
});

describe('several bills of one payer', () => {
  it('are asked for with one message per step', () => {
    const lived = live(newCase(), ...whole, always(bill('2026-11-05'), bill('2026-11-09')));
    expect(steps(lived).filter((one) => one < '2026-12-20')).toEqual([
      '2026-11-02 friendly',
      '2026-11-06 reminder',
      '2026-11-12 second',
      '2026-11-20 notice',
      '2026-12-05 visit',
    ]);
    for (const { bills } of lived.told) expect(bills).toHaveLength(2);
  });

  it('of one day are one message with both', () => {
    const two = always(bill('2026-11-10', 1, 'water'), bill('2026-11-10', 1, 'management'));
    const { told } = live(newCase(), ...whole, two);
    expect(new Set(told.map(({ step }) => step)).size).toBe(told.length);
    expect(told[0]?.bills).toEqual(['water', 'management']);
  });

  it('go on by the younger one when the older is paid, without beginning anew', () => {
    const paid = sh('2026-11-20 10:00');
    const lived = live(newCase(), ...whole, (now) => [
      ...(now < paid ? [bill('2026-10-10')] : []),
      bill('2026-11-10'),
    ]);
    const late = steps(lived).filter((one) => one > '2026-11-20');
    expect(late).toEqual(['2026-11-25 notice', '2026-12-10 visit']);
  });
});

describe('what may come between', () => {
  const due = bill('2026-11-10');

  it('paid before anybody asks, nothing is ever said', () => {
    const lived = live(newCase(), ...whole, (now) => (now < sh('2026-11-06 20:00') ? [due] : []));
    expect(lived.told).toEqual([]);
    expect(lived.of.owed).toEqual([]);
    expect(stateOf(lived.of, '2026-12-31')).toBe('clear');
  });

  it('a payment that did not hold goes on where it was', () => {
    const gone = (now: number) => now > sh('2026-11-12 00:00') && now < sh('2026-11-14 00:00');
    const books = (now: number) => (gone(now) ? [] : [due]);
    const first = live(newCase(), sh('2026-11-01 09:00'), sh('2026-11-12 01:00'), books);
    const paid = follow(first.of, [], '2026-11-12');
    expect(paid.events.map(({ type }) => type)).toEqual(['dunning.cleared']);
    const again = live(paid.after, sh('2026-11-14 09:00'), sh('2026-11-20 18:00'), books);
    expect(steps(again)).toEqual(['2026-11-17 second']);
  });

  const promised = (of: DunningCase, day: string, from: string, amount = 10_000): DunningCase => ({
    ...of,
    arrangement: {
      id: 'prm_1',
      kind: 'promise',
      bills: of.bills.map(({ id }) => id),
      instalments: [{ day, amount }],
      from,
      open: 10_000,
    },
  });
  const begun = () => live(newCase(), sh('2026-11-01 09:00'), sh('2026-11-18 09:00'), always(due)).of;

  it('a promise stands in the way of every step until its day (FEE-5)', () => {
    const of = promised(begun(), '2026-12-02', '2026-11-18');
    expect(stateOf(of, '2026-11-25')).toBe('promised');
    expect(live(of, sh('2026-11-18 10:00'), sh('2026-12-02 23:00'), always(due)).told).toEqual([]);
  });

  it('a broken promise goes on where it stopped, not from the start', () => {
    const of = promised(begun(), '2026-12-02', '2026-11-18');
    const lived = live(of, sh('2026-11-18 10:00'), sh('2027-01-20 18:00'), always(due));
    expect(lived.events).toEqual(['dunning.broken']);
    // Fifteen days it stood still: the notice comes on day 30 in place of 15.
    expect(steps(lived)).toEqual(['2026-12-10 notice', '2026-12-25 visit']);
  });

  it('a kept promise ends with its day and says so', () => {
    const of = promised(begun(), '2026-12-02', '2026-11-18');
    const { events, after } = follow(of, [], '2026-12-01');
    expect(events.map(({ type }) => type)).toEqual(['dunning.kept', 'dunning.cleared']);
    expect(after.arrangement).toBeUndefined();
  });

  it('a promise of a part, kept, leaves the rest to be asked for', () => {
    const of = promised(begun(), '2026-12-02', '2026-11-18', 4000);
    const { events, after } = follow(of, [{ ...due, open: 6000 }], '2026-11-20');
    expect(events.map(({ type }) => type)).toEqual(['dunning.kept']);
    expect(stateOf(after, '2026-11-20')).toBe('running');
  });

  it('an instalment plan is kept instalment by instalment', () => {
    const of: DunningCase = {
      ...promised(begun(), '2026-12-02', '2026-11-18'),
      arrangement: {
        id: 'prm_1',
        kind: 'plan',
        bills: [due.id],
        instalments: [
          { day: '2026-11-20', amount: 3000 },
          { day: '2026-12-20', amount: 7000 },
        ],
        from: '2026-11-18',
        open: 10_000,
      },
    };
    expect(follow(of, [{ ...due, open: 7000 }], '2026-12-01').events).toEqual([]);
    expect(follow(of, [{ ...due, open: 7001 }], '2026-12-01').events[0]?.type).toBe('dunning.broken');
    expect(follow(of, [{ ...due, open: 1 }], '2026-12-21').events[0]?.type).toBe('dunning.broken');
    expect(follow(of, [], '2026-12-20').events[0]?.type).toBe('dunning.kept');
  });

  it('a visit not made yet is called off, and comes again when dunning goes on', () => {
    const visited = live(newCase(), sh('2026-11-01 09:00'), sh('2026-12-11 18:00'), always(due)).of;
    const off = calledOff(promised(visited, '2026-12-20', '2026-12-11'), 'promised');
    expect(off.ends.map(({ key, done }) => `${key} ${done}`)).toEqual([
      'FEE-4.notice#1 false',
      'FEE-4.visit#2 false',
    ]);
    const lived = live(off.after, sh('2026-12-11 18:30'), sh('2026-12-31 18:00'), always(due));
    expect(steps(lived)).toEqual(['2026-12-21 visit']);
  });

  it('nobody who has left is asked; the manager decides, once', () => {
    const left = whereabouts(begun(), true);
    expect(left.opens.map(({ ruleId }) => ruleId)).toEqual(['FEE-4.decision']);
    expect(whereabouts(left.after, true)).toEqual(unchanged(left.after));
    expect(live(left.after, sh('2026-11-18 10:00'), sh('2026-12-31 18:00'), always(due)).told).toEqual([]);
    const back = whereabouts(left.after, false).after;
    expect(stateOf(back, '2026-11-18')).toBe('running');
  });

  it('an exception moves a step, leaves one out, or stops all until its day', () => {
    const of = { ...begun(), exception: { steps: { notice: 20, visit: null }, reason: '困难' } };
    const lived = live(of, sh('2026-11-18 10:00'), sh('2027-01-15 18:00'), always(due));
    expect(steps(lived)).toEqual(['2026-11-30 notice', '2027-01-09 letter']);
    const stopped = { ...begun(), exception: { stop: true, until: '2026-12-12', reason: '困难' } };
    const [first] = live(stopped, sh('2026-11-18 10:00'), sh('2027-01-15 18:00'), always(due)).told;
    expect(first?.at).toBe('2026-12-13 09:00');
  });
});

describe('after an outage', () => {
  it('only the gravest of what was missed is told', () => {
    const of = follow(newCase(), [bill('2026-11-10')], '2026-11-01').after;
    const change = tell(of, setting('2026-11-18 09:00'));
    expect(change).toMatchObject({ rung: { name: 'second' } });
    expect(tell(change.after, setting('2026-11-18 09:01'))).not.toHaveProperty('rung');
  });

  it('nothing is told at night', () => {
    const of = follow(newCase(), [bill('2026-11-10')], '2026-11-01').after;
    expect(tell(of, setting('2026-11-18 22:00'))).toEqual(unchanged(of));
    expect(wakeOf(of, setting('2026-11-18 22:00'))).toBe(sh('2026-11-19 08:30'));
  });
});

describe('whatever is issued and paid when', () => {
  const days = fc.integer({ min: 0, max: 150 });
  const life = fc.array(fc.record({ due: days, paidAfter: fc.integer({ min: -5, max: 120 }) }), {
    minLength: 1,
    maxLength: 5,
  });
  const start = '2026-10-01';

  it('every step is told at most once for a bill, in office hours, and never of a bill that is paid', () => {
    fc.assert(
      fc.property(life, (made) => {
        const all = made.map(({ due, paidAfter }, i) => ({
          id: `bill ${i}`,
          dueDay: addDays(start, due),
          open: 100,
          from: sh(`${addDays(start, due - 20)} 06:00`),
          paid: sh(`${addDays(start, due + paidAfter)} 12:00`),
        }));
        const books = (now: number) =>
          all
            .filter(({ from, paid }) => from <= now && now < paid)
            .sort((a, b) => (a.dueDay < b.dueDay ? -1 : 1));
        // The stream tells of every change; here each day is one.
        let of = newCase();
        const seen = new Set<string>();
        for (let day = -20; day < 280; day++) {
          for (const now of [sh(`${addDays(start, day)} 08:30`), sh(`${addDays(start, day)} 13:30`)]) {
            of = follow(of, books(now), dayOf(now)).after;
            const wake = wakeOf(of, setting(now));
            if (wake === undefined || wake > now) continue;
            const change = tell(of, setting(now));
            of = change.after;
            if (!('rung' in change)) continue;
            const { rung, bills } = change as Change & { rung: { name: string }; bills: { id: string }[] };
            expect(isOpen(now, schedule)).toBe(true);
            const open = books(now).map(({ id }) => id);
            for (const { id } of bills) expect(open).toContain(id);
            const occasion = `${rung.name} ${of.bills.filter(({ told }) => told.at(-1) === rung.name).map(({ id }) => id)}`;
            expect(seen).not.toContain(occasion);
            seen.add(occasion);
          }
        }
        for (const { told } of of.bills) expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('the ladder as policy', () => {
  it('an office moves steps, takes one out, adds its own', () => {
    const override = policyOverride.parse({
      effectiveFrom: '2026-12-01',
      dunning: {
        steps: { friendly: { day: -7, kind: 'message' }, second: null, third: { day: 20, kind: 'notice' } },
        lateFee: { on: true },
      },
    });
    expect(overrideProblems(override, '2026-11-01')).toEqual([]);
    const { dunning } = mergePolicy(standardPack, override, 1);
    expect(Object.keys(dunning.steps).sort()).toEqual([
      'friendly',
      'letter',
      'notice',
      'reminder',
      'third',
      'visit',
    ]);
    expect(dunning.steps.friendly?.day).toBe(-7);
    expect(dunning.lateFee).toEqual({ ...standardPack.dunning.lateFee, on: true });
  });

  it('two steps on one day are refused', () => {
    const override = policyOverride.parse({
      effectiveFrom: '2026-12-01',
      dunning: { steps: { extra: { day: 7, kind: 'visit' } } },
    });
    expect(overrideProblems(override, '2026-11-01')[0]).toMatchObject({ path: '/dunning/steps/extra/day' });
  });
});
