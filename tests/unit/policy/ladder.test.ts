import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ladder, type LadderStep, planLadder, standardPack } from '../../../shared/policy/index.ts';
import { ladderStep } from '../../../shared/policy/schema.ts';
import { createCalendar, isOpen, iso, standardHours } from '../../../shared/time/index.ts';
import { onTheWall } from '../time/support.ts';

const zone = 'Asia/Shanghai';
const office = { calendar: createCalendar(), hours: standardHours, zone };
const at = (wall: string) => iso(Date.parse(`${wall.replace(' ', 'T')}:00+08:00`));

const step = (when: LadderStep['at'], more: Partial<LadderStep> = {}): LadderStep => ({
  at: when,
  kind: when === 'due' ? 'due' : 'before' in when ? 'remind' : 'escalate',
  to: ['owner'],
  channels: ['inbox'],
  ...more,
});

/** `n wall` of every step of a plan. */
const plan = (
  ladder: Ladder,
  openedAt: string,
  dueAt: string,
  more: { critical?: boolean; quietHours?: { respect: boolean; exceptCritical: boolean } } = {},
) =>
  planLadder({ ladder, openedAt: at(openedAt), dueAt: at(dueAt), ...office, ...more }).map(
    (planned) => `${planned.n} ${onTheWall(planned.at, zone)}`,
  );

const ladderOf = (name: string): Ladder => standardPack.ladders[name] ?? [];

describe('the standard ladders', () => {
  it('carry a forgotten major complaint over the long holiday to the manager', () => {
    const steps = planLadder({
      ladder: ladderOf('resolve'),
      openedAt: at('2026-09-30 10:00'),
      dueAt: at('2026-10-08 17:30'),
      ...office,
    });
    expect(steps.map((s) => `${onTheWall(s.at, zone)} ${s.kind} ${s.to}`)).toEqual([
      '2026-10-08 08:30 remind owner',
      '2026-10-08 15:30 remind owner',
      '2026-10-08 17:30 due owner',
      '2026-10-08 17:30 escalate lead',
      '2026-10-09 08:30 escalate supervisor',
      '2026-10-10 08:30 escalate manager',
      '2026-10-12 08:30 escalate manager',
      '2026-10-13 08:30 escalate manager',
      '2026-10-14 08:30 escalate manager',
      '2026-10-15 08:30 escalate manager',
      '2026-10-16 08:30 escalate manager',
    ]);
  });

  it('wake people at night for what is urgent', () => {
    expect(plan(ladderOf('urgent'), '2026-09-30 16:00', '2026-10-01 16:00').slice(0, 6)).toEqual([
      '1 2026-10-01 04:00',
      '2 2026-10-01 14:00',
      '3 2026-10-01 16:00',
      '4 2026-10-01 16:00',
      '5 2026-10-01 18:00',
      '6 2026-10-01 20:00',
    ]);
  });
});

