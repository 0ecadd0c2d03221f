import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { consume } from '../../functions/stream/consume.ts';
import type { Send } from '../../functions/stream/fanout.ts';
import { countersOf } from '../../functions/stream/rebuild.ts';
import { type Delivery, parseDelivery } from '../../shared/deliveries.ts';
import type { Endpoint } from '../../shared/endpoints.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { type SystemTable, systemTable } from '../../shared/system.ts';
import type { OfficeTable } from '../../shared/table.ts';
import { functionEnvironment } from './call.ts';
import { inserted, newRecords } from './stream-records.ts';
import { makeOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');
const system = systemTable({ kind: 'system', id: 'test' });
const fresh = newRecords(tableName);

async function endpoint(office: OfficeTable, more: Partial<Endpoint> = {}): Promise<string> {
  const id = newId('webhook');
  const { version: _, ...kept } = {
    kind: 'webhook' as const,
    url: 'https://example.com/hook',
    secrets: [{ value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
    events: ['*'],
    language: 'zh' as const,
    active: true,
    createdAt: new Date().toISOString(),
    version: 1,
    ...more,
    id,
  };
  await office.commit([
    { put: { ...keys.webhook(office.tenantId, id), et: 'webhook', v: 1, list: kept }, expect: 'new' },
  ]);
  return id;
}

async function deliveriesOf(office: OfficeTable): Promise<Delivery[]> {
  const page = await office.query({ index: 'g1', pk: lists.deliveries(office.tenantId), limit: 100 });
  const full = await Promise.all(
    page.items.map((item) => office.load({ item: { pk: item.pk, sk: item.sk } })),
  );
  return full.flatMap(({ item }) => (item ? [parseDelivery(item)] : []));
}

function queue(): { send: Send; sent: QueueMessage[] } {
  const sent: QueueMessage[] = [];
  return {
    sent,
    async send(messages) {
      sent.push(...messages);
      return messages;
    },
  };
}

describe('an event', () => {
  it('goes to every endpoint that subscribed to its kind, and to no other', async () => {
    const office = await makeOffice(tableName, handler);
    const all = await endpoint(office.table);
    const some = await endpoint(office.table, { events: ['ticket.created'], kind: 'wecom' });
    await endpoint(office.table, { events: ['ticket.resolved'] });
    await endpoint(office.table, { active: false });
    await office.create();
    const { send, sent } = queue();
    await consume(await fresh(), system, Date.now(), send);
    const deliveries = await deliveriesOf(office.table);
    expect(deliveries.map(({ webhookId }) => webhookId).sort()).toEqual([all, some].sort());
    expect(deliveries.every(({ type, status }) => type === 'ticket.created' && status === 'pending')).toBe(
      true,
    );
    expect(sent).toHaveLength(2);
  });

  it('reaches a webhook as the office’s own history tells it, people’s words with it', async () => {
    const office = await makeOffice(tableName, handler);
    await endpoint(office.table);
    const description = '三号楼全部楼层没有水。';
    const { body } = await office.create({ description });
    await consume(await fresh(), system, Date.now(), queue().send);
    const [delivery] = await deliveriesOf(office.table);
    const [event] = await office.events(body.id);
    const { id, type, at: timestamp, actor, object, data } = event as unknown as DomainEvent;
    expect(delivery?.message.event).toEqual({ id, type, timestamp, actor, object, data });
    expect(data.description).toBe(description);
  });

  it('that comes again makes no second delivery, alone or among new ones', async () => {
    const office = await makeOffice(tableName, handler);
    await endpoint(office.table);
    await office.create();
    const first = await fresh();
    const { send, sent } = queue();
    await Promise.all([1, 2, 3].map(() => consume(first, system, Date.now(), send)));
    expect(await deliveriesOf(office.table)).toHaveLength(1);
    await office.create();
    await consume([...first, ...(await fresh()), ...first], system, Date.now(), send);
    expect(await deliveriesOf(office.table)).toHaveLength(2);
    expect(sent).toHaveLength(2);
  });

  it('is found by the sweep when the queue took nothing', async () => {
    const office = await makeOffice(tableName, handler);
    await endpoint(office.table);
    await office.create();
    const records = await fresh();
    const broken: Send = async () => {
      throw new Error('no queue');
    };
    expect(await consume(records, system, Date.now(), broken)).toEqual({ batchItemFailures: [] });
    const [delivery] = await deliveriesOf(office.table);
    const { item } = await office.table.load({ item: keys.delivery(office.tenantId, delivery?.id ?? '') });
    expect(item?.dueSk?.slice(0, 24)).toBe(delivery?.nextAt);
  });

  it('of one office reaches no endpoint of another', async () => {
    const [one, other] = [await makeOffice(tableName, handler), await makeOffice(tableName, handler)];
    await endpoint(other.table);
    await one.create();
    await consume(await fresh(), system, Date.now(), queue().send);
    expect(await deliveriesOf(other.table)).toEqual([]);
  });
});

describe('changes that are told', () => {
  it('are told again from the first of the office that failed, and the others lose and gain nothing', async () => {
    const [good, bad] = [await makeOffice(tableName, handler), await makeOffice(tableName, handler)];
    await endpoint(good.table);
    await good.create({ category: 'a' });
    await bad.create({ category: 'b' });
    await good.create({ category: 'a' });
    const records = (await fresh()).sort((a, b) => sortKey(a).localeCompare(sortKey(b)));
    const failing = {
      office(tenantId: string) {
        if (tenantId === bad.tenantId) throw new Error('not now');
        return system.office(tenantId);
      },
    } as SystemTable;
    const { send, sent } = queue();
    const { batchItemFailures } = await consume(records, failing, Date.now(), send);
    const at = records.findIndex(
      (record) => record.dynamodb?.SequenceNumber === batchItemFailures[0]?.itemIdentifier,
    );
    expect(records[at]?.dynamodb?.NewImage?.pk?.S).toContain(bad.tenantId);
    await consume(records.slice(at), system, Date.now(), send);
    const categories = (totals: Record<string, Record<string, number>>) =>
      Object.entries(totals.office ?? {}).filter(([name]) => name.includes('#by#category'));
    expect(categories(await countersOf(good.table)).map(([, n]) => n)).toEqual([2]);
    expect(categories(await countersOf(bad.table)).map(([, n]) => n)).toEqual([1]);
    expect(sent).toHaveLength(2);
  });

  it('and are none of its business are passed over: removals, changes, other items, system items', async () => {
    const office = await makeOffice(tableName, handler);
    await office.create();
    const [record] = await fresh();
    if (!record) throw new Error('no record');
    const { send, sent } = queue();
    const others = [
      { ...record, eventName: 'REMOVE' as const },
      { ...record, eventName: 'MODIFY' as const },
      inserted({ pk: `${office.tenantId}#x`, sk: 'x', et: 'ticket', v: 1 }),
      inserted({ pk: 'sys#x', sk: 'x', et: 'event', v: 1, rest: { object: 'x', type: 'x.y', data: {} } }),
    ];
    expect(await consume(others, system, Date.now(), send)).toEqual({ batchItemFailures: [] });
    expect(await countersOf(office.table)).toEqual({});
    expect(sent).toEqual([]);
  });

  it('of a ticket that is gone by now add nothing', async () => {
    const office = await makeOffice(tableName, handler);
    const { body } = await office.create();
    const records = await fresh();
    await office.table.commit([{ remove: keys.ticket(office.tenantId, body.id), expect: 'exists' }]);
    await consume(records, system, Date.now(), queue().send);
    expect(await countersOf(office.table)).toEqual({});
  });
});

const sortKey = (record: DynamoDBRecord) => record.dynamodb?.NewImage?.pk?.S ?? '';
