import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Idempotency } from '../../shared/idempotency.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type Image, itemSize } from '../bench/units.ts';
import { functionEnvironment, keyOf } from './call.ts';
import { addProperty, makeOffice, type TestOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');

/** Wednesday, 10:00 in Shanghai, the long holiday ahead. */
const morning = new Date('2026-09-30T10:00:00+08:00');

let office: TestOffice;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: morning });
  office = await makeOffice(tableName, handler);
});
afterAll(() => {
  vi.useRealTimers();
});

describe('a ticket from a system', () => {
  const post = (externalId: string, key = newId('event'), who = office.key) =>
    office.create({ channel: 'api', externalId }, who, { 'idempotency-key': key });

  it('is the desk\u2019s, and needs an Idempotency-Key', async () => {
    expect((await office.create({ externalId: 'x' }, office.key)).body.type).toContain(
      'idempotency-key-required',
    );
    const { body } = await post('first');
    expect(body).toMatchObject({ externalId: 'first', recordedBy: `apiKey:${office.key.id}` });
    expect(body.ownerId).toBeUndefined();
  });

  it('is answered as it is when its externalId comes again, and made for another key', async () => {
    const first = await post('again');
    const second = await post('again');
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    const other = await post('again', undefined, keyOf(office.tenantId));
    expect([other.status, other.body.id === first.body.id]).toEqual([201, false]);
  });

  it('is made once when a hundred posts of it come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('together')));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    const statuses = answers.map((answer) => answer.status).sort();
    expect([statuses[0], statuses.filter((status) => status === 201).length, statuses.at(-1)]).toEqual([
      200, 1, 201,
    ]);
    expect(await office.events(answers[0]?.body.id)).toHaveLength(1);
  });
});

describe('a contact recorded later than it was taken', () => {
  it('is due as counted from when it was taken, and says so', async () => {
    const receivedAt = '2026-09-25T01:00:00.000Z';
    const { status, body } = await office.create({ grade: 'major', receivedAt });
    expect(status).toBe(201);
    // The holiday from Friday the 25th to Sunday does not count; Monday closes at 17:30.
    expect(body.dueAt).toBe('2026-09-28T09:30:00.000Z');
    expect((await office.get(body.id)).body.receivedAt).toBe(receivedAt);
  });
});

describe('a contact that does not add up', () => {
  it.each([
    ['a property of another office', { propertyId: newId('property') }, '/body/propertyId'],
    ['a unit that is not there', { unitId: newId('unit') }, '/body/unitId'],
    [
      'a customer that is not there',
      { reporter: { customerId: newId('customer') } },
      '/body/reporter/customerId',
    ],
    ['a graded repair', { kind: 'repair', grade: 'major' }, '/body/grade'],
    ['an urgent enquiry', { kind: 'enquiry', urgent: true }, '/body/urgent'],
    ['something still to happen', { occurredAt: '2026-10-01T10:00:00+08:00' }, '/body/occurredAt'],
    ['something still to come in', { receivedAt: '2026-10-01T10:00:00+08:00' }, '/body/receivedAt'],
    ['a day that does not exist', { occurredAt: '2026-02-30T10:00:00+08:00' }, '/body/occurredAt'],
    ['a field nobody knows', { colour: 'red' }, '/body/colour'],
    ['a title of nothing', { title: ' ' }, '/body/title'],
    ['a description too long', { description: 'x'.repeat(4001) }, '/body/description'],
  ])('%s is refused by its field', async (_, change, path) => {
    const answer = await office.create(change);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });

  it('has every bad field named at once', async () => {
    const answer = await office.create({ kind: 'wish', channel: 'pigeon', title: '' });
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([
      '/body/kind',
      '/body/channel',
      '/body/title',
    ]);
  });

  it('so has what does not go together, and what is not there', async () => {
    const answer = await office.create({
      kind: 'enquiry',
      grade: 'major',
      urgent: true,
      occurredAt: '2026-10-01T10:00:00+08:00',
      receivedAt: '2026-10-01T10:00:00+08:00',
      unitId: newId('unit'),
      reporter: { customerId: newId('customer') },
    });
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([
      '/body/grade',
      '/body/urgent',
      '/body/occurredAt',
      '/body/receivedAt',
      '/body/unitId',
      '/body/reporter/customerId',
    ]);
  });

  it('may name a unit of its property, and not of another', async () => {
    const unitId = newId('unit');
    await office.table.commit([
      {
        put: {
          ...keys.unit(office.tenantId, unitId),
          et: 'unit',
          v: 1,
          list: { id: unitId, propertyId: office.propertyId },
        },
        expect: 'new',
      },
    ]);
    expect((await office.create({ unitId })).body.unitId).toBe(unitId);
    const elsewhere = await addProperty(office.table);
    expect((await office.create({ unitId, propertyId: elsewhere })).body.errors[0].path).toBe('/body/unitId');
  });
});

describe('what a complaint costs', () => {
  it('is two write units each for ticket, obligation, event and idempotency record', async () => {
    const unitId = newId('unit');
    const unit = { id: unitId, propertyId: office.propertyId };
    await office.table.commit([
      { put: { ...keys.unit(office.tenantId, unitId), et: 'unit', v: 1, list: unit }, expect: 'new' },
    ]);
    const description =
      '业主来电反映：三号楼二单元东侧电梯自昨晚起多次停在六层与七层之间，按呼叫按钮无人应答，今早再次停运，家中老人需要下楼就医。' +
      '此前上周已报修一次，维修后仅正常两天。要求今日内修复并说明原因，同时请告知电梯年检日期与维保单位的联系方式，以便家属随时询问，并请经理当日回电说明处理安排。';
    expect(description).toHaveLength(139);
    const { body } = await office.create(
      {
        ...{ grade: 'general', category: '电梯', place: '三号楼二单元', unitId, description },
        title: '三号楼二单元电梯反复停运，老人无法下楼',
        reporter: { name: '李女士', phone: '+86 138 0013 8000' },
      },
      office.desk,
      { 'idempotency-key': 'sized' },
    );
    const { items } = await office.table.query({ pk: keys.objectPk(office.tenantId, body.id), limit: 10 });
    expect(items.map(({ et }) => et).sort()).toEqual(['event', 'obligation', 'ticket']);
    const { recordKey } = new Idempotency({
      ...{ tenantId: office.tenantId, caller: `staff:${office.desk.id}`, key: 'sized' },
      ...{ request: '', now: 0 },
    });
    const { record } = await office.table.load({ record: recordKey });
    const sizes = [...items, record].map((item) => itemSize(marshall(item) as unknown as Image));
    // In a transaction every kB begun costs two units.
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024);
  });
});
