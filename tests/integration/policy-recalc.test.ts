import { beforeAll, describe, expect, it, vi } from 'vitest';
import { recalc } from '../../functions/policy/recalc.ts';
import { countAnew } from '../../functions/stream/rebuild.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import { type Obligation, open, parse } from '../../shared/obligations/index.ts';
import { loadWithRules, timeOf } from '../../shared/policyStore.ts';
import { systemTable } from '../../shared/system.ts';
import type { OfficeTable } from '../../shared/table.ts';
import { call, functionEnvironment, staffOf } from './call.ts';
import { officeTable } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const policy = (await import('../../functions/policy/handler.ts')).handler;
const offices = (await import('../../functions/offices/handler.ts')).handler;
const system = systemTable({ kind: 'system', id: 'test' });

// Far enough ahead that no edition of the calendar library knows the year.
const startAt = '2093-09-30T02:00:00.000Z';
const now = Date.parse(startAt) + 1000;
// Wednesday 30 September 2093; 1 to 7 October off.
const years = {
  '2093': { holidays: [1, 2, 3, 4, 5, 6, 7].map((n) => `2093-10-0${n}`), makeUp: ['2093-10-10'] },
};

async function anOffice() {
  const manager = staffOf(newId('tenant'), ['manager']);
  const office = officeTable(tableName, manager.tenantId);
  const created = await call(offices as never, manager, 'POST /v1/properties', { body: { name: 'A' } });
  const propertyId: string = created.body.id;
  return { manager, office, propertyId };
}

async function owe(office: OfficeTable, propertyId: string, start = startAt, ruleId = 'TICKET-3.major') {
  const { items, rules } = await loadWithRules(office, {
    property: keys.property(office.tenantId, propertyId),
  });
  if (!items.property) throw new Error('no property');
  const { obligation, write } = open(
    {
      tenantId: office.tenantId,
      objectId: newId('ticket'),
      objectKind: 'ticket',
      key: 'resolve#1',
      ruleId,
      policy: rules.policyFor(start.slice(0, 10)),
      schedule: rules.scheduleOf(timeOf(items.property)),
      startAt: start,
      propertyId,
    },
    Date.parse(start),
  );
  await office.commit([write]);
  return obligation;
}

async function read(office: OfficeTable, { objectId, id }: Obligation) {
  const { item } = await office.load({ item: keys.obligation(office.tenantId, objectId, id) });
  if (!item) throw new Error('no obligation');
  return { item, obligation: parse(item) };
}

const putCalendar = (manager: ReturnType<typeof staffOf>, body: unknown = { base: 'cn', years }) =>
  call(policy as never, manager, 'PUT /v1/calendar', { body });

describe('a calendar that arrives (TIME-7)', () => {
  let office: OfficeTable;
  let before: Obligation;
  let certain: Obligation;
  beforeAll(async () => {
    const made = await anOffice();
    office = made.office;
    before = await owe(office, made.propertyId);
    certain = await owe(office, made.propertyId, startAt, 'TICKET-8');
    expect([before.provisional, before.dueAt]).toEqual([true, '2093-10-01T09:30:00.000Z']);
    await putCalendar(made.manager);
    expect(await recalc(system, office.tenantId, now)).toEqual({ changed: 1, done: true });
  });

  it('moves the open provisional deadline and every reminder of it', async () => {
    const { item, obligation } = await read(office, before);
    expect([obligation.provisional, obligation.dueAt]).toEqual([false, '2093-10-08T09:30:00.000Z']);
    expect(item.g6sk?.startsWith(tick('2093-10-08T09:30:00.000Z'))).toBe(true);
    expect(obligation.steps.find(({ kind }) => kind === 'due')?.at).toBe('2093-10-08T09:30:00.000Z');
    expect(item.dueSk?.startsWith(obligation.steps[0]?.at ?? 'none')).toBe(true);
  });

  it('records the change with the old and the new moment', async () => {
    const { event } = await office.load({
      event: keys.obligationEvent(office.tenantId, before.objectId, before.id, 1),
    });
    expect(event?.rest).toMatchObject({
      type: 'obligation.recomputed',
      data: { oldDueAt: '2093-10-01T09:30:00.000Z', newDueAt: '2093-10-08T09:30:00.000Z' },
    });
  });

  it('leaves alone what was certain, and its own job is gone', async () => {
    expect((await read(office, certain)).obligation).toMatchObject({ version: 1, dueAt: certain.dueAt });
    expect((await office.load({ job: keys.job(office.tenantId, 'recalc') })).job).toBeUndefined();
  });

  it('is counted in once, however often the message comes', async () => {
    expect(await recalc(system, office.tenantId, now)).toEqual({ changed: 0, done: true });
    expect((await read(office, before)).obligation.version).toBe(2);
  });
});