describe('a step', () => {
  it('outside office hours waits for the next opening, also over lunch', () => {
    const ladder = [step({ after: { unit: 'hours', n: 2 } }), step({ after: { unit: 'hours', n: 1 } })];
    expect(plan(ladder, '2026-10-08 09:00', '2026-10-08 11:15')).toEqual([
      '1 2026-10-08 13:30',
      '2 2026-10-08 13:30',
    ]);
    expect(plan([step({ after: { unit: 'hours', n: 2 } })], '2026-10-08 09:00', '2026-10-09 17:30')).toEqual([
      '1 2026-10-10 08:30',
    ]);
  });

  it('at the closing moment is still in time', () => {
    expect(plan([step('due')], '2026-09-30 10:00', '2026-09-30 17:30')).toEqual(['1 2026-09-30 17:30']);
  });

  it('does not wait when it or the whole obligation is critical, unless the office wants even that', () => {
    const run = (ladder: Ladder, more = {}) => plan(ladder, '2026-09-30 10:00', '2026-09-30 22:00', more);
    const strict = { respect: true, exceptCritical: false };
    expect(run([step('due')])).toEqual(['1 2026-10-08 08:30']);
    expect(run([step('due', { critical: true })])).toEqual(['1 2026-09-30 22:00']);
    expect(run([step('due')], { critical: true })).toEqual(['1 2026-09-30 22:00']);
    expect(run([step('due')], { critical: true, quietHours: strict })).toEqual(['1 2026-10-08 08:30']);
    expect(run([step('due')], { quietHours: { respect: false, exceptCritical: true } })).toEqual([
      '1 2026-09-30 22:00',
    ]);
  });

  it('that reminds comes forward to the last business before due rather than after it', () => {
    const ladder = [step({ before: { unit: 'hours', n: 2 } }), step('due')];
    expect(plan(ladder, '2026-09-30 10:00', '2026-10-01 10:00')).toEqual([
      '1 2026-09-30 17:30',
      '2 2026-10-08 08:30',
    ]);
  });

  it('that reminds is dropped where the office was never open before due', () => {
    const ladder = [step({ before: { unit: 'hours', n: 2 } }), step('due')];
    expect(plan(ladder, '2026-09-30 18:00', '2026-10-01 18:00')).toEqual(['2 2026-10-08 08:30']);
  });

  it('after due leaves each level its time, counted from when due could be told', () => {
    const ladder = [
      step('due'),
      step({ after: { unit: 'hours', n: 2 } }),
      step({ after: { unit: 'workingDays', n: 1 } }),
    ];
    expect(plan(ladder, '2026-09-30 10:00', '2026-10-02 10:00')).toEqual([
      '1 2026-10-08 08:30',
      '2 2026-10-08 10:30',
      '3 2026-10-09 08:30',
    ]);
  });

  it('before it was opened is dropped and leaves its number unused', () => {
    const ladder = [step({ before: { unit: 'workingDays', n: 2 } }), step('due')];
    expect(plan(ladder, '2026-10-13 16:00', '2026-10-14 17:30')).toEqual(['2 2026-10-14 17:30']);
    expect(plan(ladder, '2026-10-09 16:00', '2026-10-14 17:30')).toEqual([
      '1 2026-10-12 08:30',
      '2 2026-10-14 17:30',
    ]);
  });

  it('in days means the opening of that day, and 24:00 the day that ends', () => {
    const ladder = [step({ before: { unit: 'days', n: 1 } }), step({ before: { unit: 'weeks', n: 1 } })];
    expect(plan(ladder, '2026-10-08 09:00', '2026-10-22 00:00')).toEqual([
      '2 2026-10-14 08:30',
      '1 2026-10-20 08:30',
    ]);
  });

  it('half way is half of the time there was', () => {
    expect(
      plan([step({ before: 'half' }), step({ after: 'half' })], '2026-10-09 09:00', '2026-10-09 11:00'),
    ).toEqual(['1 2026-10-09 10:00', '2 2026-10-09 12:00']);
  });

  it('repeats as often as it says, and once where repetitions fall together', () => {
    const again = (n: number, max: number) => ({ repeat: { every: { unit: 'hours' as const, n }, max } });
    expect(plan([step('due', again(2, 2))], '2026-10-08 09:00', '2026-10-08 13:30')).toEqual([
      '1 2026-10-08 13:30',
      '2 2026-10-08 15:30',
      '3 2026-10-08 17:30',
    ]);
    expect(plan([step('due', again(1, 4)), step('due')], '2026-09-30 09:00', '2026-09-30 17:30')).toEqual([
      '1 2026-09-30 17:30',
      '6 2026-09-30 17:30',
      '2 2026-10-08 08:30',
    ]);
    expect(
      plan([step({ before: { unit: 'hours', n: 3 } }, again(1, 9))], '2026-10-08 09:00', '2026-10-08 17:30'),
    ).toEqual(['1 2026-10-08 14:30', '2 2026-10-08 15:30', '3 2026-10-08 16:30']);
  });
});

