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

  it('in days is at noon of a day on which the office has no hours', () => {
    const ladder = [step({ before: { unit: 'days', n: 2 } }, { critical: true })];
    expect(plan(ladder, '2026-09-30 10:00', '2026-10-08 17:30')).toEqual(['1 2026-10-06 12:00']);
  });

  it('at the very moment of opening is sent, one before it is not, though it could wait for an opening', () => {
    const ladder = (n: number) => [step({ before: { unit: 'hours', n } })];
    expect(plan(ladder(2), '2026-10-08 10:00', '2026-10-08 12:00')).toEqual(['1 2026-10-08 10:00']);
    expect(plan(ladder(15), '2026-10-08 20:00', '2026-10-09 10:00')).toEqual([]);
    expect(plan(ladder(14), '2026-10-08 20:00', '2026-10-09 10:00')).toEqual(['1 2026-10-09 08:30']);
  });

  it('that reminds does not wait for the due moment itself; one that tells others does, and longer', () => {
    const early = step({ before: { unit: 'hours', n: 2 } });
    expect(plan([early], '2026-10-08 10:00', '2026-10-09 08:30')).toEqual(['1 2026-10-08 17:30']);
    const upwards = step({ before: { unit: 'hours', n: 2 } }, { kind: 'escalate' });
    expect(plan([upwards], '2026-10-08 10:00', '2026-10-09 08:30')).toEqual(['1 2026-10-09 08:30']);
    expect(plan([upwards], '2026-09-30 10:00', '2026-10-01 10:00')).toEqual(['1 2026-10-08 08:30']);
  });

  it('that reminds is dropped too where the office had never opened', () => {
    const hours = { working: [], weekend: [{ from: '09:00', to: '17:00' }] };
    const opens = '2026-10-10';
    const calendar = {
      version: 'opens once',
      day: (day: string) =>
        day === opens
          ? { day, kind: 'weekend' as const, working: false, provisional: false }
          : { day, kind: 'working' as const, working: true, provisional: false },
    };
    const ladder = [step({ before: 'half' }), step('due')];
    const input = { ladder, openedAt: at('2026-10-08 10:00'), dueAt: at('2026-10-09 10:00') };
    const steps = planLadder({ ...input, ...office, calendar, hours });
    expect(steps.map((s) => `${s.n} ${onTheWall(s.at, zone)}`)).toEqual(['2 2026-10-10 09:00']);
  });

  it('after a due moment of 24:00 counts from the day that ends, also where the office is open until then', () => {
    const hours = { working: [{ from: '08:00', to: '24:00' }] };
    const ladder = [step('due'), step({ after: { unit: 'workingDays', n: 1 } })];
    const input = { ladder, openedAt: at('2026-10-12 10:00'), dueAt: at('2026-10-14 00:00') };
    const steps = planLadder({ ...input, ...office, hours });
    expect(steps.map((s) => `${s.n} ${onTheWall(s.at, zone)}`)).toEqual([
      '1 2026-10-14 00:00',
      '2 2026-10-14 08:00',
    ]);
  });

  it('goes as its rung says: to whom, by what, and by itself unless it may be merged', () => {
    const ladder: Ladder = [
      step('due'),
      step('due', { to: ['lead', 'manager'], channels: ['email', 'robot'], merge: true, critical: true }),
    ];
    const input = { ladder, openedAt: at('2026-10-08 10:00'), dueAt: at('2026-10-08 15:00') };
    const sent = { at: at('2026-10-08 15:00'), kind: 'due' };
    expect(planLadder({ ...input, ...office })).toEqual([
      { ...sent, n: 1, to: ['owner'], channels: ['inbox'], critical: false, merge: false },
      { ...sent, n: 2, to: ['lead', 'manager'], channels: ['email', 'robot'], critical: true, merge: true },
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

describe('working days of a ladder', () => {
  const everyYear: LadderStep = step('due', {
    repeat: { every: { unit: 'workingDays', n: 366 }, max: 8 },
  });

  it('are counted over more than ten years where a ladder goes that far', () => {
    const calendar = createCalendar({ base: 'weekends' });
    const input = { ladder: [everyYear], openedAt: at('2026-10-05 09:00'), dueAt: at('2026-10-05 17:30') };
    const steps = planLadder({ ...input, ...office, calendar });
    // 366 working days are 73 weeks and a day: 8 times that, 585 weeks and three days.
    expect(onTheWall(steps.at(-1)?.at ?? '', zone)).toBe('2037-12-24 08:30');
    expect(steps.length).toBe(9);
  });

  it('are not looked for without end in a calendar that has none', () => {
    const weekend = [{ from: '09:00', to: '12:00' }];
    const calendar = {
      version: 'never works',
      day: (day: string) => ({ day, kind: 'weekend' as const, working: false, provisional: false }),
    };
    const input = { ladder: [everyYear], openedAt: at('2026-10-05 09:00'), dueAt: at('2026-10-05 11:00') };
    expect(() => planLadder({ ...input, ...office, calendar, hours: { working: [], weekend } })).toThrow(
      new RangeError('the calendar has no working day'),
    );
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
