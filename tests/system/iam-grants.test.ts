import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, testCloud, unready } from './harness.ts';
import {
  expectStatus,
  inbox,
  makeOffice,
  operator,
  type Page,
  type TestOffice,
  type Ticket,
} from './office.ts';
import { upload } from './outside.ts';

/*
 * What grants are for that no other system test comes by, with the gate shut for everything else: each of these would fail on AWS
 * if its grant were taken away. And the record of all that happened is whole at the end.
 */

let cloud: Cloud;
let office: TestOffice;
beforeAll(async () => {
  if (unready) return;
  cloud = await testCloud({ clock: '2026-09-28T08:00:00+08:00' });
  office = await makeOffice(cloud, 'grants');
});
afterAll(() => cloud?.stop());
afterEach(() => {
  if (cloud) expect(cloud.iam.denials).toEqual([]);
});

const record = (title: string, kind: 'complaint' | 'enquiry' = 'complaint', more: object = {}) =>
  expectStatus(
    201,
    office.as('desk')<Ticket>('POST', '/v1/tickets', {
      kind,
      ...(kind === 'complaint' && { grade: 'major' }),
      channel: 'phone',
      propertyId: office.propertyId,
      title,
      ...more,
    }),
  );

/** The office's whole record, every page; answers what is wrong with it and how many events there are. */
async function audited(): Promise<{ events: number; faults: unknown[] }> {
  const sum = { events: 0, faults: [] as unknown[] };
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = await expectStatus(
      200,
      office.as('manager')<{ events: number; faults: unknown[]; next?: string }>(
        'GET',
        `/v1/audit/verify${query}`,
      ),
    );
    sum.events += page.events;
    sum.faults.push(...page.faults);
    cursor = page.next;
  } while (cursor !== undefined);
  return sum;
}

describe.skipIf(unready)('under the policies of the template', () => {
  it('somebody\u2019s address changes: the old login is given up', async () => {
    const boss = office.as('owner');
    const { id } = await expectStatus(
      201,
      boss<{ id: string }>('POST', '/v1/staff', {
        name: '小陈',
        email: 'old@grants.example',
        roles: ['guard'],
      }),
    );
    await expectStatus(200, boss('PATCH', `/v1/staff/${id}`, { email: 'new@grants.example' }));
    await expectStatus(
      201,
      boss('POST', '/v1/staff', { name: '小林', email: 'old@grants.example', roles: ['guard'] }),
    );
  });

  it('a calendar is set: the job that counts anew runs and is removed', async () => {
    await expectStatus(
      200,
      office.as('owner')('PUT', '/v1/calendar', { base: 'cn', extraRest: ['2026-12-30'] }),
    );
    await cloud.advance('PT3M');
    expect(await cloud.table.earliestDue()).toBeUndefined();
  });

  it('a digest is sent in the morning: what waited for it is removed', async () => {
    await expectStatus(
      200,
      office.as('owner')('PUT', '/v1/policy', { effectiveFrom: '2026-09-28', digest: { roles: ['desk'] } }),
    );
    const ticket = await record('几点停水', 'enquiry');
    await cloud.advance('P2D');
    await cloud.settle();
    const told = await inbox(office, 'desk');
    expect(told.some(({ kind }) => kind === 'digest')).toBe(true);
    await expectStatus(200, office.as('desk')('POST', `/v1/tickets/${ticket.id}/withdraw`, { reason: '-' }));
  });

  it.each([
    '/v1/tickets',
    '/v1/tickets?view=open',
    '/v1/tickets?view=desk',
    '/v1/obligations',
    '/v1/obligations?view=office',
    '/v1/units',
    '/v1/customers',
    '/v1/inbox',
    '/v1/webhooks',
    '/v1/bill-runs?propertyId=@',
    '/v1/bills?propertyId=@',
    '/v1/fee-standards?propertyId=@',
  ])('%s is listed', async (path) => {
    expect((await office.as('manager')('GET', path.replace('@', office.propertyId))).status).toBe(200);
  });

  it('the offices of a zone are listed', async () => {
    const host = await operator(cloud);
    const { items } = await expectStatus(
      200,
      host<Page<{ id: string }>>('GET', '/operator/v1/tenants?zone=Asia/Shanghai'),
    );
    expect(items.map(({ id }) => id)).toContain(office.tenantId);
  });

  it('somebody\u2019s data are erased, with the picture of their complaint', async () => {
    const desk = office.as('desk');
    const home = { propertyId: office.propertyId, building: '3栋', number: '101' };
    const { id: unitId } = await expectStatus(201, desk<{ id: string }>('POST', '/v1/units', home));
    const { id: customerId } = await expectStatus(
      201,
      desk<{ id: string }>('POST', '/v1/customers', { unitId, name: '欧阳' }),
    );
    const { id } = await record('有人没关门', 'enquiry', { reporter: { customerId } });
    const picture = await upload(office, id, 'door.jpg');
    await expectStatus(200, desk('POST', `/v1/tickets/${id}/withdraw`, { reason: '-' }));
    const { erased } = await expectStatus(
      200,
      office.as('owner')<{ erased: Record<string, number> }>('POST', `/v1/customers/${customerId}/erase`, {
        reason: 'requested',
      }),
    );
    expect(erased.attachment).toBe(1);
    expect((await desk('GET', `/v1/tickets/${id}/attachments/${picture}`)).status).toBe(404);
  });

  it('the counters are made anew by hand and were right', async () => {
    await cloud.settle();
    expect(await cloud.invoke('stream', { rebuild: office.tenantId })).toEqual({ wrong: 0 });
  });

  it('the record of all this is whole', async () => {
    await record('漏水');
    await cloud.settle();
    const { events, faults } = await audited();
    expect(faults).toEqual([]);
    expect(events).toBeGreaterThan(10);
  });

  it('an event changed behind the service\u2019s back is found', async () => {
    const { id } = await record('电梯');
    const Key = { pk: `${office.tenantId}#${id}`, sk: 'evt#000001' };
    const { client, name: TableName } = cloud.table;
    const { Item } = await client.send(new GetCommand({ TableName, Key }));
    await client.send(
      new PutCommand({ TableName, Item: { ...Item, rest: { ...Item?.rest, actor: 'staff:x' } } }),
    );
    expect((await audited()).faults).toEqual([{ objectId: id, seq: 1, kind: 'edited' }]);
    await client.send(new PutCommand({ TableName, Item: Item ?? {} }));
  });

  it('an office is exported and deleted, its events and pictures with it', async () => {
    const { id } = await record('路灯');
    await upload(office, id, 'lamp.jpg');
    const host = await operator(cloud);
    const path = `/operator/v1/tenants/${office.tenantId}`;
    const exported = await host('GET', `${path}/export`);
    expect(exported.status, cloud.lines('tenants').at(-1)).toBe(200);
    let status = 0;
    for (let step = 0; step < 20 && status !== 204; step++) {
      ({ status } = await host('DELETE', `${path}?confirm=grants`));
      expect(status, cloud.lines('tenants').at(-1)).toBeLessThan(300);
      await cloud.advance('PT2M');
    }
    expect(status).toBe(204);
    const { client, name: TableName } = cloud.table;
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    const left = Items.filter(({ pk }) => String(pk).startsWith(office.tenantId));
    expect(left.filter(({ et }) => et === 'event')).toEqual([]);
  });
});
