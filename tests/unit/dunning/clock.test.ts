import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isCovered,
  isWithinHours,
  momentOf,
  pendingSteps,
  type Rung,
  rungsOf,
  todayOf,
  wakeOf,
} from '../../../functions/dunning/clock.ts';
import type { DunningCase } from '../../../functions/dunning/model.ts';
import { standardPack } from '../../../shared/policy/index.ts';
import {
  addDays,
  createCalendar,
  type Hours,
  localText,
  openOf,
  standardHours,
} from '../../../shared/time/index.ts';
import {
  asked,
  caseWith,
  decided,
  disputeOf,
  paid,
  promiseOf,
  schedule,
  setting,
  sh,
  zone,
} from './support.ts';

const policy = standardPack.dunning;
const today = '2026-11-18';
const wall = (ms: number | undefined) => ms !== undefined && localText(ms, zone);
const excepted = (steps: Record<string, number | null>, until?: string) =>
  caseWith({ exception: { steps, reason: '困难', ...(until !== undefined && { until }) } });
const ladder = (rungs: readonly Rung[]) => rungs.map(({ name, day }) => `${name} ${day}`);

describe('the ladder of a payer (FEE-4)', () => {
  it('is the office’s, in the order of its days', () => {
    const { letter, notice, friendly } = policy.steps;
    const steps = { letter, friendly, notice } as typeof policy.steps;
    expect(rungsOf({ ...policy, steps }, caseWith(), today)).toStrictEqual([
      { name: 'friendly', day: -3, kind: 'message' },
      { name: 'notice', day: 15, kind: 'notice' },
      { name: 'letter', day: 60, kind: 'letter' },
    ]);
  });

  it('has the payer’s own days while the exception holds, also the due day itself, and leaves out what has none', () => {
    const own = excepted({ friendly: 0, reminder: null, letter: 20 }, today);
    expect(ladder(rungsOf(policy, own, today))).toEqual([
      'friendly 0',
      'second 7',
      'notice 15',
      'letter 20',
      'visit 30',
    ]);
    expect(ladder(rungsOf(policy, own, addDays(today, 1)))).toEqual(
      ladder(rungsOf(policy, caseWith(), today)),
    );
  });
});

describe('when a step comes', () => {
  const offices: Record<string, Hours> = {
    'with weekend duty': standardHours,
    'closed at weekends': { working: standardHours.working },
    'open until midnight': { working: [{ from: '08:30', to: '24:00' }] },
    'open day and night': { working: [{ from: '00:00', to: '24:00' }] },
  };

  it.each(Object.entries(offices))(
    'at an office %s: at the opening of its day, else the next, else before a due day (FEE-4)',
    (_, hours) => {
      const office = { ...schedule, hours };
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 364 }),
          fc.integer({ min: 0, max: 30 }),
          fc.oneof(fc.integer({ min: -8, max: 3 }), fc.integer({ min: 0, max: 60 })),
          (at, shift, day) => {
            const due = addDays('2026-01-01', at);
            const opening = (n: number) => openOf(addDays(due, shift + n), office);
            let n = day;
            while (opening(n) === undefined) n++;
            if (day < 0 && n > 0) {
              n = day;
              while (opening(n) === undefined) n--;
            }
            const rung = { name: 'one', kind: 'message', day } as const;
            expect(wall(momentOf(asked('a', due, { shift }), rung, office))).toBe(wall(opening(n)));
          },
        ),
      );
    },
  );

  it('on the first day after a feast that is not past the due day, it is still friendly', () => {
    const friendly = { name: 'friendly', kind: 'message', day: -3 } as const;
    // The feast ends on the 7th.
    expect(wall(momentOf(asked('a', '2026-10-08'), friendly, schedule))).toBe('2026-10-08 08:30');
    expect(wall(momentOf(asked('a', '2026-10-07'), friendly, schedule))).toBe('2026-09-30 08:30');
  });

  it('before a feast also where the office closes at midnight, when the feast has begun', () => {
    const office = { ...schedule, hours: { working: [{ from: '08:30', to: '24:00' }] } };
    const friendly = { name: 'friendly', kind: 'message', day: -3 } as const;
    expect(wall(momentOf(asked('a', '2026-10-07'), friendly, office))).toBe('2026-09-30 08:30');
    // The day after the last with hours, so midnight is when that day begins.
    expect(wall(momentOf(asked('a', '2026-10-04'), friendly, office))).toBe('2026-09-30 08:30');
  });

  it('at an office that was never open before, with its first opening', () => {
    const calendar = createCalendar({ base: 'weekends', extraRest: ['2026-11-18'] });
    const office = { calendar, hours: { working: [], holiday: [{ from: '10:00', to: '11:00' }] }, zone };
    const friendly = { name: 'friendly', kind: 'message', day: -3 } as const;
    expect(wall(momentOf(asked('a', '2026-11-10'), friendly, office))).toBe('2026-11-18 10:00');
  });
});

