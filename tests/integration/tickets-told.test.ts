import { afterAll, describe, expect, it } from 'vitest';
import { keys, lists } from '../../shared/keys.ts';
import { functionEnvironment } from './call.ts';
import { addStaff, makeOffice, type TestOffice } from './tickets.ts';

const { tableName, close } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');
afterAll(close);

const order = (assigneeId: string) => ({
  assigneeId,
  what: '张先生家水管',
  dueAt: '2199-01-01T00:00:00+08:00',
  given: 'spoken',
});

/** What is in somebody's inbox. */
async function inbox({ table, tenantId }: TestOffice, staffId: string) {
  const items = await table.all({ pk: keys.inboxPk(tenantId, staffId) });
  return items.map(
    ({ list }) => list as { kind: string; ruleId: string; title: { zh: string }; text: { zh: string } },
  );
}

async function mailed({ table, tenantId }: TestOffice) {
  const items = await table.all({ index: 'g1', pk: lists.deliveries(tenantId) });
  return items.map(({ list }) => list?.staffId);
}

describe('who is told at once, in the transaction of the step', () => {
  it('whoever gets a service order (TICKET-6), with what and by when, not with the words of the order', async () => {
    const office = await makeOffice(tableName, handler);
    const { id } = (await office.create()).body;
    await office.step(id, 'dispatch', order(office.engineer.id));
    const [message, ...others] = await inbox(office, office.engineer.id);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      kind: 'order',
      objectId: id,
      ruleId: 'TICKET-6',
      propertyId: office.propertyId,
      dueAt: '2198-12-31T16:00:00.000Z',
      title: { en: 'Service order: 三号楼停水', zh: '【服务单】三号楼停水' },
      critical: false,
    });
    expect(message?.text.zh).toBe(`期限：2199-01-01 00:00\n工单：${id}`);
    expect(await inbox(office, office.desk.id)).toEqual([]);
  });

  it('whoever a ticket is handed over to (TICKET-2)', async () => {
    const office = await makeOffice(tableName, handler);
    const { id, dueAt } = (await office.create()).body;
    await office.step(id, 'handover', { toStaffId: office.supervisor.id, reason: '交班' });
    expect(await inbox(office, office.supervisor.id)).toMatchObject([
      { kind: 'handover', objectId: id, ruleId: 'TICKET-2', dueAt },
    ]);
  });

  it('the level it is escalated to (TICKET-5), also by mail, and only those who serve the property', async () => {
    const office = await makeOffice(tableName, handler);
    const elsewhere = await addStaff(office.table, undefined, true, {
      roles: ['supervisor'],
      properties: ['prp_00000000000000000000000000'],
    });
    const { id } = (await office.create({ handling: 'critical' })).body;
    await office.step(id, 'escalate', { to: 'lead', reason: '客户情绪激动' });
    expect(await inbox(office, office.supervisor.id)).toMatchObject([
      { kind: 'escalate', objectId: id, ruleId: 'TICKET-5', critical: true },
    ]);
    expect(await mailed(office)).toEqual([office.supervisor.id]);
    await office.step(id, 'escalate', { to: 'manager', reason: '漏电', emergency: true });
    expect((await inbox(office, office.manager.id)).map(({ kind }) => kind)).toEqual(['escalate']);
    expect([await inbox(office, elsewhere), (await inbox(office, office.supervisor.id)).length]).toEqual([
      [],
      1,
    ]);
  });

  it('nobody of what they do themselves, and nobody of a step that is refused', async () => {
    const office = await makeOffice(tableName, handler);
    const { id } = (await office.create()).body;
    await office.step(id, 'dispatch', order(office.desk.id));
    await office.step(id, 'escalate', { to: 'lead', reason: 'x' }, office.supervisor);
    expect((await office.step(id, 'escalate', { to: 'lead', reason: 'x' })).status).toBe(422);
    expect(await inbox(office, office.desk.id)).toEqual([]);
    expect(await inbox(office, office.supervisor.id)).toEqual([]);
  });

  it('once, however often the request comes', async () => {
    const office = await makeOffice(tableName, handler);
    const { id } = (await office.create()).body;
    const send = () =>
      office.step(id, 'dispatch', order(office.engineer.id), office.desk, { 'idempotency-key': 'once' });
    const [first, again] = [await send(), await send()];
    expect([first.status, again.body]).toEqual([200, first.body]);
    expect(await inbox(office, office.engineer.id)).toHaveLength(1);
  });
});
