import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOf, noHistory } from '../../../shared/history.ts';
import { dueShard, dueShards, keys } from '../../../shared/keys.ts';
import {
  cancel,
  discharge,
  dueBy,
  itemOf,
  obligationId,
  open,
  parse,
  pending,
  reassign,
  recompute,
} from '../../../shared/obligations/index.ts';
import { ruleIds, standardPack } from '../../../shared/policy/index.ts';
import type { Item, Write } from '../../../shared/table.ts';
import { createCalendar, iso } from '../../../shared/time/index.ts';
import { type Image, itemSize } from '../../bench/units.ts';
import { input, ms, opened, ownerId, propertyId, schedule, sh, tenantId, ticketId } from './fixtures.ts';

const putOf = (write: Write): Item => {
  if (!('put' in write)) throw new Error('not a put');
  return write.put;
};

describe('an obligation that is opened', () => {
  it('is due as the rulebook reckons: the eve of the long holiday and one working day', () => {
    const { obligation } = opened();
    expect(obligation.dueAt).toBe(sh('2026-10-08 17:30'));
    expect(obligation.policyVersion).toBe(0);
  });

  it('must not be there yet, and its id follows from its object and key', () => {
    const { obligation, write } = opened();
    expect(write.expect).toBe('new');
    expect(obligation.id).toBe(obligationId(ticketId, 'resolve#1'));
    expect(obligationId(ticketId, 'resolve#2')).not.toBe(obligation.id);
    // Stored everywhere: with another id, what is owed already would be owed twice.
    expect(obligation.id).toBe('obl_0HBKHNQ6GX27AEPKE5ZAW5Q5SR');
  });

  it('says what is owed by whom, where, until when and by which rule', () => {
    const { reasons: _, steps: __, ...said } = opened().obligation;
    expect(said).toEqual({
      tenantId,
      id: obligationId(ticketId, 'resolve#1'),
      objectId: ticketId,
      objectKind: 'ticket',
      key: 'resolve#1',
      ruleId: 'TICKET-3.major',
      status: 'open',
      startAt: sh('2026-09-30 10:00'),
      dueAt: sh('2026-10-08 17:30'),
      propertyId,
      ownerId,
      critical: false,
      title: '电梯困人',
      period: standardPack.rules['TICKET-3.major'].period,
      ladder: standardPack.rules['TICKET-3.major'].ladder,
      policyVersion: 0,
      calendarVersion: schedule.calendar.version,
      zone: 'Asia/Shanghai',
      provisional: false,
      head: noHistory,
      version: 1,
    });
  });

  it('stands in the lists of its property, its office and its owner by due moment', () => {
    const { obligation, write } = opened();
    const item = putOf(write);
    const sort = item.g6sk ?? '';
    expect(sort <= dueBy(obligation.dueAt)).toBe(true);
    expect(sort > dueBy(iso(ms('2026-10-08 17:30') - 1))).toBe(true);
    expect([item.g5pk, item.g5sk]).toEqual([`${tenantId}#${propertyId}#obl`, sort]);
    expect([item.g6pk, item.g6sk]).toEqual([`${tenantId}#obl`, sort]);
    expect([item.g7pk, item.g7sk]).toEqual([`${tenantId}#${ownerId}#obl`, sort]);
  });

  it('stands in the due index at its first step', () => {
    const { obligation, write } = opened();
    const item = putOf(write);
    expect(item.et).toBe('obligation');
    expect(item.duePk).toMatch(/^due#(0\d|1[0-5])$/);
    expect(item.dueSk).toBe(`${pending(obligation)[0]?.at}#${item.pk}|${item.sk}`);
  });

  it('of which everything was told is owed all the same, and nobody looks at it again', () => {
    const { obligation, write } = opened();
    const steps = obligation.steps.map((step) => ({ ...step, sentAt: step.at }));
    const { duePk, dueSk, ...before } = putOf(write);
    const after = itemOf({ ...obligation, steps });
    expect([duePk, dueSk]).not.toContain(undefined);
    expect(after).toStrictEqual({ ...before, rest: after.rest });
  });

  it('without an owner is on nobody\u2019s list', () => {
    const item = putOf(opened({ ownerId: undefined }).write);
    expect(item.g7pk).toBeUndefined();
    expect(item.g6pk).toBeDefined();
  });

  it('recorded late is not reminded of the past, but that it is due is told', () => {
    const { obligation } = open(input({ startAt: sh('2026-09-01 10:00') }), ms('2026-09-30 10:00'));
    expect(pending(obligation).map(({ kind }) => kind)).not.toContain('remind');
    expect(pending(obligation)[0]?.kind).toBe('due');
  });

  it('recorded at the very moment of a reminder is reminded', () => {
    const [first, second] = opened().obligation.steps;
    const firstOf = (now: number) => open(input(), now).obligation.steps[0];
    const moment = Date.parse(first?.at ?? '');
    expect(first?.kind).toBe('remind');
    expect([firstOf(moment), firstOf(moment + 1)]).toEqual([first, second]);
  });

  it('takes a period and a ladder of its own', () => {
    const { obligation } = opened({
      period: { unit: 'hours', n: 1 },
      ladder: [
        {
          at: { before: { unit: 'hours', n: 1 } },
          kind: 'escalate',
          to: ['supervisor'],
          channels: ['inbox'],
        },
      ],
      critical: true,
    });
    expect(obligation.dueAt).toBe(sh('2026-09-30 11:00'));
    expect(pending(obligation)[0]).toMatchObject({
      at: sh('2026-09-30 10:00'),
      to: ['supervisor'],
      critical: true,
    });
  });

  it('of a rule that the policy does not have is a mistake', () => {
    expect(() => opened({ ruleId: 'TICKET-99' })).toThrow('TICKET-99');
    expect(() => opened({ ruleId: 'toString' })).toThrow('toString');
    expect(() => opened({ ladder: 'nobody' })).toThrow('the policy has no ladder nobody');
  });

  it('of a rule that the policy does not have needs both its period and its ladder', () => {
    const ruleId = 'DUNNING-99';
    const [period, ladder] = [{ unit: 'hours', n: 1 } as const, 'resolve'];
    for (const half of [{ period }, { ladder }]) {
      expect(() => opened({ ruleId, ...half })).toThrow(`the policy has no rule ${ruleId}`);
    }
    expect(opened({ ruleId, period, ladder }).obligation).toMatchObject({
      ruleId,
      dueAt: sh('2026-09-30 11:00'),
    });
  });
});

const arbitrary = fc.record({
  ruleId: fc.constantFrom(...ruleIds),
  start: fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2028-12-31') }),
  critical: fc.boolean(),
  owned: fc.boolean(),
  titled: fc.boolean(),
});

describe('an obligation as stored', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(arbitrary, ({ ruleId, start, critical, owned, titled }) => {
        const whose = { ...(!owned && { ownerId: undefined }), ...(!titled && { title: undefined }) };
        const { obligation, write } = open(input({ ruleId, startAt: iso(start), critical, ...whose }), start);
        expect(parse(putOf(write))).toStrictEqual(obligation);
        expect(['ownerId' in obligation, 'title' in obligation]).toEqual([owned, titled]);
      }),
    );
  });

  it('fits one write unit for every rule of the standard pack, keys and all, through a long holiday', () => {
    for (const ruleId of ruleIds) {
      const startAt = sh('2026-09-30 10:00');
      const title = '三号楼二单元电梯反复停运，老人无法下楼';
      const item = putOf(open(input({ ruleId, startAt, title, critical: true }), Date.parse(startAt)).write);
      const image = marshall(item, { removeUndefinedValues: true }) as Image;
      expect([ruleId, itemSize(image) <= 1024]).toEqual([ruleId, true]);
    }
  });
});

