import { describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { happened, type OpenInput, open, recompute, replace } from '../../shared/obligations/index.ts';
import { standardPack } from '../../shared/policy/index.ts';
import { createCalendar, standardHours } from '../../shared/time/index.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { officeTable } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/obligations/handler.ts');

const schedule = { calendar: createCalendar(), hours: standardHours, zone: 'Asia/Shanghai' };

async function make(tenantId: string, more: Partial<OpenInput> = {}) {
  const startAt = more.startAt ?? '2026-09-30T02:00:00.000Z';
  const { obligation, write } = open(
    {
      tenantId,
      objectId: newId('ticket'),
      objectKind: 'ticket',
      key: 'resolve#1',
      ruleId: 'TICKET-3.major',
      policy: standardPack,
      schedule,
      startAt,
      propertyId: newId('property'),
      ...more,
    },
    Date.parse(startAt),
  );
  await officeTable(tableName, tenantId).commit([write]);
  return obligation;
}
const list = (who: Who, query: Record<string, string> = {}) =>
  call(handler as never, who, 'GET /v1/obligations', { query });
const one = (who: Who, { objectId, id }: { objectId: string; id: string }) =>
  call(handler as never, who, 'GET /v1/obligations/{objectId}/{id}', { params: { objectId, id } });
const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id);

/** Far enough away never to be overdue while this software lives. */
const later = '2199-01-02T02:00:00.000Z';

describe('one obligation', () => {
  it('of a dunning case is shown to those who may know of arrears (FEE-8)', async () => {
    const t = newId('tenant');
    const objectId = newId('dunning');
    const notice = { objectId, objectKind: 'dunning', ruleId: 'FEE-4.notice' } as const;
    const obligation = await make(t, { ...notice, key: 'notice#1' });
    expect(await one(staffOf(t, ['desk']), obligation)).toMatchObject({
      status: 200,
      body: { ...notice, ruleTitle: { zh: expect.stringContaining('催费') } },
    });
    const { status, body } = await one(staffOf(t, ['guard']), obligation);
    expect([status, body.detail]).toEqual([403, 'This needs the scope fees:read.']);
    const what = { params: { objectId, id: obligation.id } };
    const events = (role: 'desk' | 'guard') =>
      call(handler as never, staffOf(t, [role]), 'GET /v1/obligations/{objectId}/{id}/events', what);
    expect([(await events('desk')).status, (await events('guard')).status]).toEqual([200, 403]);
  });

  it('of a service order is due when the order says, on whatever day, and explains that', async () => {
    const who = staffOf(newId('tenant'), ['desk']);
    // A Sunday night in the National Day holiday.
    const dueAt = '2026-10-04T14:00:00.000Z';
    const obligation = await make(who.tenantId ?? '', { key: 'order#2', ruleId: 'TICKET-6.order', dueAt });
    const { status, body } = await one(who, obligation);
    expect([status, body]).toMatchObject([
      200,
      {
        dueAt,
        provisional: false,
        period: { unit: 'named' },
        ruleTitle: { zh: '服务单按时完成' },
        explanation: { en: 'The service order names 2026-10-04 22:00 (TICKET-6).' },
        reasons: [{ rule: 'TICKET-6', kind: 'named', at: dueAt }],
      },
    ]);
    expect(body.steps.map(({ kind, to }: { kind: string; to: string[] }) => [kind, ...to])).toEqual([
      ['remind', 'owner'],
      ['due', 'owner'],
      ['escalate', 'lead'],
      ['escalate', 'supervisor'],
      ['escalate', 'manager'],
    ]);
  });

  it('explains its due moment in both languages: rule, days skipped and why', async () => {
    const who = staffOf(newId('tenant'), ['desk']);
    const obligation = await make(who.tenantId ?? '');
    const { status, body } = await one(who, obligation);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dueAt: '2026-10-08T09:30:00.000Z',
      ruleId: 'TICKET-3.major',
      ruleTitle: { zh: '重大投诉整改' },
      policyVersion: 0,
      status: 'open',
    });
    expect(body.explanation.en).toContain('National Day');
    expect(body.explanation.zh).toContain('国庆节');
    expect(body.explanation.en).toContain('(TIME-6)');
    expect(body.steps.map(({ kind }: { kind: string }) => kind)).toContain('escalate');
  });

  it('of another office does not exist', async () => {
    const who = staffOf(newId('tenant'), ['desk']);
    const obligation = await make(who.tenantId ?? '');
    const other = await one(staffOf(newId('tenant'), ['desk']), obligation);
    const none = await one(who, { objectId: obligation.objectId, id: newId('obligation') });
    expect([other.status, none.status]).toEqual([404, 404]);
    expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
  });
});

