import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { functionEnvironment } from './call.ts';
import { addProperty, makeOffice, type TestOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');

const clock = (text: string) => vi.setSystemTime(new Date(text));

/** Ids by the titles of the tickets, so that expectations read as words. */
const titles = (answer: { body: { items: { title: string }[] } }) =>
  answer.body.items.map((one) => one.title);

let office: TestOffice;
let second: string;
const unitId = newId('unit');
const ids: Record<string, string> = {};

/** Thursday and Friday before a weekend in June: nothing but plain days. */
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-04T09:00:00+08:00') });
  office = await makeOffice(tableName, handler);
  second = await addProperty(office.table, undefined, 'America/New_York');
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
  const make = async (title: string, minute: number, body: Record<string, unknown>, who = office.desk) => {
    clock(`2026-06-04T09:${String(minute).padStart(2, '0')}:00+08:00`);
    const headers = who === office.key ? { 'idempotency-key': title } : {};
    const answer = await office.create({ title, ...body }, who, headers);
    ids[title] = answer.body.id;
  };
  await make('general', 0, {}); // due Tuesday
  await make('major', 1, { grade: 'major', unitId }); // due Friday 17:30
  await make('enquiry', 2, { kind: 'enquiry' }); // due Friday 09:02
  await make('urgent', 3, { kind: 'repair', urgent: true }, office.engineer); // due Friday 09:03
  await make('api', 4, { kind: 'repair', unitId }, office.key); // due Tuesday
  await make('abroad', 5, { kind: 'enquiry', propertyId: second }); // due Friday 09:05
  await make('closed', 6, { kind: 'enquiry' });
  await office.step(ids.closed ?? '', 'withdraw', { reason: 'x' });
});
afterAll(() => {
  vi.useRealTimers();
});

describe('newest first', () => {
  it('are all tickets of the office', async () => {
    expect(titles(await office.list())).toEqual([
      'closed',
      'abroad',
      'api',
      'urgent',
      'enquiry',
      'major',
      'general',
    ]);
  });

  it('are those of a property, of a unit, of a status', async () => {
    expect(titles(await office.list({ propertyId: second }))).toEqual(['abroad']);
    expect(titles(await office.list({ unitId }))).toEqual(['api', 'major']);
    expect(titles(await office.list({ status: 'withdrawn' }))).toEqual(['closed']);
    expect(titles(await office.list({ status: 'closed' }))).toEqual([]);
  });

  it('come in pages that show each once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await office.list({ limit: '3', ...(cursor && { cursor }) });
      seen.push(...titles(answer));
      cursor = answer.body.next;
    } while (cursor);
    expect(seen).toEqual(['closed', 'abroad', 'api', 'urgent', 'enquiry', 'major', 'general']);
  });
});

describe('due first', () => {
  it('is what is open, of the office or of a property', async () => {
    const open = ['enquiry', 'urgent', 'abroad', 'major'];
    expect(titles(await office.list({ view: 'open' })).slice(0, 4)).toEqual(open);
    expect(titles(await office.list({ view: 'open', propertyId: second }))).toEqual(['abroad']);
    expect(titles(await office.list({ sort: 'due' }))).toHaveLength(6);
  });

  it('is one\u2019s own desk, another\u2019s, or nobody\u2019s', async () => {
    expect(titles(await office.list({ view: 'desk' }))).toEqual(['enquiry', 'abroad', 'major', 'general']);
    const theirs = await office.list({ view: 'desk', ownerId: office.engineer.id });
    expect(titles(theirs)).toEqual(['urgent']);
    expect(titles(await office.list({ view: 'unowned' }))).toEqual(['api']);
    expect((await office.list({ view: 'desk' }, office.key)).status).toBe(400);
  });

  it('is what is overdue at this moment, to the millisecond', async () => {
    clock('2026-06-05T09:03:00+08:00');
    expect(titles(await office.list({ view: 'overdue' }))).toEqual(['enquiry']);
    clock('2026-06-05T09:03:00.001+08:00');
    expect(titles(await office.list({ view: 'overdue' }))).toEqual(['enquiry', 'urgent']);
  });

  it('keeps its moment from page to page', async () => {
    clock('2026-06-05T09:04:00+08:00');
    const first = await office.list({ view: 'overdue', limit: '1' });
    clock('2026-06-05T18:00:00+08:00');
    const next = await office.list({ view: 'overdue', limit: '9', cursor: first.body.next });
    expect(next.status).toBe(400);
    const same = await office.list({ view: 'overdue', limit: '1', cursor: first.body.next });
    expect([titles(first), titles(same)]).toEqual([['enquiry'], ['urgent']]);
    const last = await office.list({ view: 'overdue', limit: '1', cursor: same.body.next });
    expect(titles(last)).toEqual([]);
  });

  it('is what has to be finished today, by the day of the property', async () => {
    clock('2026-06-05T08:00:00+08:00');
    const today = ['enquiry', 'urgent', 'abroad', 'major'];
    expect(titles(await office.list({ view: 'unfinished' }))).toEqual(today);
    // In New York it is still Thursday, and the enquiry due at 21:05 there.
    expect(titles(await office.list({ view: 'unfinished', propertyId: second }))).toEqual(['abroad']);
    clock('2026-06-04T11:00:00+08:00');
    expect(titles(await office.list({ view: 'unfinished', propertyId: second }))).toEqual([]);
    expect(titles(await office.list({ view: 'unfinished' }))).toEqual([]);
  });
});

describe('a list', () => {
  it('that no index serves is refused, naming what is possible', async () => {
    const answer = await office.list({ status: 'received', propertyId: second });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain('view=desk');
  });

  it('shows nothing private and nothing of another office', async () => {
    const stranger = await makeOffice(tableName, handler);
    expect(titles(await stranger.list())).toEqual([]);
    expect(titles(await stranger.list({ propertyId: second }))).toEqual([]);
    const { body } = await office.list({ limit: '1' });
    expect(Object.keys(body.items[0]).sort()).toEqual([
      'createdAt',
      'handling',
      'id',
      'kind',
      'ownerId',
      'propertyId',
      'status',
      'title',
      'urgent',
      'version',
    ]);
    expect((await stranger.list({ limit: '1', cursor: body.next })).status).toBe(400);
  });

  it('follows a ticket from step to step', async () => {
    clock('2026-06-05T10:00:00+08:00');
    const id = ids.urgent ?? '';
    await office.step(id, 'resolve', { what: 'Done' });
    expect(titles(await office.list({ status: 'resolved' }))).toEqual(['urgent']);
    // The callback is owed by the end of business.
    expect(titles(await office.list({ view: 'overdue' }))).not.toContain('urgent');
    expect(titles(await office.list({ view: 'desk', ownerId: office.engineer.id }))).toEqual(['urgent']);
  });
});