describe('an obligation that ended', () => {
  const { obligation } = opened();
  const now = ms('2026-09-30 16:00');

  it.each([
    ['discharged', discharge(obligation, { event: 'evt_1' }, now), { event: 'evt_1' }],
    ['cancelled', cancel(obligation, 'withdrawn', now), { reason: 'withdrawn' }],
  ])('%s leaves every list and the due index, and says why', (status, write, evidence) => {
    const item = putOf(write);
    expect(Object.keys(item).filter((name) => /^(g\d|due)/.test(name))).toEqual([]);
    expect(parse(item)).toMatchObject({ status, evidence, endedAt: iso(now), version: 2 });
    expect(write.expect).toEqual({ version: 1 });
  });
});

describe('an obligation handed over', () => {
  it('moves to the other\u2019s list with the same due moment and ladder', () => {
    const { obligation } = opened();
    const other = 'stf_00000000000000000000000009';
    const after = parse(putOf(reassign(obligation, other, 0)));
    expect(after).toEqual({ ...obligation, ownerId: other, version: 2 });
  });

  it('to nobody goes back to the desk, as if nobody had ever had it', () => {
    const { obligation } = opened();
    const item = putOf(reassign(obligation, undefined, 0));
    expect(item).toStrictEqual({ ...putOf(opened({ ownerId: undefined }).write), v: 2 });
  });
});