describe('the steps still to be told', () => {
  it('are those of every bill asked for that were not told of it', () => {
    const a = asked('a', '2026-11-10', { told: ['friendly', 'reminder', 'second', 'visit'] });
    const b = asked('b', '2026-09-10', {
      shift: 40,
      told: ['friendly', 'reminder', 'second', 'notice', 'visit'],
    });
    const of = caseWith({
      bills: [paid('x'), a, b, asked('p'), asked('q')],
      arrangement: promiseOf(['p']),
      dispute: disputeOf(['q']),
    });
    const [notice, letter] = rungsOf(policy, of, today).filter(({ name }) => /notice|letter/.test(name));
    expect(pendingSteps(of, setting('2026-11-18 09:00'))).toStrictEqual([
      { bill: a, rung: notice, at: sh('2026-11-25 08:30') },
      // The 9th of January is a Saturday.
      { bill: a, rung: letter, at: sh('2027-01-09 09:00') },
      { bill: b, rung: letter, at: sh('2026-12-19 09:00') },
    ]);
  });

  it('are on the payer’s own days', () => {
    const of = { ...excepted({ second: 8, visit: null, letter: null }, today), bills: [asked('a')] };
    const days = (at: string) =>
      pendingSteps(of, setting(at)).map(({ rung, at }) => `${rung.name} ${wall(at)}`);
    expect(days('2026-11-18 23:59').slice(2)).toEqual(['second 2026-11-18 08:30', 'notice 2026-11-25 08:30']);
    expect(days('2026-11-19 00:00').slice(2)).toHaveLength(4);
  });
});

describe('a message not long ago', () => {
  const rungs = rungsOf(policy, caseWith(), today);
  const covered = (step: string, day: string, name: string, ladder = rungs) => {
    const rung = rungs.find((one) => one.name === name) as Rung;
    const bill = asked('a', '2026-11-10', { last: { step, day } });
    return isCovered({ bill, rung, at: 0 }, setting('2026-11-18 09:00'), ladder);
  };

  it.each([
    ['second', '2026-11-17', 'second', true],
    ['second', '2026-11-17', 'reminder', true],
    ['second', '2026-11-17', 'notice', false],
    ['second', '2026-11-18', 'second', true],
    ['second', '2026-11-05', 'second', true],
    ['second', '2026-11-04', 'second', false],
  ])('with %s on %s covers %s on the 18th: %s', (step, day, name, covers) => {
    expect(covered(step, day, name)).toBe(covers);
  });

  it('covers nothing where its step is none of the ladder any more, or there was none', () => {
    expect(
      covered(
        'second',
        '2026-11-17',
        'reminder',
        rungs.filter(({ name }) => name !== 'second'),
      ),
    ).toBe(false);
    const [rung] = rungs as [Rung];
    expect(isCovered({ bill: asked('a'), rung, at: 0 }, setting('2026-11-18 09:00'), rungs)).toBe(false);
  });
});

describe('office hours', () => {
  it.each([
    ['2026-11-18 08:29', false],
    ['2026-11-18 08:30', true],
    ['2026-11-18 11:00', true],
    ['2026-11-18 12:15', true],
    ['2026-11-18 12:16', false],
    ['2026-11-18 17:45', true],
    ['2026-11-18 22:00', false],
    ['2026-10-03 10:00', false],
  ])('at %s let a message go out: %s', (at, may) => {
    expect(isWithinHours(setting(at))).toBe(may);
  });

  it('let a sweep be a quarter of an hour late, and no longer', () => {
    const late = sh('2026-11-18 12:15');
    expect(isWithinHours(setting(late))).toBe(true);
    expect(isWithinHours(setting(late + 1))).toBe(false);
  });

  it('are those of the property’s own zone, as is its day', () => {
    const there = { ...setting('2026-11-18 09:00'), schedule: { ...schedule, zone: 'America/New_York' } };
    expect(todayOf(there)).toBe('2026-11-17');
    expect(isWithinHours(there)).toBe(false);
    expect(todayOf(setting('2026-11-18 00:00'))).toBe('2026-11-18');
  });

  it('never come where an office has none', () => {
    const none = { ...setting('2026-11-18 09:00'), schedule: { ...schedule, hours: { working: [] } } };
    expect(isWithinHours(none)).toBe(false);
  });
});

