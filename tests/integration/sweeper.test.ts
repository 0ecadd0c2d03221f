import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { remind } from '../../functions/notifier/remind.ts';
import { OfficeView } from '../../functions/notifier/view.ts';
import { type SweepDeps, sweep } from '../../functions/sweeper/sweep.ts';
import { mailFor } from '../../shared/deliveries.ts';
import { dueShard } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { SystemTable } from '../../shared/system.ts';
import { client, createTable, cursors } from './dynamodb.ts';
import {
  deliveriesOf,
  inboxOf,
  keyOf,
  makeObligation,
  makeOffice,
  officeItem,
  setClock,
  sh,
  startWorld,
  stateOf,
} from './reminders.ts';

const world = await startWorld();
const { handler: sweeper } = await import('../../functions/sweeper/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
afterAll(world.stop);

type Due = Extract<QueueMessage, { kind: 'due' }>;

/** A sweep whose queue and leases a test can break. */
const deps = (now: string, more: Partial<SweepDeps> = {}): { deps: SweepDeps; sent: Due[] } => {
  const sent: Due[] = [];
  return {
    sent,
    deps: {
      table,
      now: Date.parse(now),
      send: async (_, messages) => {
        sent.push(...messages);
        return messages;
      },
      ...more,
    },
  };
};
const of = (tenantId: string, sent: Due[]) => sent.filter((message) => message.tenantId === tenantId);
const sort = (messages: Due[]) => messages.map(({ sk }) => sk).sort();

// The due index is everybody's, so each test has a table of its own.
let table: SystemTable;
beforeEach(async () => {
  table = new SystemTable({ client, tableName: await createTable(), cursors });
});

describe('a sweep', () => {
  it('hands each kind of entry to the queue of those who work on it', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const at = '2026-03-04T02:00:00.000Z';
    const sks = ['obl#x', 'delivery', 'job', 'run', 'fees'];
    const duePk = dueShard(office.tenantId);
    for (const sk of sks) {
      const pk = `${office.tenantId}#${sk}`;
      await table
        .office(office.tenantId)
        .commit([{ put: { pk, sk, et: 'x', v: 1, duePk, dueSk: `${at}#${pk}|${sk}` }, expect: 'new' }]);
    }
    const queues: Record<string, string[]> = {};
    const send: SweepDeps['send'] = async (queue, messages) => {
      queues[queue] = sort(of(office.tenantId, messages)).concat(queues[queue] ?? []);
      return messages;
    };
    await sweep({ table, now: Date.parse('2026-03-04T02:00:30.000Z'), send });
    expect(queues.billing).toEqual(['fees', 'run']);
    expect(queues.deliveries).toEqual(['delivery']);
    expect(queues.reminders).toEqual(['job', 'obl#x']);
  });

  it('hands over what is due and nothing else, and leases it for ten minutes', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const due = await makeObligation(office, { startAt: sh('2026-03-04 10:00') });
    const later = await makeObligation(office, { startAt: sh('2026-06-04 10:00') });
    const at = (minutes: number) =>
      new Date(Date.parse(sh('2026-03-09 10:00')) + minutes * 60_000).toISOString();

    const first = deps(at(0));
    const swept = await sweep(first.deps);
    expect(of(office.tenantId, first.sent)).toEqual([
      { kind: 'due', tenantId: office.tenantId, ...keyOf(due) },
    ]);
    expect(swept.lagMs).toBeGreaterThan(86_400_000);

    const soon = deps(at(9));
    await sweep(soon.deps);
    expect(of(office.tenantId, soon.sent)).toEqual([]);

    const lost = deps(at(11));
    await sweep(lost.deps);
    expect(sort(of(office.tenantId, lost.sent))).toEqual([keyOf(due).sk]);
    expect((await stateOf(table, later)).item.dueSk?.startsWith(`2026-06`)).toBe(true);
  });

  it('killed between reading and sending loses nothing: the next one sends it', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const obligation = await makeObligation(office, { startAt: sh('2026-03-04 10:00') });
    const killed = deps(sh('2026-03-09 10:00'), {
      send: async () => {
        throw new Error('killed');
      },
    });
    await expect(sweep(killed.deps)).rejects.toThrow('killed');
    const next = deps(sh('2026-03-09 10:01'));
    await sweep(next.deps);
    expect(sort(of(office.tenantId, next.sent))).toEqual([keyOf(obligation).sk]);
  });

  it('killed between sending and leasing sends it twice, which has one effect', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const startAt = sh('2026-03-04 10:00');
    const obligation = await makeObligation(office, { startAt, period: { unit: 'days', n: 7 } });
    const now = obligation.steps[0]?.at ?? '';
    const bodies: Due[] = [];
    const killed = deps(now, {
      table: {
        due: (spec) => table.due(spec),
        postpone: async () => {
          throw new Error('killed');
        },
      },
      send: async (_, messages) => {
        bodies.push(...messages);
        return messages;
      },
    });
    await expect(sweep(killed.deps)).rejects.toThrow('killed');
    const next = deps(new Date(Date.parse(now) + 60_000).toISOString());
    await sweep(next.deps);
    const twice = of(office.tenantId, [...bodies, ...next.sent]);
    expect(twice).toHaveLength(2);

    const view = new OfficeView(table, office.tenantId);
    for (const { pk, sk } of twice) await remind(view, { pk, sk }, Date.parse(now), 'm');
    expect((await stateOf(table, obligation)).ledger).toHaveLength(1);
    expect(await inboxOf(table, office.tenantId, office.staff.desk ?? '')).toHaveLength(1);
  });

  it('takes what the queue did not take again with the next sweep', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const obligation = await makeObligation(office, { startAt: sh('2026-03-04 10:00') });
    const refused = deps(sh('2026-03-09 10:00'), { send: async () => [] });
    await sweep(refused.deps);
    const next = deps(sh('2026-03-09 10:01'));
    await sweep(next.deps);
    expect(sort(of(office.tenantId, next.sent))).toEqual([keyOf(obligation).sk]);
  });

  it('goes on in other shards when one fails, and fails all the same', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    for (let i = 0; i < 20; i++) await makeObligation(office, { startAt: sh('2026-03-04 10:00') });
    const broken = deps(sh('2026-03-09 10:00'), {
      table: {
        due: (spec) => (spec.shard === 'due#00' ? Promise.reject(new Error('broken')) : table.due(spec)),
        postpone: (entry, to) => table.postpone(entry, to),
      },
    });
    await expect(sweep(broken.deps)).rejects.toThrow('broken');
    const next = deps(sh('2026-03-09 10:01'));
    await sweep(next.deps);
    const both = [...of(office.tenantId, broken.sent), ...of(office.tenantId, next.sent)];
    expect(new Set(sort(both)).size).toBe(20);
    expect(both).toHaveLength(20);
  });

  it('hands over everything that is due, the oldest of each shard first', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const all = await Promise.all(
      Array.from({ length: 120 }, (_, i) =>
        makeObligation(office, { startAt: sh(`2026-03-04 10:${String((i * 7) % 60).padStart(2, '0')}`) }),
      ),
    );
    const due = new Map(all.map((one) => [keyOf(one).sk, one.steps[0]?.at ?? '']));
    const { deps: whole, sent } = deps(sh('2026-03-09 10:00'));
    const swept = await sweep(whole);
    expect([swept.sent, new Set(sort(sent)).size]).toEqual([120, 120]);
    const shards = Map.groupBy(sent, ({ pk, sk }) => dueShard(`${pk}|${sk}`));
    expect(shards.size).toBeGreaterThan(8);
    for (const messages of shards.values()) {
      const moments = messages.map(({ sk }) => due.get(sk) ?? '');
      expect(moments).toEqual([...moments].sort());
    }
  });
});

