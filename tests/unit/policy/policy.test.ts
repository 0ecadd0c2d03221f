import { describe, expect, it } from 'vitest';
import {
  LADDER_MAX,
  type LadderStep,
  mergePolicy,
  overrideProblems,
  type PolicyOverride,
  policyFor,
  standardPack,
} from '../../../shared/policy/index.ts';
import { policyOverride, policyShape } from '../../../shared/policy/schema.ts';
import { codesOf } from '../refusals.ts';

const today = '2026-10-08';
const override = (more: Omit<PolicyOverride, 'effectiveFrom'> = {}): PolicyOverride => ({
  effectiveFrom: '2026-11-01',
  ...more,
});
const codes = (document: PolicyOverride) => codesOf(overrideProblems(document, today));

const due: LadderStep = { at: 'due', kind: 'due', to: ['owner'], channels: ['inbox'] };
const again = (max: number): LadderStep => ({ ...due, repeat: { every: { unit: 'hours', n: 1 }, max } });

describe('an override', () => {
  it('replaces the figures it names and nothing else', () => {
    const period = { unit: 'hours', n: 4 } as const;
    const policy = mergePolicy(
      standardPack,
      override({ rules: { 'TICKET-8': { period } }, callbacks: { attempts: 5 } }),
      7,
    );
    expect(policy).toEqual({
      ...standardPack,
      version: 7,
      effectiveFrom: '2026-11-01',
      rules: {
        ...standardPack.rules,
        'TICKET-8': { ...standardPack.rules['TICKET-8'], period, basis: 'office' },
      },
      callbacks: { attempts: 5, repairSharePercent: 100 },
    });
    expect(policyShape.parse(policy)).toEqual(policy);
  });

  it('may turn a switch off and a share to nothing, which are values too', () => {
    const policy = mergePolicy(
      standardPack,
      override({ quietHours: { respect: false }, callbacks: { repairSharePercent: 0 } }),
      1,
    );
    expect(policy.quietHours).toEqual({ respect: false, exceptCritical: true });
    expect(policy.callbacks.repairSharePercent).toBe(0);
  });

  it('may bring a ladder of its own and put a rule on it, the figure staying the regulations\u2019', () => {
    const ladder = [
      { at: 'due' as const, kind: 'due' as const, to: ['owner' as const], channels: ['robot' as const] },
    ];
    const document = override({ ladders: { brief: ladder }, rules: { 'CALLBACK-1': { ladder: 'brief' } } });
    expect(codes(document)).toEqual([]);
    const policy = mergePolicy(standardPack, document, 1);
    expect(policy.ladders.brief).toEqual(ladder);
    expect(policy.rules['CALLBACK-1']).toMatchObject({ ladder: 'brief', basis: 'regulation' });
  });

  it('does not touch the pack', () => {
    const before = structuredClone(standardPack);
    mergePolicy(standardPack, override({ rules: { 'CALLBACK-4': { period: { unit: 'hours', n: 2 } } } }), 1);
    expect(standardPack).toEqual(before);
  });

  it.each([
    ['an unknown rule', { rules: { 'TICKET-99': {} } }],
    ['an unknown field', { colour: 'red' }],
    ['no day to begin', { effectiveFrom: undefined }],
    ['a day that does not exist', { effectiveFrom: '2026-02-30' }],
    ['a period of zero', { rules: { 'TICKET-8': { period: { unit: 'hours', n: 0 } } } }],
    ['a period past its bound', { rules: { 'TICKET-8': { period: { unit: 'weeks', n: 521 } } } }],
    ['half a day', { rules: { 'TICKET-8': { period: { unit: 'days', n: 0.5 } } } }],
    ['a same day of several', { rules: { 'CALLBACK-4': { period: { unit: 'sameDay', n: 2 } } } }],
    ['a share above all', { callbacks: { repairSharePercent: 101 } }],
    ['no attempt at all', { callbacks: { attempts: 0 } }],
    ['an empty ladder', { ladders: { brief: [] } }],
    ['a ladder to nobody', { ladders: { brief: [{ at: 'due', kind: 'due', to: [], channels: ['inbox'] }] } }],
    ['a ladder with a strange name', { ladders: { '../x': [] } }],
    ['a role we do not have', { digest: { roles: ['king'] } }],
  ])('is refused by its shape for %s', (_, wrong) => {
    expect(policyOverride.safeParse({ ...override(), ...wrong }).success).toBe(false);
  });

  it('is refused where its parts do not fit, with every path at once', () => {
    const early = { ...due, at: { before: 'half' } } as const;
    const document = {
      effectiveFrom: '2026-10-07',
      rules: { 'TICKET-8': { ladder: 'nowhere' } },
      ladders: {
        early: [early],
        twice: [{ ...due, to: ['owner', 'owner'], channels: ['inbox', 'inbox'] }],
        endless: [1, 2].map(() => ({ ...due, repeat: { every: { unit: 'hours', n: 1 }, max: 60 } })),
      },
    };
    expect(codes(policyOverride.parse(document))).toEqual([
      '/effectiveFrom in-the-past',
      '/rules/TICKET-8/ladder no-such-ladder',
      '/ladders/early never-due',
      '/ladders/early/0/kind due-elsewhere',
      '/ladders/twice/0/to repeated',
      '/ladders/twice/0/channels repeated',
      '/ladders/endless too-many',
    ]);
    expect(LADDER_MAX).toBe(100);
  });

  it('cannot put a rule on a name every object has', () => {
    expect(codes(override({ rules: { 'TICKET-8': { ladder: 'constructor' } } }))).toEqual([
      '/rules/TICKET-8/ladder no-such-ladder',
    ]);
  });

  it('cannot say by when a service order is due, which says so itself; who is told then it can (TICKET-6)', () => {
    const own = { period: { unit: 'hours', n: 4 }, ladder: 'urgent' } as const;
    expect(codes(override({ rules: { 'TICKET-6.order': own } }))).toEqual([
      '/rules/TICKET-6.order/period named',
    ]);
    expect(codes(override({ rules: { 'TICKET-6.order': { ladder: 'urgent' } } }))).toEqual([]);
    const named = { rules: { 'TICKET-8': { period: { unit: 'named' } } }, effectiveFrom: today };
    expect(policyOverride.safeParse(named).success).toBe(false);
  });

  it('may begin today', () => {
    expect(codes({ effectiveFrom: today })).toEqual([]);
  });

  it.each(['1899-12-31', '2026-02-30', '3000-01-01'])(
    'cannot begin on %s, which no calendar knows',
    (day) => {
      expect(codes({ effectiveFrom: day })).toEqual(['/effectiveFrom not-a-day']);
    },
  );

  it('may set any other figure, and ladders that only speak after due', () => {
    const late = { ...due, at: { after: 'half' }, kind: 'escalate' } as const;
    const document = override({
      rules: { 'TICKET-8': { period: { unit: 'hours', n: 4 } } },
      ladders: { late: [late] },
    });
    expect(codes(document)).toEqual([]);
  });

  it.each<[number, LadderStep[], string[]]>([
    [100, [again(60), again(38)], []],
    [101, [again(60), again(39)], ['/ladders/own too-many']],
    [100, [again(60), again(36), due, due], []],
    [101, [again(60), again(36), due, due, due], ['/ladders/own too-many']],
  ])('with a ladder of %i messages, repetitions counted, is held against the most there may be', (...at) => {
    const [, ladder, wrong] = at;
    expect(codes(override({ ladders: { own: ladder } }))).toEqual(wrong);
  });
});

