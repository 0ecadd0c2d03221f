import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packReasons, packSteps, unpackReasons, unpackSteps } from '../../../shared/obligations/codec.ts';
import type { PlannedStep } from '../../../shared/obligations/types.ts';
import { channels, recipients, stepKinds } from '../../../shared/policy/index.ts';
import {
  addDays,
  type DayKind,
  deadline,
  iso,
  namedDeadline,
  type Period,
  type Reason,
} from '../../../shared/time/index.ts';
import { schedule, sh } from './fixtures.ts';

const instant = fc.integer({ min: 0, max: Date.parse('2100-01-01') }).map(iso);

const step: fc.Arbitrary<PlannedStep> = fc
  .record({
    n: fc.integer({ min: 1, max: 100 }),
    at: instant,
    kind: fc.constantFrom(...stepKinds),
    to: fc.subarray([...recipients], { minLength: 1 }),
    channels: fc.subarray([...channels], { minLength: 1 }),
    critical: fc.boolean(),
    merge: fc.boolean(),
    sentAt: fc.option(instant, { nil: undefined }),
  })
  .map(({ sentAt, ...rest }) => (sentAt === undefined ? rest : { ...rest, sentAt }));

const units = ['hours', 'days', 'workingDays', 'weeks', 'months'] as const;
const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constant({ unit: 'sameDay' as const }),
  fc.record({ unit: fc.constantFrom(...units), n: fc.integer({ min: 1, max: 12 }) }),
);

const whys: DayKind[] = ['working', 'weekend', 'holiday', 'makeup', 'extraWork', 'extraRest'];
const names = [
  { en: 'National Day', zh: '国庆节' },
  { en: 'National Day', zh: '国庆' },
  { en: 'Mid-autumn', zh: '国庆节' },
  undefined,
];
/** A day with a ground, of few days, so that many of them follow each other. */
const grounded: fc.Arbitrary<Reason> = fc
  .record({
    of: fc.constantFrom(
      { rule: 'TIME-3', kind: 'rest' },
      { rule: 'TIME-5', kind: 'skipped' },
      { rule: 'TIME-5', kind: 'worked' },
      { rule: 'TIME-9', kind: 'closed' },
    ),
    day: fc.nat(3).map((n) => addDays('2026-09-29', n)),
    why: fc.constantFrom(...whys.slice(0, 3)),
    name: fc.constantFrom(...names),
  })
  .map(({ of, name, ...rest }) => ({ ...of, ...rest, ...(name && { name }) }) as Reason);