describe('the sweeper\u2019s function', () => {
  beforeEach(() => {
    table = world.table;
  });

  it('puts obligations and deliveries into their queues', async () => {
    const office = await makeOffice({ table }, { desk: ['desk'] });
    const now = sh('2026-03-09 10:00');
    const obligation = await makeObligation(office, { startAt: sh('2026-03-04 10:00') });
    const words = { title: { en: 'a', zh: 'b' }, text: { en: 'a', zh: 'b' } };
    const mail = mailFor(office.tenantId, {}, 'test', ['x'], words, Date.parse(now));
    await office.office.commit([mail.write]);
    setClock(now);
    await sweeper({ kind: 'sweep' });
    const reminders = await world.take('reminders');
    const deliveries = await world.take('deliveries');
    expect(reminders.map(({ Body }) => JSON.parse(Body ?? '').sk)).toEqual([keyOf(obligation).sk]);
    expect(deliveries.map(({ Body }) => JSON.parse(Body ?? ''))).toEqual([mail.queueMessage]);
    expect((await deliveriesOf(table, office.tenantId))[0]?.status).toBe('pending');
  });

  it('tells every office of a zone when its day begins, and no office of another zone', async () => {
    const here = await makeOffice(world, {});
    const there = await makeOffice(world, {});
    const item = officeItem(there.tenantId);
    await table.commit([{ put: { ...item, g2pk: 'sys#offices#Europe/London' }, expect: 'any' }]);
    const now = sh('2026-03-09 08:30');
    setClock(now);
    await sweeper({ kind: 'digest', zone: 'Asia/Shanghai' });
    const messages = (await world.take('reminders')).map(({ Body }) => JSON.parse(Body ?? ''));
    expect(messages).toContainEqual({ kind: 'digest', tenantId: here.tenantId, at: now });
    expect(messages.map(({ tenantId }) => tenantId)).not.toContain(there.tenantId);
  });

  it('lets a forgotten complaint climb its whole ladder although every message comes twice', async () => {
    const { handler: notifier } = await import('../../functions/notifier/handler.ts');
    await world.take('reminders');
    const office = await makeOffice(world, { desk: ['desk'], lead: ['supervisor'], boss: ['manager'] });
    const obligation = await makeObligation(office, { startAt: sh('2026-11-02 10:00') });
    const twice: typeof notifier = async (event) => {
      await notifier(event);
      return notifier(event);
    };
    for (let sweeps = 0; sweeps < 30; sweeps++) {
      const { item } = await stateOf(table, obligation);
      if (item.dueSk === undefined) break;
      setClock(item.dueSk.slice(0, 24));
      await sweeper({ kind: 'sweep' });
      await world.work('reminders', twice);
    }
    const { item, ledger, events } = await stateOf(table, obligation);
    expect(item.dueSk).toBeUndefined();
    expect(ledger).toHaveLength(obligation.steps.length);
    expect(events.flatMap(({ data }) => data.steps)).toEqual(obligation.steps.map(({ n }) => n));
    const kinds = async (staffId: string) =>
      (await inboxOf(table, office.tenantId, staffId)).map(({ kind }) => kind);
    expect(await kinds(office.staff.desk)).toEqual(['remind', 'remind', 'due']);
    expect(await kinds(office.staff.lead)).toEqual(['escalate', 'escalate']);
    expect(await kinds(office.staff.boss)).toEqual(Array.from({ length: 6 }, () => 'escalate'));
  });
});
