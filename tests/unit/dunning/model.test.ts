import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeBills,
  type DunningCase,
  type Exception,
  exceptionOn,
  oldestDue,
  openBills,
  openStepsOf,
  pausedBills,
  type State,
  sparedThrough,
  stateOf,
  stopped,
  suspendedUntil,
  withoutException,
} from '../../../functions/dunning/model.ts';
import { addDays } from '../../../shared/time/index.ts';
import { asked, caseWith, decided, disputeOf, paid, promiseOf } from './support.ts';

const today = '2026-11-20';
const yesterday = '2026-11-19';
const tomorrow = '2026-11-21';
const ids = (bills: { id: string }[]) => bills.map(({ id }) => id);
const excepted = (more: Partial<Exception>): Partial<DunningCase> => ({
  exception: { reason: '困难', ...more },
});

describe('the bills of a case', () => {
  it('are open until they are paid, and asked for unless they are promised or disputed (FEE-5)', () => {
    const of = caseWith({
      bills: [paid('a'), asked('b'), asked('c'), asked('d'), paid('e')],
      arrangement: promiseOf(['b', 'e']),
      dispute: disputeOf(['d']),
    });
    expect(ids(openBills(of))).toEqual(['b', 'c', 'd']);
    expect([...pausedBills(of)]).toEqual(['b', 'e', 'd']);
    expect(ids(activeBills(of))).toEqual(['c']);
  });

  it('stand still for nothing where there is neither promise nor dispute', () => {
    const of = caseWith({ bills: [asked('a')] });
    expect([...pausedBills(of)]).toEqual([]);
    expect(ids(activeBills(of))).toEqual(['a']);
  });

  it('make the case as old as the oldest of them that is open', () => {
    const bills = [paid('a', '2026-09-10'), asked('b', '2026-11-10'), asked('c', '2026-10-10')];
    expect(oldestDue({ bills })).toBe('2026-10-10');
    expect(oldestDue({ bills: bills.slice(0, 1) })).toBeUndefined();
  });
});

describe('how a case stands', () => {
  const one = [asked('a')];
  const two = [asked('a'), asked('b')];
  const legal = { decision: decided('legal') };
  const stop = excepted({ stop: true });

  it.each<[string, State, Partial<DunningCase>]>([
    [
      'with nothing open, whatever was decided',
      'clear',
      { bills: [paid('a')], movedOut: true, ...legal, ...stop },
    ],
    ['before its first bill', 'clear', {}],
    [
      'in the hands of the lawyers, whatever the exception',
      'legal',
      { bills: one, movedOut: true, ...legal, ...stop },
    ],
    [
      'stopped by exception, also of somebody who has left',
      'stopped',
      { bills: one, movedOut: true, ...stop },
    ],
    ['suspended through today', 'stopped', { bills: one, decision: decided('suspend', today) }],
    ['suspended until yesterday', 'running', { bills: one, decision: decided('suspend', yesterday) }],
    ['with an exception that stops nothing', 'running', { bills: one, ...excepted({ noLateFee: true }) }],
    [
      'of somebody who has left, with a promise',
      'movedOut',
      { bills: one, movedOut: true, arrangement: promiseOf(['a']) },
    ],
    [
      'of somebody who has left, suspended no longer',
      'movedOut',
      { bills: one, movedOut: true, decision: decided('suspend', yesterday) },
    ],
    [
      'of somebody who has left and is to be asked all the same',
      'running',
      { bills: one, movedOut: true, decision: decided('continue') },
    ],
    ['with one of two promised', 'running', { bills: two, arrangement: promiseOf(['a']) }],
    ['with all promised', 'promised', { bills: one, arrangement: promiseOf(['a']) }],
    ['with all in a plan', 'plan', { bills: one, arrangement: promiseOf(['a'], { kind: 'plan' }) }],
    [
      'with one promised and one disputed',
      'promised',
      { bills: two, arrangement: promiseOf(['a']), dispute: disputeOf(['b']) },
    ],
    ['with all disputed', 'disputed', { bills: one, dispute: disputeOf(['a']) }],
  ])('%s: %s', (_, state, more) => {
    expect(stateOf(caseWith(more), today)).toBe(state);
  });

  it('stands still by exception or by decision, and by no other of these', () => {
    expect(stopped(caseWith(stop), today)).toBe(true);
    expect(stopped(caseWith({ decision: decided('suspend', today) }), today)).toBe(true);
    expect(stopped(caseWith(excepted({ stop: true, until: yesterday })), today)).toBe(false);
    expect(stopped(caseWith({ ...excepted({}), ...legal }), today)).toBe(false);
  });
});

