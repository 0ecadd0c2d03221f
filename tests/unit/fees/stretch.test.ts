import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BillInput } from '../../../functions/fees/line.ts';
import type { Standard } from '../../../functions/fees/schema.ts';
import { type Stretch, stretchesOf, versionOn } from '../../../functions/fees/stretch.ts';
import { addDays, type Day } from '../../../shared/time/index.ts';
import { input, owner, standard, tenant, version } from './facts.ts';

type Period = { from: Day; to?: Day | undefined };

const on = <P extends Period>(periods: readonly P[], day: Day): P | undefined =>
  periods.filter(({ from, to = '9999-12-31' }) => from <= day && day <= to)[0];

/** Every day of the cycle by itself, then counted: what is the same on two days is one. */
function dayByDay({ facts, cycle }: BillInput, of: Standard): Stretch[] {
  const mine = <P extends { standardId: string }>(all: readonly P[]) =>
    all.filter(({ standardId }) => standardId === of.id);
  const counted: Stretch[] = [];
  for (let day = cycle.from; day <= cycle.to; day = addDays(day, 1)) {
    const begun = of.versions.filter(({ from }) => from <= day).sort((a, b) => b.n - a.n);
    const assigned = on(mine(facts.assignments), day);
    const [inForce] = begun;
    if (!inForce || day > (of.to ?? day)) continue;
    if (of.appliesTo === 'assigned' && !assigned) continue;
    const payers = (role: string) =>
      on(
        facts.occupancies.filter((one) => one.role === role),
        day,
      )?.payerId;
    const lives = inForce.payer === 'tenant' ? payers('tenant') : undefined;
    const today = {
      version: inForce,
      quantity: assigned ? assigned.quantity : '1',
      payerId: lives ?? payers('owner'),
      vacant: on(facts.vacancies, day) !== undefined,
      exception: on(mine(facts.exceptions), day),
    };
    const same = counted.find(
      (one) =>
        one.version === today.version &&
        one.quantity === today.quantity &&
        one.payerId === today.payerId &&
        one.vacant === today.vacant &&
        one.exception === today.exception,
    );
    if (same) same.days += 1;
    else counted.push({ ...today, days: 1 });
  }
  return counted;
}

const october = (n: number) => addDays('2026-10-01', n);
// Some of it before the cycle, some on its first and last day, some behind it.
const begins = fc.integer({ min: -4, max: 33 });
const period: fc.Arbitrary<Period> = fc
  .tuple(begins, fc.nat(20), fc.boolean())
  .map(([from, days, ends]) => ({ from: october(from), ...(ends && { to: october(from + days) }) }));
const theStandards = fc.constantFrom('fee_A', 'fee_A', 'fee_B');
const some = <T>(one: fc.Arbitrary<T>, maxLength = 3) => fc.array(one, { maxLength });

const lives = fc.tuple(fc.constantFrom(owner, tenant), fc.constantFrom('cus_A', 'cus_B'), period);
const facts = fc.record({
  occupancies: some(lives, 5).map((all) => all.map(([as, payerId, { from, to }]) => as(payerId, from, to))),
  vacancies: some(period),
  assignments: some(fc.record({ standardId: theStandards, quantity: fc.constantFrom('1', '2'), period })).map(
    (all) => all.map(({ period, ...rest }) => ({ ...rest, ...period })),
  ),
  exceptions: some(fc.record({ standardId: theStandards, period })).map((all) =>
    all.map(({ period, ...rest }) => ({ kind: 'exempt' as const, reason: '抵扣', ...rest, ...period })),
  ),
});
const fee = fc
  .record({
    starts: fc.uniqueArray(begins, { minLength: 1, maxLength: 3 }),
    old: fc.boolean(),
    to: fc.option(begins.map(october), { nil: undefined }),
    appliesTo: fc.constantFrom('all' as const, 'assigned' as const),
    payer: fc.constantFrom('owner' as const, 'tenant' as const),
  })
  .map(({ starts, old, payer, ...rest }) =>
    standard({
      ...rest,
      versions: starts
        .sort((a, b) => a - b)
        .map((from, i) => version(i + 1, old && i === 0 ? '2020-01-01' : october(from), { payer })),
    }),
  );

describe('the days of a cycle', () => {
  it('are put together where all that decides about a fee is the same, as if each were looked at (FEE-2)', () => {
    fc.assert(
      fc.property(facts, fee, (facts, of) => {
        const from = input({ facts });
        const expected = dayByDay(from, of);
        if (expected.length > 0 && expected.every(({ payerId }) => payerId === undefined)) {
          expect(() => stretchesOf(from, of)).toThrow('Nobody is on file to pay for this unit.');
        } else expect(stretchesOf(from, of)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('that are alike are one stretch even where others lie between', () => {
    const vacancies = [{ from: '2026-10-11', to: '2026-10-15' }];
    expect(stretchesOf(input({ facts: { vacancies } }), standard())).toMatchObject([
      { days: 26, vacant: false },
      { days: 5, vacant: true },
    ]);
  });

  it('can be without a payer only if some other is not', () => {
    const occupancies = [owner('cus_A', '2026-10-11', '2026-10-20')];
    expect(stretchesOf(input({ facts: { occupancies } }), standard())).toMatchObject([
      { days: 21, payerId: undefined },
      { days: 10, payerId: 'cus_A' },
    ]);
  });
});

describe('a standard (FEE-1)', () => {
  const changed = standard({
    to: '2026-12-31',
    versions: [version(1, '2026-01-01', {}), version(2, '2026-07-01', {})],
  });
  it.each([
    ['2025-12-31', undefined],
    ['2026-01-01', 1],
    ['2026-06-30', 1],
    ['2026-07-01', 2],
    ['2026-12-31', 2],
    ['2027-01-01', undefined],
  ])('on %s is in force as version %s', (day, n) => {
    expect(versionOn(changed, day)?.n).toBe(n);
  });
});
