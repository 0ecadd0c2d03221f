import { afterAll, describe, expect, it, vi } from 'vitest';
import { eventOf } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { call, staffOf } from './call.ts';
import {
  inboxOf,
  makeObligation,
  makeOffice,
  setClock,
  sh,
  startWorld,
  stateOf,
  type TestOffice,
} from './reminders.ts';

const world = await startWorld();
const { table } = world;
const { handler: notifier } = await import('../../functions/notifier/handler.ts');
const { handler } = await import('../../functions/obligations/handler.ts');
const { handler: audit } = await import('../../functions/audit/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
afterAll(world.stop);

async function evening(office: TestOffice, day: string) {
  const at = sh(`${day} 17:15`);
  setClock(at);
  const body = JSON.stringify({ kind: 'endOfDay', tenantId: office.tenantId, at });
  expect(await notifier({ Records: [{ messageId: 'm', body }] as never })).toEqual({ batchItemFailures: [] });
}

async function people() {
  const here = await makeOffice(world, {
    desk: ['desk'],
    other: ['desk'],
    lead: ['supervisor'],
    boss: ['manager'],
  });
  const who = {
    desk: staffOf(here.tenantId, ['desk'], here.staff.desk),
    other: staffOf(here.tenantId, ['desk'], here.staff.other),
    lead: staffOf(here.tenantId, ['supervisor'], here.staff.lead),
    engineer: staffOf(here.tenantId, ['engineer']),
  };
  const ask = (one: keyof typeof who, route: string, options: Parameters<typeof call>[3] = {}) =>
    call(handler as never, who[one], route, options);
  return {
    here,
    list: (query: Record<string, string> = {}) =>
      ask('engineer', 'GET /v1/day-ends', { query: { propertyId: here.propertyId, ...query } }),
    get: (id: string) => ask('engineer', 'GET /v1/day-ends/{id}', { params: { id } }),
    sign: (one: keyof typeof who, id: string, body: unknown, headers: Record<string, string> = {}) =>
      ask(one, 'POST /v1/day-ends/{id}/sign', { params: { id }, body, headers }),
  };
}

/** An office with one day listed, and the id of that day's end. */
async function listed() {
  const office = await people();
  const obligation = await makeObligation(office.here);
  await evening(office.here, '2026-10-08');
  const { body } = await office.list();
  return { ...office, obligation, id: body.items[0].id as string };
}

describe('the end of a day (DUTY-5)', () => {
  it('shows what was listed as it was then, whom it was told, and that the desk is to sign', async () => {
    const { here, get, id, obligation } = await listed();
    const { objectId, ruleId, dueAt } = obligation;
    const { status, body } = await get(id);
    expect([status, body]).toEqual([
      200,
      {
        id,
        propertyId: here.propertyId,
        day: '2026-10-08',
        at: sh('2026-10-08 17:15'),
        count: 1,
        more: false,
        openSteps: ['desk'],
        lines: [{ id: obligation.id, objectId, objectKind: 'ticket', ruleId, dueAt, title: '电梯困人' }],
        to: expect.arrayContaining([here.staff.desk, here.staff.other, here.staff.lead]),
      },
    ]);
    // The message leads to it, and says what is to be done.
    const [message] = await inboxOf(table, here.tenantId, here.staff.lead);
    expect(message).toMatchObject({ objectId: id, text: { en: expect.stringContaining('signed off') } });
    expect((await stateOf(table, obligation)).obligation.status).toBe('open');
  });

  it('is signed by the desk, then by the supervisor with a note, each an event of a whole history', async () => {
    const { here, get, list, sign, id } = await listed();
    setClock(sh('2026-10-08 17:40'));
    const first = await sign('desk', id, { as: 'desk' });
    expect(first.body).toMatchObject({
      desk: { at: sh('2026-10-08 17:40'), by: here.staff.desk },
      openSteps: ['supervisor'],
    });
    setClock(sh('2026-10-08 18:05'));
    const second = await sign('lead', id, { as: 'supervisor', note: '明早先回访' });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toMatchObject({
      desk: first.body.desk,
      supervisor: { at: sh('2026-10-08 18:05'), by: here.staff.lead },
      note: '明早先回访',
      openSteps: [],
    });
    expect((await get(id)).body).toEqual(second.body);
    const { lines: _, to: __, note: ___, ...shown } = second.body;
    expect((await list()).body).toEqual({ items: [shown] });

    const items = await table.all({
      pk: keys.objectPk(here.tenantId, id),
      sk: { begins: keys.eventsPrefix },
    });
    const common = { propertyId: here.propertyId, day: '2026-10-08', count: 1 };
    expect(items.map(eventOf)).toMatchObject([
      {
        type: 'dayEnd.signed',
        actor: `staff:${here.staff.desk}`,
        at: sh('2026-10-08 17:40'),
        data: { ...common, as: 'desk' },
      },
      {
        type: 'dayEnd.signed',
        actor: `staff:${here.staff.lead}`,
        at: sh('2026-10-08 18:05'),
        data: { ...common, as: 'supervisor', note: '明早先回访' },
      },
    ]);
    const owner = staffOf(here.tenantId, ['owner']);
    const verified = await call(audit as never, owner, 'GET /v1/audit/verify', { query: { objectId: id } });
    expect(verified.body).toEqual({ whole: true, histories: 1, events: 2, faults: [] });
  });

  it('is refused out of order and when signed already, with the step that is open', async () => {
    const { sign, id } = await listed();
    const refused = async (one: 'desk' | 'other' | 'lead', as: string) => {
      const { status, body } = await sign(one, id, { as });
      return [status, body.type.split('/').at(-1), body.openSteps];
    };
    expect(await refused('lead', 'supervisor')).toEqual([409, 'wrong-state', ['desk']]);
    await sign('desk', id, { as: 'desk' });
    expect(await refused('other', 'desk')).toEqual([409, 'wrong-state', ['supervisor']]);
    await sign('lead', id, { as: 'supervisor' });
    expect(await refused('lead', 'supervisor')).toEqual([409, 'wrong-state', []]);
  });

  it('is refused for those whose signature it is not, and for one person twice', async () => {
    const { get, sign, id } = await listed();
    expect((await sign('engineer', id, { as: 'desk' })).status).toBe(403);
    expect((await sign('lead', id, { as: 'desk' })).status).toBe(200);
    const both = await sign('lead', id, { as: 'supervisor' });
    expect([both.status, both.body.detail]).toEqual([403, 'Two people sign a day off (DUTY-5).']);
    const desk = await sign('other', id, { as: 'supervisor' });
    expect([desk.status, desk.body.detail]).toEqual([403, 'A supervisor signs here (DUTY-5).']);
    expect((await get(id)).body.openSteps).toEqual(['supervisor']);
  });

  it('takes a note of the supervisor only, and knows no day that was not listed', async () => {
    const { sign, get, id } = await listed();
    const noted = await sign('desk', id, { as: 'desk', note: 'x' });
    expect([noted.status, noted.body.errors[0].path]).toEqual([400, '/body/note']);
    const never = newId('dayEnd');
    expect([(await get(never)).status, (await sign('desk', never, { as: 'desk' })).status]).toEqual([
      404, 404,
    ]);
  });

  it('signed by two at once is signed once; a repeated request gets its answer again', async () => {
    const { sign, id } = await listed();
    const both = await Promise.all([sign('desk', id, { as: 'desk' }), sign('other', id, { as: 'desk' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const once = () => sign('lead', id, { as: 'supervisor' }, { 'idempotency-key': 'evening' });
    const first = await once();
    expect(await once()).toMatchObject({ status: 200, body: first.body });
  });
});

describe('an office in which nobody else may sign', () => {
  const alone = async (staff: Parameters<typeof makeOffice>[1]) => {
    const here = await makeOffice(world, staff);
    await evening(here, '2026-10-08');
    const boss = staffOf(here.tenantId, ['owner'], here.staff.boss);
    const { body } = await call(handler as never, boss, 'GET /v1/day-ends', {
      query: { propertyId: here.propertyId },
    });
    const { id } = body.items[0];
    const sign = (as: string) =>
      call(handler as never, boss, 'POST /v1/day-ends/{id}/sign', { params: { id }, body: { as } });
    await sign('desk');
    return { here, id, second: await sign('supervisor') };
  };

  it('has its days signed by one person for both, on record', async () => {
    const { here, id, second } = await alone({ boss: ['owner'] });
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({
      desk: { by: here.staff.boss },
      supervisor: { by: here.staff.boss, alone: true },
      openSteps: [],
    });
    const items = await table.all({
      pk: keys.objectPk(here.tenantId, id),
      sk: { begins: keys.eventsPrefix },
    });
    expect(items.map((item) => eventOf(item).data.alone)).toEqual([undefined, true]);
  });

  it('is one with a desk, too, but no other supervisor; not one with a manager', async () => {
    expect((await alone({ boss: ['owner'], desk: ['desk'] })).second.status).toBe(200);
    expect((await alone({ boss: ['owner'], other: ['manager'] })).second.status).toBe(403);
  });
});

describe('a day on which nothing was left', () => {
  it('is told nobody, shown with nothing unfinished, and signed as any other', async () => {
    const { here, list, sign } = await people();
    await evening(here, '2026-10-08');
    await evening(here, '2026-10-08');
    const { body } = await list();
    expect(body.items).toMatchObject([{ day: '2026-10-08', count: 0, more: false, openSteps: ['desk'] }]);
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
    const [{ id }] = body.items;
    expect((await sign('desk', id, { as: 'desk' })).status).toBe(200);
    const signed = await sign('lead', id, { as: 'supervisor' });
    expect(signed.body).toMatchObject({ count: 0, lines: [], to: [], openSteps: [] });
  });

  it('is none where the office is closed all day, and neither is a list: it waits for the next day of business', async () => {
    const { here, list } = await people();
    await makeObligation(here, { startAt: sh('2026-09-28 10:00') });
    // The National Day holiday has no hours (TIME-9).
    await evening(here, '2026-10-01');
    expect((await list()).body.items).toEqual([]);
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
    await evening(here, '2026-10-08');
    expect((await list()).body.items).toMatchObject([{ day: '2026-10-08', count: 1 }]);
  });
});

describe('the list of days', () => {
  it('is a property\u2019s, the newest first, from a day to a day, page by page', async () => {
    const { here, list } = await people();
    await makeObligation(here);
    for (const day of ['2026-10-08', '2026-10-09', '2026-10-10']) await evening(here, day);
    const days = async (query?: Record<string, string>) => {
      const { body } = await list(query);
      return body.items.map((one: { day: string }) => one.day);
    };
    expect(await days()).toEqual(['2026-10-10', '2026-10-09', '2026-10-08']);
    expect(await days({ from: '2026-10-09' })).toEqual(['2026-10-10', '2026-10-09']);
    expect(await days({ to: '2026-10-09' })).toEqual(['2026-10-09', '2026-10-08']);
    expect(await days({ from: '2026-10-09', to: '2026-10-09' })).toEqual(['2026-10-09']);
    expect(await days({ propertyId: newId('property') })).toEqual([]);
    const first = await list({ limit: '2' });
    expect(await days({ limit: '2', cursor: first.body.next })).toEqual(['2026-10-08']);
    const backwards = await list({ from: '2026-10-09', to: '2026-10-08' });
    expect([backwards.status, backwards.body.errors[0].path]).toEqual([400, '/query/to']);
  });
});