describe('any ladder', () => {
  const offsets = fc.oneof(
    fc.constant('half' as const),
    fc.record({
      unit: fc.constantFrom('hours' as const, 'days' as const, 'workingDays' as const, 'weeks' as const),
      n: fc.integer({ min: 1, max: 12 }),
    }),
  );
  const moments: fc.Arbitrary<LadderStep['at']> = fc.oneof(
    fc.constant('due' as const),
    offsets.map((before) => ({ before })),
    offsets.map((after) => ({ after })),
  );
  const rungs: fc.Arbitrary<LadderStep> = fc
    .tuple(
      moments,
      fc.constantFrom('remind' as const, 'escalate' as const),
      fc.boolean(),
      fc.option(
        fc.record({ every: offsets.filter((o) => o !== 'half'), max: fc.integer({ min: 1, max: 5 }) }),
      ),
    )
    .map(([when, kind, critical, repeat]) => step(when, { kind, critical, ...(repeat && { repeat }) }));
  const ladders = fc.array(rungs, { minLength: 1, maxLength: 8 });
  const zones = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia');
  const openings = fc.integer({ min: Date.UTC(2025, 0, 10), max: Date.UTC(2026, 9, 20) });
  const lengths = fc.integer({ min: 1, max: 20 * 24 * 60 }).map((minutes) => minutes * 60_000);

  const planned = fc
    .tuple(ladders, zones, openings, lengths, fc.boolean())
    .map(([ladder, where, opened, ms, critical]) => {
      const schedule = { ...office, zone: where };
      const input = { ladder, openedAt: iso(opened), dueAt: iso(opened + ms), critical, ...schedule };
      return { input, schedule, steps: planLadder(input) };
    });

  it('is of rungs that an office may set', () => {
    fc.assert(fc.property(rungs, (rung) => ladderStep.safeParse(rung).success));
  });

  it('is sent in order, never before it was opened, each step once', () => {
    fc.assert(
      fc.property(planned, ({ input, steps }) => {
        const times = steps.map((s) => s.at);
        expect(times).toEqual(times.toSorted());
        expect(times.every((time) => time >= input.openedAt)).toBe(true);
        expect(new Set(steps.map((s) => s.n)).size).toBe(steps.length);
        for (const [i, s] of steps.entries()) {
          const next = steps[i + 1];
          if (next?.at === s.at) expect(next.n).toBeGreaterThan(s.n);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reaches people within office hours, the closing moment included, unless critical', () => {
    fc.assert(
      fc.property(planned, ({ schedule, steps }) => {
        for (const s of steps.filter(({ critical }) => !critical)) {
          const ms = Date.parse(s.at);
          expect(isOpen(ms, schedule) || isOpen(ms - 1, schedule)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never loses a step at or after due, nor the time of a critical one', () => {
    fc.assert(
      fc.property(planned, ({ input, steps }) => {
        let n = 0;
        for (const rung of input.ladder) {
          const first = steps.find((s) => s.n === n + 1);
          if (rung.at === 'due' || 'after' in rung.at) {
            expect(first).toBeDefined();
            expect((first?.at ?? '') >= input.dueAt).toBe(true);
          }
          if (rung.at === 'due' && (input.critical || rung.critical)) expect(first?.at).toBe(input.dueAt);
          n += 1 + (rung.repeat?.max ?? 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the number of a step when the due moment moves', () => {
    fc.assert(
      fc.property(planned, lengths, ({ input, steps }, more) => {
        const later = planLadder({ ...input, dueAt: iso(Date.parse(input.dueAt) + more) });
        const kindOf = (list: typeof steps) => new Map(list.map((s) => [s.n, `${s.kind} ${s.critical}`]));
        const after = kindOf(later);
        for (const [n, kind] of kindOf(steps)) if (after.has(n)) expect(after.get(n)).toBe(kind);
      }),
      { numRuns: 100 },
    );
  });
});