describe('a case is looked at next', () => {
  const all = Object.keys(policy.steps);
  const told = ['friendly', 'reminder', 'second'];
  const a = asked('a', '2026-11-10', { told });
  const bills = [a];
  const plan = promiseOf(['a'], {
    kind: 'plan',
    instalments: ['2026-11-17', '2026-11-18', '2026-12-20'].map((day) => ({ day, amount: 1000 })),
  });
  const stop = (until?: string) => ({
    exception: { stop: true, reason: '困难', ...(until !== undefined && { until }) },
  });
  const at = '2026-11-18 09:00';

  it.each<[string, string, string | undefined, Partial<DunningCase>]>([
    ['when the next step of a bill comes', at, '2026-11-25 08:30', { bills }],
    [
      'when the first of several comes',
      at,
      '2026-11-20 08:30',
      { bills: [a, asked('b', '2026-11-19', { told: ['friendly'] })] },
    ],
    ['never, with every step told', at, undefined, { bills: [asked('a', '2026-09-10', { told: all })] }],
    ['never, with nothing open', at, undefined, { bills: [paid('a')], ...stop('2026-12-01') }],
    ['never, with the lawyers', at, undefined, { bills, decision: decided('legal'), ...stop('2026-12-01') }],
    [
      'never, with a payer who has left',
      at,
      undefined,
      { bills, movedOut: true, arrangement: promiseOf(['a']) },
    ],
    ['never, while all is disputed', at, undefined, { bills, dispute: disputeOf(['a']) }],
    ['never, stopped without an end', at, undefined, { bills, ...stop() }],
    ['on the day after a promise', at, '2026-12-03 08:30', { bills, arrangement: promiseOf(['a']) }],
    ['after an instalment of today', at, '2026-11-19 08:30', { bills, arrangement: plan }],
    [
      'after the instalment that is next',
      '2026-11-19 09:00',
      '2026-12-21 08:30',
      { bills, arrangement: plan },
    ],
    [
      'for what is not promised, if that is earlier',
      at,
      '2026-11-25 08:30',
      { bills: [a, asked('b')], arrangement: promiseOf(['b']) },
    ],
    [
      'for what is promised, if that is earlier',
      at,
      '2026-11-19 08:30',
      { bills: [a, asked('b', '2026-11-10', { told })], arrangement: { ...plan, bills: ['b'] } },
    ],
    ['after an exception that stops it', at, '2026-12-01 08:30', { bills, ...stop('2026-11-30') }],
    ['after an exception that ends today', at, '2026-11-19 08:30', { bills, ...stop(today) }],
    [
      'after an exception that moves a step past its end',
      at,
      '2026-11-23 08:30',
      { bills, exception: { steps: { notice: 90 }, until: '2026-11-22', reason: '困难' } },
    ],
    ['without regard to an exception that is over', at, '2026-11-25 08:30', { bills, ...stop('2026-11-17') }],
    ['after a suspension', at, '2026-12-01 08:30', { bills, decision: decided('suspend', '2026-11-30') }],
    [
      'after a promise that ends during a suspension',
      at,
      '2026-12-03 08:30',
      { bills, arrangement: promiseOf(['a']), decision: decided('suspend', '2026-12-30') },
    ],
    ['at once, with a step that is overdue', '2026-11-26 10:00', '2026-11-26 10:00', { bills }],
    ['after lunch, with a step that is overdue', '2026-11-26 12:30', '2026-11-26 13:30', { bills }],
    ['in the morning, with a step that is overdue', '2026-11-26 20:00', '2026-11-27 08:30', { bills }],
    // The 21st is a Saturday.
    [
      'when the office opens after a promise',
      at,
      '2026-11-21 09:00',
      { bills, arrangement: promiseOf(['a'], { instalments: [{ day: '2026-11-20', amount: 1 }] }) },
    ],
  ])('%s (%s): %s', (_, now, wake, more) => {
    expect(wall(wakeOf(caseWith(more), setting(now)))).toBe(wake ?? false);
  });
});