describe('the short form', () => {
  it('of steps says the same as the steps', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        expect(unpackSteps(packSteps(steps))).toEqual(steps);
      }),
    );
  });

  it('of reasons says the same as the reasons, whatever was counted and whenever', () => {
    const from = Date.parse('2024-12-01');
    fc.assert(
      fc.property(fc.integer({ min: from, max: Date.parse('2028-03-01') }), period, (start, counted) => {
        const { steps } = deadline({ ...schedule, start: iso(start), period: counted });
        const { text, names } = packReasons(steps);
        expect(unpackReasons(text, names)).toEqual(steps);
      }),
    );
  });

  it('of a moment that somebody has named says that moment', () => {
    const { steps } = namedDeadline('2026-10-04T14:00:00.000Z', schedule);
    expect(unpackReasons(packReasons(steps).text)).toEqual(steps);
  });

  it('keeps a long holiday short', () => {
    const { steps } = deadline({
      ...schedule,
      start: sh('2026-09-30 10:00'),
      period: { unit: 'workingDays', n: 3 },
    });
    const packed = JSON.stringify(packReasons(steps));
    expect(steps.length).toBeGreaterThan(8);
    expect(packed.length).toBeLessThan(250);
  });

  it('of days off says the same, and each name once, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(grounded, { maxLength: 8 }), (reasons) => {
        const packed = packReasons(reasons);
        expect(unpackReasons(packed.text, packed.names)).toEqual(reasons);
        const said = reasons.flatMap((reason) => ('name' in reason && reason.name ? [reason.name] : []));
        expect(packed.names).toHaveLength(new Set(said.map(({ en, zh }) => `${en}|${zh}`)).size);
      }),
    );
  });

  it('stays what it is: what was stored is read', () => {
    const at = Date.parse('2026-10-08T01:30:00Z');
    const quiet = { critical: false, merge: false };
    const steps: PlannedStep[] = [
      { n: 1, at: iso(at), kind: 'remind', to: ['owner'], channels: ['inbox', 'webhook'], ...quiet },
      { n: 2, at: iso(at + 36), kind: 'remind', to: ['owner'], channels: ['inbox', 'webhook'], ...quiet },
      {
        n: 5,
        at: iso(at + 72),
        kind: 'due',
        to: ['lead', 'supervisor'],
        channels: ['email'],
        critical: true,
        merge: false,
      },
      {
        n: 6,
        at: iso(at + 72),
        kind: 'escalate',
        to: ['manager'],
        channels: ['robot'],
        critical: true,
        merge: true,
        sentAt: iso(at + 73),
      },
    ];
    const text = ',muyv01c0,r,o,iw ,10 5,10,dc,ls,e ,0,ecm,m,r,1';
    expect([packSteps(steps), unpackSteps(text)]).toEqual([text, steps]);
    const name = { en: 'National Day', zh: '国庆节' };
    const reasons: Reason[] = [
      { rule: 'TIME-1', kind: 'begins', day: '2026-10-01' },
      { rule: 'TIME-5', kind: 'skipped', day: '2026-10-01', why: 'holiday', name },
      { rule: 'TIME-5', kind: 'skipped', day: '2026-10-02', why: 'holiday', name },
      { rule: 'TIME-5', kind: 'worked', day: '2026-10-10', why: 'makeup', name },
      { rule: 'TIME-3', kind: 'rest', day: '2026-10-17', why: 'weekend' },
      { rule: 'TIME-3', kind: 'rest', day: '2026-10-19', why: 'extraRest' },
      { rule: 'TIME-5', kind: 'worked', day: '2026-10-24', why: 'extraWork' },
      { rule: 'TIME-9', kind: 'closed', day: '2026-10-25', why: 'pastClosing' },
      { rule: 'TIME-9', kind: 'closed', day: '2026-10-26', why: 'working' },
      { rule: 'TIME-2', kind: 'runs', from: iso(at), n: 24 },
      { rule: 'TIME-1', kind: 'ends', day: '2026-10-31' },
      { rule: 'TIME-8', kind: 'ends', day: '2026-11-30', clamped: true },
      { rule: 'TIME-6', kind: 'counted', day: '2026-11-30', n: 3 },
      { rule: 'TIME-4', kind: 'closes', day: '2026-11-30', time: '17:30', open: true },
      { rule: 'TIME-4', kind: 'closes', day: '2026-12-01', time: '24:00', open: false },
      { rule: 'TIME-7', kind: 'provisional', year: 2027 },
    ];
    const stored = {
      names: [['National Day', '国庆节']] as [string, string][],
      text:
        'b,2026-10-01 s,2026-10-01,h,2,0 w,2026-10-10,m,1,0 r,2026-10-17,w,1, r,2026-10-19,r,1, w,2026-10-24,x,1, ' +
        'x,2026-10-25,p,1, x,2026-10-26,d,1, h,muyv01c0,24 e,2026-10-31,1, e,2026-11-30,8,c k,2026-11-30,3 ' +
        'c,2026-11-30,17:30,1 c,2026-12-01,24:00,0 p,2027',
    };
    expect(packReasons(reasons)).toEqual(stored);
    expect(unpackReasons(stored.text, stored.names)).toEqual(reasons);
  });

  it.each([
    ['in Chinese', names[0], names[1]],
    ['in English', names[0], names[2]],
  ])('of two holidays in a row that differ only %s keeps both', (_, first, second) => {
    const off = { rule: 'TIME-5', kind: 'skipped', why: 'holiday' } as const;
    const reasons = [
      { ...off, day: '2026-10-01', name: first },
      { ...off, day: '2026-10-02', name: second },
    ] as Reason[];
    const packed = packReasons(reasons);
    expect(packed.text).toBe('s,2026-10-01,h,1,0 s,2026-10-02,h,1,1');
    expect(unpackReasons(packed.text, packed.names)).toEqual(reasons);
  });

  it.each(['q,2026-10-01', 's,2026-10-01,q,1,'])('of nothing it knows is refused: %s', (text) => {
    expect(() => unpackReasons(text)).toThrow();
  });
});
