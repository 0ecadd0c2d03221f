import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyCalendarProblems,
  keptVersions,
  maxUpcoming,
  outlook,
  policyAnswer,
  policyProblems,
  withVersion,
} from '../../../functions/policy/rules.ts';
import { mergePolicy, type PolicyVersion, policyFor, standardPack } from '../../../shared/policy/index.ts';
import { addDays } from '../../../shared/time/index.ts';
import { codesOf } from '../refusals.ts';

const today = '2026-10-08';
const day = (n: number) => addDays(today, n);
/** A version; `chars` is how long it is as JSON. */
const of = (version: number, effectiveFrom: string, chars = 0): PolicyVersion => {
  const one = { version, effectiveFrom, override: { effectiveFrom, ladders: { '': [] } } };
  const missing = Math.max(0, chars - JSON.stringify(one).length);
  return { ...one, override: { effectiveFrom, ladders: { ['x'.repeat(missing)]: [] } } };
};
const numbers = (versions: readonly PolicyVersion[] | undefined) => versions?.map(({ version }) => version);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('the versions an office carries on with', () => {
  it('say of every day to come what all that were ever saved say, the oldest first', () => {
    const saves = fc.array(
      fc.record({ later: fc.integer({ min: 0, max: 3 }), ahead: fc.integer({ min: 0, max: 4 }) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(saves, (all) => {
        const ever: PolicyVersion[] = [];
        let kept: PolicyVersion[] = [];
        let now = 0;
        for (const [i, { later, ahead }] of all.entries()) {
          now += later;
          const added = of(i + 1, day(now + ahead));
          ever.push(added);
          kept = withVersion(kept, added, day(now)) ?? [];
          expect(numbers(kept)).toEqual(numbers(kept)?.toSorted((a, b) => a - b));
          for (let n = now; n <= now + 5; n++) {
            expect(policyFor(kept, day(n)).version).toBe(policyFor(ever, day(n)).version);
          }
        }
      }),
    );
  });

  it('are those of the past too while they fit, but no more than fifty', () => {
    const past = upTo(60).map((n) => of(n, today));
    expect(numbers(withVersion(past.slice(0, 49), of(50, today), today))).toEqual(upTo(50));
    expect(numbers(withVersion(past, of(61, today), today))).toEqual(upTo(61).slice(61 - keptVersions));
    expect(keptVersions).toBe(50);
  });

  it('leave out what a later one of the same day to come stands in for', () => {
    const versions = [of(1, day(-1)), of(2, day(3)), of(3, day(4))];
    expect(numbers(withVersion(versions, of(4, day(3)), today))).toEqual([1, 3, 4]);
  });

  it('wait for their days, twelve at most; what holds today and what is replaced does not count', () => {
    const waiting = [of(1, day(-9)), of(2, today), ...upTo(maxUpcoming).map((n) => of(n + 2, day(n)))];
    const full = withVersion(waiting.slice(0, -1), waiting.at(-1) as PolicyVersion, today);
    expect(numbers(full)).toEqual(upTo(14));
    expect(withVersion(waiting, of(15, day(13)), today)).toBeUndefined();
    expect(numbers(withVersion(waiting, of(15, day(5)), today))).toEqual(
      [...upTo(14), 15].filter((n) => n !== 7),
    );
    expect(numbers(withVersion(waiting, of(15, today), today))).toEqual(upTo(15));
    expect(maxUpcoming).toBe(12);
  });

  it('have 130 000 characters together, or what is not needed goes, the oldest first', () => {
    const whole = 130_000;
    // A list of one has its brackets.
    expect(numbers(withVersion([], of(1, today, whole - 2), today))).toEqual([1]);
    expect(withVersion([], of(1, today, whole - 1), today)).toBeUndefined();
    const past = (chars: number) => [of(1, day(-3)), of(2, day(-2), chars), of(3, day(-1), 30_000 - 2)];
    const added = of(4, today, 50_000 - 2);
    expect(numbers(withVersion(past(49_500), added, today))).toEqual([1, 2, 3, 4]);
    expect(numbers(withVersion(past(50_000 - 2), added, today))).toEqual([2, 3, 4]);
    // One that does not fit ends it: there is no gap in what is kept.
    expect(numbers(withVersion(past(50_000 - 1), added, today))).toEqual([3, 4]);
  });
});

describe('the policy of a day as it is answered', () => {
  const versions = [of(1, day(-1)), of(2, day(9)), of(3, day(2)), of(4, today), of(5, day(5))];

  it('is the standard pack where nothing was set', () => {
    expect(policyAnswer([], 0, today)).toEqual({ day: today, policy: standardPack, latest: 0, upcoming: [] });
  });

  it('comes with the override that makes it, and with the days of those to come in their order', () => {
    const { override } = of(4, today);
    expect(policyAnswer(versions, 5, today)).toEqual({
      day: today,
      policy: mergePolicy(standardPack, override, 4),
      override,
      latest: 5,
      upcoming: [
        { version: 3, effectiveFrom: day(2) },
        { version: 5, effectiveFrom: day(5) },
        { version: 2, effectiveFrom: day(9) },
      ],
    });
  });
});

describe('what is wrong', () => {
  it('with an override is told at its place in the body', () => {
    expect(codesOf(policyProblems({ effectiveFrom: day(-1) }, today))).toEqual([
      '/body/effectiveFrom in-the-past',
    ]);
  });

  it('is told up to a hundred times', () => {
    const twice = { at: 'due', kind: 'due', to: ['owner', 'owner'], channels: ['inbox', 'inbox'] } as const;
    const ladder = Array.from({ length: 20 }, () => ({
      ...twice,
      to: [...twice.to],
      channels: [...twice.channels],
    }));
    const ladders = (n: number) => Object.fromEntries(upTo(n).map((i) => [`own${i}`, ladder]));
    expect(policyProblems({ effectiveFrom: today, ladders: ladders(2) }, today)).toHaveLength(80);
    expect(policyProblems({ effectiveFrom: today, ladders: ladders(3) }, today)).toHaveLength(100);
  });
});

describe('a calendar', () => {
  /** The working days of 2025 by plain weekends, the first and the last of the year among them. */
  const worked = upTo(365)
    .map((n) => addDays('2024-12-31', n))
    .filter((date) => ![0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay()));
  const offBut = (n: number) => worked.slice(n - 1, -1);

  it('that fits is taken, whether or not it has days of its own', () => {
    expect(bodyCalendarProblems({ base: 'cn' })).toEqual([]);
    expect(
      bodyCalendarProblems({ base: 'weekends', extraRest: ['2026-03-09'], extraWork: ['2026-03-07'] }),
    ).toEqual([]);
    const years = { '2027': { holidays: ['2027-01-01'], makeUp: ['2027-01-03'] } };
    expect(bodyCalendarProblems({ base: 'cn', years })).toEqual([]);
  });

  it('has at least fifty working days a year: counting them would have no end (TIME-5)', () => {
    expect(worked).toHaveLength(261);
    expect(bodyCalendarProblems({ base: 'weekends', extraRest: offBut(50) })).toEqual([]);
    const problems = bodyCalendarProblems({ base: 'weekends', extraRest: offBut(49) });
    expect(codesOf(problems)).toEqual(['/body/extraRest hardly-works']);
    expect(problems[0]?.detail.en).toContain('fewer than 50 working days in 2025.');
    expect(problems[0]?.detail.zh).toContain('2025 年的工作日不足 50 天');
  });

  it('says of a year that was given whole that the year is wrong, of each that is', () => {
    const year = (n: number) => ({ '2025': { holidays: offBut(n), makeUp: [] } });
    expect(bodyCalendarProblems({ base: 'cn', years: year(50) })).toEqual([]);
    expect(codesOf(bodyCalendarProblems({ base: 'cn', years: year(49) }))).toEqual([
      '/body/years/2025 hardly-works',
    ]);
    const both = { base: 'weekends' as const, years: year(49), extraRest: ['2025-12-31', '2026-03-09'] };
    expect(codesOf(bodyCalendarProblems(both))).toEqual(['/body/years/2025 hardly-works']);
    const other = { '2026': { holidays: [], makeUp: [] } };
    expect(codesOf(bodyCalendarProblems({ base: 'weekends', years: other, extraRest: offBut(49) }))).toEqual([
      '/body/extraRest hardly-works',
    ]);
  });

  it('with days that do not fit is told of these first', () => {
    const rest = [...offBut(49), '2025-02-30'];
    expect(codesOf(bodyCalendarProblems({ base: 'weekends', extraRest: rest }))).toEqual([
      `/body/extraRest/${rest.length - 1} not-a-day`,
    ]);
  });

  it('looks three years ahead for what is published (TIME-7); days of the office publish nothing', () => {
    const years = { '2101': { holidays: [], makeUp: [] } };
    const config = { base: 'cn' as const, years, extraRest: ['2102-10-01'], extraWork: ['2100-10-01'] };
    expect(outlook(config, 2100)).toEqual([
      { year: 2100, published: false },
      { year: 2101, published: true },
      { year: 2102, published: false },
    ]);
    expect(outlook({ base: 'weekends' }, 2100, 1)).toEqual([{ year: 2100, published: true }]);
    expect(outlook({ base: 'cn' }, 2025, 1)).toEqual([{ year: 2025, published: true }]);
  });
});
