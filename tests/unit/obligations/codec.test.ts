import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packReasons, packSteps, unpackReasons, unpackSteps } from '../../../shared/obligations/codec.ts';
import type { PlannedStep } from '../../../shared/obligations/types.ts';
import { channels, recipients, stepKinds } from '../../../shared/policy/index.ts';
import { deadline, iso, namedDeadline, type Period } from '../../../shared/time/index.ts';
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
});