describe('an exception', () => {
  it.each([
    [undefined, true],
    [yesterday, false],
    [today, true],
    [tomorrow, true],
  ])('with %s as its last day holds on 2026-11-20: %s', (until, holds) => {
    const exception: Exception = { stop: true, until, reason: '困难' };
    expect(exceptionOn({ exception }, today)).toBe(holds ? exception : undefined);
  });

  it('is none where there is none', () => {
    expect(exceptionOn({}, today)).toBeUndefined();
  });

  it('spares late fees through its last day, and what was spared stays spared (FEE-9)', () => {
    const day = fc.integer({ min: 0, max: 8 }).map((n) => addDays('2026-11-15', n));
    const before = fc.integer({ min: 0, max: 5 }).map((n) => addDays('2026-11-15', n));
    const exception = fc.record({ noLateFee: fc.boolean(), until: fc.option(day, { nil: undefined }) });
    fc.assert(
      fc.property(
        fc.option(exception, { nil: undefined }),
        fc.option(before, { nil: undefined }),
        (given, spared) => {
          const of = caseWith({ ...(given && excepted(given)), ...(spared !== undefined && { spared }) });
          let last: string | undefined;
          for (let one = '2026-11-15'; one <= today; one = addDays(one, 1)) {
            const now = given?.noLateFee && (given.until === undefined || one <= given.until);
            if (now || (spared !== undefined && one <= spared)) last = one;
          }
          expect(sparedThrough(of, today)).toBe(last);
          const lifted = withoutException(of, today);
          expect(lifted).toStrictEqual(caseWith(last === undefined ? {} : { spared: last }));
          expect(sparedThrough(lifted, tomorrow)).toBe(last);
        },
      ),
    );
  });
});

describe('a suspension (FEE-4)', () => {
  it.each([
    ['suspend', yesterday, undefined],
    ['suspend', today, today],
    ['suspend', tomorrow, tomorrow],
    ['suspend', undefined, undefined],
    ['continue', tomorrow, undefined],
    ['legal', tomorrow, undefined],
  ] as const)('decided as %s until %s holds on 2026-11-20 until %s', (decision, until, holds) => {
    expect(suspendedUntil({ decision: decided(decision, until) }, today)).toBe(holds);
  });

  it('is none where nothing was decided', () => {
    expect(suspendedUntil({}, today)).toBeUndefined();
  });
});

describe('the steps that are open to a person', () => {
  const always = ['served', 'visit', 'decision', 'exception'];
  const two = [asked('a'), asked('b')];

  it.each<[string, string[], Partial<DunningCase>]>([
    ['with nothing open: only what is different next time', ['exception'], { bills: [paid('a')] }],
    ['with bills that are asked for', ['promise', 'plan', 'dispute', ...always], { bills: two }],
    [
      'with a promise of one: no second promise',
      ['dispute', ...always],
      { bills: two, arrangement: promiseOf(['a']) },
    ],
    ['with a promise of all: nothing to dispute', always, { bills: two, arrangement: promiseOf(['a', 'b']) }],
    [
      'with a dispute about one: no second dispute',
      ['promise', 'plan', 'resolve-dispute', ...always],
      { bills: two, dispute: disputeOf(['a']) },
    ],
    [
      'with a dispute about all: nothing to promise',
      ['resolve-dispute', ...always],
      { bills: two, dispute: disputeOf(['a', 'b']) },
    ],
  ])('%s (FEE-5)', (_, steps, more) => {
    expect(openStepsOf(caseWith(more))).toEqual(steps);
  });
});