describe('a provisional obligation when the calendar arrives (TIME-7)', () => {
  // Nobody has published 2031; then the first days of October turn out to be a holiday.
  const startAt = sh('2031-09-30 10:00');
  const { obligation } = opened({ startAt });
  const holidays = ['01', '02', '03', '04', '05', '06', '07'].map((d) => `2031-10-${d}`);
  const arrived = {
    ...schedule,
    calendar: createCalendar({ base: 'cn', years: { 2031: { holidays, makeUp: [] } } }),
  };
  const now = ms('2031-09-30 12:00');

  it('is counted again and records the old and the new due moment', () => {
    expect(obligation).toMatchObject({ provisional: true, dueAt: sh('2031-10-01 17:30') });
    const again = recompute(obligation, standardPack, arrived, now);
    expect(again?.obligation).toMatchObject({
      provisional: false,
      dueAt: sh('2031-10-08 17:30'),
      version: 2,
    });
    expect(again?.event).toMatchObject({
      type: 'obligation.recomputed',
      actor: 'system:recompute',
      requestId: 'recompute',
      data: { oldDueAt: sh('2031-10-01 17:30'), newDueAt: sh('2031-10-08 17:30') },
    });
  });

  it('is written together with the event, which lies with its object and names both calendars', () => {
    const again = recompute(obligation, standardPack, arrived, now, 'req_1');
    if (!again) throw new Error('nothing changed');
    const [changed, recorded, ...more] = again.writes as [Write, Write];
    expect(more).toEqual([]);
    expect(changed.expect).toEqual({ version: 1 });
    expect(parse(putOf(changed))).toStrictEqual(again.obligation);
    expect(recorded.expect).toBe('new');
    expect(putOf(recorded)).toMatchObject(keys.obligationEvent(tenantId, ticketId, obligation.id, 1));
    expect(eventOf(putOf(recorded))).toEqual(again.event);
    expect(again.event).toMatchObject({
      requestId: 'req_1',
      data: {
        objectId: ticketId,
        ruleId: 'TICKET-3.major',
        oldCalendarVersion: schedule.calendar.version,
        newCalendarVersion: arrived.calendar.version,
        provisional: false,
      },
    });
    expect(again.obligation.head).toEqual({ seq: 1, hash: again.event.hash });
  });

  it('keeps what was told already as told', () => {
    const [first, ...others] = obligation.steps;
    if (!first) throw new Error('no steps');
    const sentAt = sh('2031-09-30 11:00');
    const told = { ...obligation, steps: [{ ...first, sentAt }, ...others] };
    const again = recompute(told, standardPack, arrived, now);
    expect(again?.obligation.steps.find(({ n }) => n === first.n)?.sentAt).toBe(sentAt);
    expect(pending(again?.obligation ?? told).map(({ n }) => n)).not.toContain(first.n);
  });

  it('says what is still to come, and of what has passed only what was to be said before', () => {
    const hours = fc.integer({ min: 0, max: 24 * 9 }).map((n) => ms('2031-09-30 10:00') + n * 3_600_000);
    const all = opened({ startAt, schedule: arrived }).obligation.steps;
    const moments = fc.constantFrom(...all.map(({ at }) => Date.parse(at)));
    fc.assert(
      fc.property(hours, fc.oneof(hours, moments), (recorded, now) => {
        const late = open(input({ startAt }), recorded).obligation;
        const planned = new Set(late.steps.map(({ n }) => n));
        const expected = all.filter(({ n, at }) => planned.has(n) || Date.parse(at) >= now);
        expect(recompute(late, standardPack, arrived, now)?.obligation.steps).toStrictEqual(expected);
      }),
    );
  });

  it('is left alone by the same calendar, and once it has ended', () => {
    expect(recompute(obligation, standardPack, schedule, now)).toBeUndefined();
    const ended = parse(putOf(discharge(obligation, {}, now)));
    expect(recompute(ended, standardPack, arrived, now)).toBeUndefined();
  });

  it('that was not provisional keeps its due moment', () => {
    const sure = opened().obligation;
    expect(recompute(sure, standardPack, arrived, now)).toBeUndefined();
  });
});

describe('the due index', () => {
  it('spreads ten thousand obligations so that no shard has more than half again its share', () => {
    const shards = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const { sk } = keys.obligation(tenantId, ticketId, obligationId(ticketId, `resolve#${i}`));
      const shard = dueShard(`${tenantId}#${ticketId}|${sk}`);
      shards.set(shard, (shards.get(shard) ?? 0) + 1);
    }
    expect(shards.size).toBe(dueShards);
    expect(Math.max(...shards.values())).toBeLessThanOrEqual((1.5 * 10_000) / dueShards);
  });
});