describe('a ticket whose deadline is counted again', () => {
  it('moves in the lists with it, and to the month of its new deadline in the counters', async () => {
    const tickets = (await import('../../functions/tickets/handler.ts')).handler;
    const { manager, office, propertyId } = await anOffice();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2093-10-30T02:00:00Z') });
    const created = await call(tickets as never, manager, 'POST /v1/tickets', {
      body: { kind: 'complaint', grade: 'major', channel: 'phone', title: 'x', propertyId },
    });
    expect(created.body.dueAt).toBe('2093-11-02T09:30:00.000Z');
    // Saturday 31 October is worked.
    await putCalendar(manager, { base: 'cn', extraWork: ['2093-10-31'] });
    await recalc(system, office.tenantId, Date.now());
    vi.useRealTimers();
    const get = await call(tickets as never, manager, 'GET /v1/tickets/{id}', {
      params: { id: created.body.id },
    });
    expect(get.body.dueAt).toBe('2093-10-31T09:30:00.000Z');
    const due = await call(tickets as never, manager, 'GET /v1/tickets', { query: { view: 'open' } });
    expect(due.body.items.map((item: { dueAt: string }) => item.dueAt)).toEqual([get.body.dueAt]);
    const { totals } = await countAnew(office);
    expect(totals.office).toHaveProperty('2093-10#goals|complaint:open:31', 1);
  });
});

describe('the recomputation of an office', () => {
  it('keeps each obligation to the policy version it was opened under', async () => {
    const { manager, office, propertyId } = await anOffice();
    const old = await owe(office, propertyId);
    await call(policy as never, manager, 'PUT /v1/policy', {
      body: {
        effectiveFrom: new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10),
        rules: { 'TICKET-3.major': { period: { unit: 'workingDays', n: 5 } } },
      },
    });
    const young = await owe(office, propertyId);
    await putCalendar(manager);
    await recalc(system, office.tenantId, now);
    expect((await read(office, old)).obligation).toMatchObject({
      policyVersion: 0,
      dueAt: '2093-10-08T09:30:00.000Z',
    });
    expect((await read(office, young)).obligation).toMatchObject({
      policyVersion: 1,
      dueAt: '2093-10-13T09:30:00.000Z',
    });
  });

  it('goes on where a run stopped until all are counted again', async () => {
    const { manager, office, propertyId } = await anOffice();
    const owed = [];
    for (let i = 0; i < 7; i++) owed.push(await owe(office, propertyId));
    await putCalendar(manager);
    let changed = 0;
    let runs = 0;
    for (let done = false; !done; runs++) {
      const run = await recalc(system, office.tenantId, now, 3);
      changed += run.changed;
      done = run.done;
    }
    expect([changed, runs > 1]).toEqual([7, true]);
    for (const one of owed) expect((await read(office, one)).obligation.provisional).toBe(false);
  });

  it('loses no newer calendar that arrives while it runs', async () => {
    const { manager, office, propertyId } = await anOffice();
    const owed = await owe(office, propertyId);
    await putCalendar(manager, { base: 'cn', extraRest: ['2093-10-01'] });
    await Promise.all([recalc(system, office.tenantId, now), putCalendar(manager)]);
    for (let i = 0; i < 3; i++) await recalc(system, office.tenantId, now);
    expect((await read(office, owed)).obligation.dueAt).toBe('2093-10-08T09:30:00.000Z');
    expect(
      (await office.query({ pk: lists.obl(office.tenantId), index: 'g6', limit: 5 })).items,
    ).toHaveLength(1);
  });
});