describe('an override of dunning', () => {
  const { dunning: standard } = standardPack;
  const merged = (dunning: PolicyOverride['dunning']) =>
    mergePolicy(standardPack, override({ dunning }), 1).dunning;

  it('moves, adds and takes out steps by their names, the others staying (FEE-4)', () => {
    const { second: _, ...others } = standard.steps;
    const call = { day: 45, kind: 'visit' } as const;
    const notice = { day: 20, kind: 'notice' } as const;
    expect(merged({ steps: { second: null, notice, call } })).toEqual({
      ...standard,
      steps: { ...others, notice, call },
    });
  });

  it.each([
    { restDays: 0 },
    { lateFee: { on: true } },
    { lateFee: { afterDays: 0 } },
    { lateFee: { ratePerDay: '0.001' } },
    { lateFee: { compounding: true } },
    { lateFee: { capPercent: 10 } },
    { lateFee: { pausesFor: ['dispute' as const] } },
  ])('replaces by %j that figure alone (FEE-9)', (part) => {
    expect(merged(part)).toEqual({
      ...standard,
      ...part,
      lateFee: { ...standard.lateFee, ...part.lateFee },
    });
  });

  it('may turn off what the pack it is for has on', () => {
    const on = mergePolicy(standardPack, override({ dunning: { lateFee: { on: true } } }), 1);
    expect(
      mergePolicy(on, override({ dunning: { lateFee: { on: false, afterDays: 9 } } }), 2).dunning,
    ).toEqual({ ...standard, lateFee: { ...standard.lateFee, afterDays: 9 } });
  });

  it('cannot put two steps on one day, its own or the pack\u2019s; where the one made room it can (FEE-4)', () => {
    const call = { day: 30, kind: 'visit' } as const;
    const wrong = (dunning: PolicyOverride['dunning']) => codes(override({ dunning }));
    expect(wrong({ steps: { call } })).toEqual(['/dunning/steps/call/day same-day']);
    expect(wrong({ steps: { call, more: call } })).toEqual([
      '/dunning/steps/call/day same-day',
      '/dunning/steps/more/day same-day',
    ]);
    expect(wrong({ steps: { call, visit: null } })).toEqual([]);
    expect(wrong({ steps: { call, visit: { day: 31, kind: 'visit' } } })).toEqual([]);
  });
});

describe('the policy of a day', () => {
  const of = (version: number, effectiveFrom: string) => ({
    version,
    effectiveFrom,
    override: { effectiveFrom, callbacks: { attempts: version } },
  });
  const versions = [of(1, '2026-11-01'), of(3, '2026-12-01'), of(2, '2027-01-01'), of(4, '2026-12-01')];

  it.each([
    ['2026-10-31', 0],
    ['2026-11-01', 1],
    ['2026-11-30', 1],
    ['2026-12-01', 4],
    ['2026-12-31', 4],
    ['2027-01-01', 2],
    ['2030-01-01', 2],
  ])('%s is version %i, in whatever order they are kept', (day, version) => {
    for (const order of [versions, versions.toReversed()]) {
      const policy = policyFor(order, day);
      expect(policy.version).toBe(version);
      expect(policy.callbacks.attempts).toBe(version || 3);
    }
  });
});