describe('what happened to an obligation', () => {
  const who = staffOf(newId('tenant'), ['desk']);
  const t = who.tenantId ?? '';
  const events = ({ objectId, id }: { objectId: string; id: string }, query = {}, asking = who) =>
    call(handler as never, asking, 'GET /v1/obligations/{objectId}/{id}/events', {
      params: { objectId, id },
      query,
    });

  it('is told oldest first, page by page: what was sent to whom, why the due moment moved', async () => {
    const obligation = await make(t, { startAt: '2026-12-31T02:00:00.000Z' });
    const now = Date.parse('2026-12-31T03:00:00Z');
    const by = { actor: { kind: 'system', id: 'notifier' }, requestId: 'req', now } as const;
    const first = happened(obligation, 'reminder.sent', { steps: [1], to: ['stf_1'] }, by);
    const told = { ...obligation, head: first.head, version: 2 };
    const arrived = createCalendar({
      base: 'cn',
      years: { '2027': { holidays: ['2027-01-01'], makeUp: [] } },
    });
    const second = recompute(told, standardPack, { ...schedule, calendar: arrived }, now);
    await officeTable(tableName, t).commit([replace(told), first.write]);
    await officeTable(tableName, t).commit(second?.writes ?? []);

    const page = await events(obligation, { limit: '1' });
    expect(page.status).toBe(200);
    expect(page.body.items).toMatchObject([
      { type: 'reminder.sent', object: obligation.id, data: { steps: [1], to: ['stf_1'] } },
    ]);
    const next = await events(obligation, { limit: '1', cursor: page.body.next });
    expect(next.body.items).toMatchObject([
      {
        type: 'obligation.recomputed',
        data: { oldDueAt: '2027-01-01T09:30:00.000Z', newDueAt: '2027-01-04T09:30:00.000Z' },
      },
    ]);
  });

  it('is nothing before the first reminder, and does not exist of what is not there', async () => {
    const obligation = await make(t);
    expect((await events(obligation)).body).toEqual({ items: [] });
    const elsewhere = staffOf(newId('tenant'), ['desk']);
    expect((await events(obligation, {}, elsewhere)).status).toBe(404);
    expect((await events({ ...obligation, id: newId('obligation') })).status).toBe(404);
  });
});

describe('lists of what is owed', () => {
  const tenantId = newId('tenant');
  const desk = staffOf(tenantId, ['desk']);

  it('come due first: mine, a property\u2019s, the office\u2019s, page by page', async () => {
    const propertyId = newId('property');
    const second = await make(tenantId, { startAt: '2026-09-02T02:00:00.000Z', ownerId: desk.id });
    const third = await make(tenantId, { startAt: later, propertyId });
    const first = await make(tenantId, { startAt: '2026-09-01T02:00:00.000Z', propertyId, ownerId: desk.id });
    expect(ids(await list(desk, { view: 'mine' }))).toEqual([first.id, second.id]);
    expect(ids(await list(desk, { view: 'property', propertyId }))).toEqual([first.id, third.id]);
    expect(ids(await list(desk))).toEqual([first.id, second.id, third.id]);
    const page = await list(desk, { limit: '2' });
    const next = await list(desk, { limit: '2', cursor: page.body.next });
    expect([...ids(page), ...ids(next)]).toEqual([first.id, second.id, third.id]);
  });

  it('of what is overdue leave out the rest, also from page to page', async () => {
    const who = staffOf(newId('tenant'), ['desk']);
    const t = who.tenantId ?? '';
    const overdue = [];
    for (const day of ['01', '02', '03'])
      overdue.push(await make(t, { startAt: `2026-09-${day}T02:00:00.000Z` }));
    await make(t, { startAt: later });
    const page = await list(who, { state: 'overdue', limit: '2' });
    const next = await list(who, { state: 'overdue', limit: '2', cursor: page.body.next });
    expect([...ids(page), ...ids(next)]).toEqual(overdue.map(({ id }) => id));
    expect(next.body.next).toBeUndefined();
  });

  it('refuse what no index serves, naming the field', async () => {
    for (const query of [{ view: 'property' }, { propertyId: newId('property') }, { view: 'all' }]) {
      const answer = await list(desk, query as Record<string, string>);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].path).toMatch(/^\/query\//);
    }
    expect((await list(keyOf(tenantId), { view: 'mine' })).status).toBe(400);
    expect((await list(keyOf(tenantId))).status).toBe(200);
  });

  it('have cursors that no other office and no other list can use', async () => {
    const { body } = await list(desk, { limit: '1' });
    expect((await list(staffOf(newId('tenant'), ['desk']), { limit: '1', cursor: body.next })).status).toBe(
      400,
    );
    expect((await list(desk, { limit: '1', view: 'mine', cursor: body.next })).status).toBe(400);
    const { body: late } = await list(desk, { limit: '1', state: 'overdue' });
    const moved = `2025-01-01T00:00:00.000Z_${late.next.split('_')[1]}`;
    expect((await list(desk, { limit: '1', state: 'overdue', cursor: moved })).status).toBe(400);
    expect((await list(desk, { limit: '1', cursor: `2026-01-01T00:00:00.000Z_${body.next}` })).status).toBe(
      400,
    );
  });
});
