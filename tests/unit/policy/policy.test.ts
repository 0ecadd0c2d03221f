import { describe, expect, it } from 'vitest';
import {
  LADDER_MAX,
  mergePolicy,
  overrideProblems,
  type PolicyOverride,
  policyFor,
  ruleIds,
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

describe('the standard pack', () => {
  it.each([
    ['TICKET-3.major', { unit: 'workingDays', n: 1 }],
    ['TICKET-3.general', { unit: 'workingDays', n: 3 }],
    ['TICKET-8', { unit: 'hours', n: 24 }],
    ['CALLBACK-1', { unit: 'weeks', n: 1 }],
    ['CALLBACK-2', { unit: 'weeks', n: 2 }],
    ['CALLBACK-4', { unit: 'sameDay' }],
  ] as const)('%s has the figure of the regulations', (id, period) => {
    expect(standardPack.rules[id]).toMatchObject({ period, basis: 'regulation' });
  });

  it('marks every figure of our own as such', () => {
    const house = ruleIds.filter((id) => standardPack.rules[id].basis === 'house');
    expect(house).toEqual([
      'TICKET-4.serious',
      'TICKET-4.critical',
      'TICKET-5',
      'TICKET-6.urgent',
      'TICKET-6.normal',
      'TICKET-6.order',
      'TICKET-12',
      'CALLBACK-5.major',
      'CALLBACK-5.general',
      'CALLBACK-5.urgent',
      'CALLBACK-5.other',
      'CALLBACK-6',
      'CALLBACK-7',
      'FEE-6.offer',
      'FEE-6.execute',
      'FEE-6.notice',
      'FEE-4.notice',
      'FEE-4.visit',
      'FEE-4.decision',
      'FEE-5',
    ]);
    expect(standardPack.callbacks).toEqual({ attempts: 3, repairSharePercent: 100 });
  });

  it('would pass as an override of itself, and has the shape it travels in', () => {
    const own = { effectiveFrom: today, ladders: standardPack.ladders };
    expect(policyOverride.parse(own)).toEqual(own);
    expect(codes(own)).toEqual([]);
    expect(policyShape.parse(standardPack)).toEqual(standardPack);
    for (const id of ruleIds) expect(standardPack.ladders).toHaveProperty(standardPack.rules[id].ladder);
  });

  it('climbs: every ladder tells someone at due, then goes up without skipping a level (TICKET-5)', () => {
    const levels = ['owner', 'lead', 'supervisor', 'manager'];
    for (const ladder of Object.values(standardPack.ladders)) {
      expect(ladder.some(({ at }) => at === 'due')).toBe(true);
      const climbed = ladder
        .filter(({ kind }) => kind !== 'remind')
        .flatMap(({ to }) => to.map((who) => levels.indexOf(who)));
      expect(climbed).toEqual(climbed.map((_, i) => (climbed[0] ?? 0) + i));
      expect(climbed.at(-1)).toBe(3);
    }
  });
});

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
    const due = { at: 'due', kind: 'due', to: ['owner'], channels: ['inbox'] } as const;
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
