import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlook } from '../../../functions/notifier/plan.ts';
import { discharge, open, parse, pending } from '../../../shared/obligations/index.ts';
import { type QuietHours, ruleIds, standardPack } from '../../../shared/policy/index.ts';
import { iso, lastOpen, nextOpen } from '../../../shared/time/index.ts';
import { input, ms, opened, schedule, sh } from './fixtures.ts';

const quietHours: QuietHours = standardPack.quietHours;
const setting = { schedule, quietHours };
const shape = (groups: { kind: string; to: string[] }[][]) =>
  groups.map((group) => group.map(({ kind, to }) => `${kind} ${to}`).join(' + '));

describe('what is to be told', () => {
  it('is nothing before the first step, and the moment of the first step is when to look again', () => {
    const { obligation } = opened();
    const first = pending(obligation)[0]?.at;
    expect(outlook(obligation, ms('2026-09-30 10:00'), setting)).toEqual({ groups: [], wakeAt: first });
  });

  it('at due is the owner first and then the lead, in two messages', () => {
    const obligation = opened({ startAt: sh('2026-09-30 10:00') }).obligation;
    const late = {
      ...obligation,
      steps: obligation.steps.map((step) => (step.kind === 'remind' ? { ...step, sentAt: step.at } : step)),
    };
    expect(shape(outlook(late, ms('2026-10-08 17:30'), setting).groups)).toEqual([
      'due owner',
      'escalate lead',
    ]);
  });

  it('two minutes after closing still goes out: it was planned for the closing minute', () => {
    const { obligation } = opened();
    expect(
      outlook(obligation, ms('2026-10-08 17:32'), setting)
        .groups.flat()
        .map(({ kind }) => kind),
    ).toContain('due');
  });

  it('after two days of outage is the whole backlog in order, merged where the ladder says so', () => {
    const { obligation } = opened();
    const { groups, wakeAt } = outlook(obligation, ms('2026-10-12 09:00'), setting);
    expect(shape(groups)).toEqual([
      'remind owner + remind owner + due owner',
      'escalate lead',
      'escalate supervisor',
      'escalate manager + escalate manager',
    ]);
    expect(wakeAt).toBe(sh('2026-10-13 08:30'));
  });

  it('at night after an outage waits for the next opening', () => {
    const { obligation } = opened();
    expect(outlook(obligation, ms('2026-10-12 03:00'), setting)).toEqual({
      groups: [],
      wakeAt: sh('2026-10-12 08:30'),
    });
  });

  it('is told at night when it is critical', () => {
    const { obligation } = opened({ critical: true });
    const { groups } = outlook(obligation, ms('2026-10-12 03:00'), setting);
    expect(groups.length).toBeGreaterThan(0);
  });

  it('critical waits too where the office wants that', () => {
    const { obligation } = opened({ critical: true });
    const strict = { schedule, quietHours: { respect: true, exceptCritical: false } };
    expect(outlook(obligation, ms('2026-10-12 03:00'), strict).groups).toEqual([]);
  });

  it('is nothing once it is discharged', () => {
    const write = discharge(opened().obligation, {}, ms('2026-10-08 17:29'));
    if (!('put' in write)) throw new Error('not a put');
    expect(outlook(parse(write.put), ms('2026-10-12 09:00'), setting)).toEqual({
      groups: [],
      wakeAt: undefined,
    });
  });
});

describe('whatever the rule and whenever the notifier comes', () => {
  const cases = fc.record({
    ruleId: fc.constantFrom(...ruleIds),
    start: fc.integer({ min: Date.parse('2025-01-02'), max: Date.parse('2026-11-30') }),
    critical: fc.boolean(),
    delays: fc.array(fc.integer({ min: 0, max: 5 * 86_400_000 }), { minLength: 1, maxLength: 12 }),
  });

  it('every step is told once, none before its moment, in the order of the plan, non-critical ones within hours', () => {
    fc.assert(
      fc.property(cases, ({ ruleId, start, critical, delays }) => {
        let { obligation } = open(input({ ruleId, startAt: iso(start), critical }), start);
        const order = obligation.steps.map(({ n }) => n);
        const told: number[] = [];
        let now = start;
        for (let round = 0; round < 200; round++) {
          const { groups, wakeAt } = outlook(obligation, now, setting);
          const steps = groups.flat();
          for (const step of steps) {
            expect(Date.parse(step.at)).toBeLessThanOrEqual(now);
            if (!step.critical) {
              expect(now - (lastOpen(now, schedule) ?? 0)).toBeLessThanOrEqual(15 * 60_000);
            }
          }
          told.push(...steps.map(({ n }) => n));
          const sent = new Set(steps.map(({ n }) => n));
          obligation = {
            ...obligation,
            steps: obligation.steps.map((step) => (sent.has(step.n) ? { ...step, sentAt: iso(now) } : step)),
          };
          if (wakeAt === undefined) break;
          expect(Date.parse(wakeAt)).toBeGreaterThan(now);
          // Every other time it is on time: one that always came at night would never tell anything.
          now = Date.parse(wakeAt) + (round % 2 ? 0 : (delays[round % delays.length] ?? 0));
        }
        expect([...told].sort((a, b) => a - b)).toEqual([...order].sort((a, b) => a - b));
        // Without critical ones among ordinary ones nothing can overtake.
        if (new Set(obligation.steps.map((step) => step.critical)).size === 1) expect(told).toEqual(order);
      }),
      { numRuns: 200 },
    );
  });

  it('what waits is looked at again at the next opening, not later', () => {
    fc.assert(
      fc.property(cases, ({ ruleId, start, delays }) => {
        const { obligation } = open(input({ ruleId, startAt: iso(start), critical: false }), start);
        const now = Date.parse(obligation.dueAt) + (delays[0] ?? 0);
        const { groups, wakeAt } = outlook(obligation, now, setting);
        const waiting = pending(obligation).some(
          (step) => Date.parse(step.at) <= now && !groups.flat().includes(step),
        );
        if (waiting) expect(Date.parse(wakeAt ?? '')).toBeLessThanOrEqual(nextOpen(now, schedule));
      }),
    );
  });
});
