import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment, keyOf, staffOf } from './call.ts';

await functionEnvironment();
const { handler } = await import('../../functions/offices/handler.ts');

const office = newId('tenant');
const manager = staffOf(office, ['manager']);
const stranger = staffOf(newId('tenant'), ['manager']);
const create = (who = manager, body: unknown = { name: '锦绣花园' }, headers = {}) =>
  call(handler as never, who, 'POST /v1/properties', { body, headers });
const get = (id: string, who = manager) =>
  call(handler as never, who, 'GET /v1/properties/{id}', { params: { id } });
const patch = (id: string, body: unknown, headers = {}) =>
  call(handler as never, manager, 'PATCH /v1/properties/{id}', { params: { id }, body, headers });

describe('a property', () => {
  let id: string;
  beforeAll(async () => {
    const answer = await create();
    expect(answer.status).toBe(201);
    id = answer.body.id;
    expect(answer.headers.location).toBe(`/v1/properties/${id}`);
  });

  it('has the standard hours and the zone of Shanghai when nothing else is said', async () => {
    const { body, headers } = await get(id);
    expect(body.zone).toBe('Asia/Shanghai');
    expect(body.hours.working).toEqual([
      { from: '08:30', to: '12:00' },
      { from: '13:30', to: '17:30' },
    ]);
    expect(headers.etag).toBe('"1"');
  });

  it('does not exist for another office', async () => {
    const other = await get(id, stranger);
    const none = await get(newId('property'));
    expect(other.status).toBe(404);
    expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
  });

  it('is changed only from the version the caller read', async () => {
    const first = await patch(id, { name: '锦绣花园 2' }, { 'if-match': '"1"' });
    expect([first.status, first.headers.etag]).toEqual([200, '"2"']);
    const late = await patch(id, { name: '锦绣花园 3' }, { 'If-Match': '"1"' });
    expect([late.status, late.body.detail]).toEqual([412, 'It has version 2 by now: read it again.']);
    expect((await get(id)).body.name).toBe('锦绣花园 2');
  });

  it('refuses hours that overlap and names the field', async () => {
    const hours = {
      working: [
        { from: '08:00', to: '12:00' },
        { from: '11:00', to: '17:00' },
      ],
    };
    const answer = await patch(id, { hours });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toMatch(/^\/body\/hours\/working/);
  });

  it('is told of all its hours that are wrong at once', async () => {
    const late = { from: '18:00', to: '08:00' };
    const answer = await create(manager, { name: 'X', hours: { working: [late], weekend: [late] } });
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/body/hours/working/0/to',
      '/body/hours/weekend/0/to',
    ]);
  });

  it('loses its address with null, as a unit its note', async () => {
    const { body } = await create(manager, { name: 'X', address: '东街 1 号' });
    expect((await patch(body.id, { name: 'Y' })).body.address).toBe('东街 1 号');
    const after = await patch(body.id, { address: null });
    expect([after.status, 'address' in after.body]).toEqual([200, false]);
    expect((await get(body.id)).body).toEqual(after.body);
  });

  it('is written by managers only and never by API keys', async () => {
    expect((await create(staffOf(office, ['desk']))).status).toBe(403);
    expect((await create(keyOf(office))).status).toBe(403);
    expect((await call(handler as never, undefined, 'POST /v1/properties', { body: {} })).status).toBe(401);
  });

  it('is read but not written in a suspended office', async () => {
    const suspended = { ...manager, suspended: true };
    expect((await get(id, suspended)).status).toBe(200);
    const refused = await create(suspended);
    expect([refused.status, refused.body.type]).toEqual([
      403,
      'https://huifang.example/problems/tenant-suspended',
    ]);
  });
});

describe('a repeated request', () => {
  it('replays the first answer and makes nothing', async () => {
    const headers = { 'Idempotency-Key': 'a' };
    const first = await create(manager, { name: 'Once' }, headers);
    const second = await create(manager, { name: 'Once' }, headers);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('makes one property out of twenty sent at once', async () => {
    const t = staffOf(newId('tenant'), ['manager']);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => create(t, { name: 'Together' }, { 'Idempotency-Key': 'b' })),
    );
    const statuses = new Set(answers.map((answer) => answer.status));
    expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const list = await call(handler as never, t, 'GET /v1/properties');
    expect(list.body.items).toHaveLength(1);
  });

  it('is refused when the body differs', async () => {
    const headers = { 'Idempotency-Key': 'c' };
    await create(manager, { name: 'One' }, headers);
    expect((await create(manager, { name: 'Two' }, headers)).status).toBe(422);
  });

  it('belongs to its caller: another caller may use the same key', async () => {
    const headers = { 'Idempotency-Key': 'd' };
    const one = await create(manager, { name: 'Mine' }, headers);
    const two = await create(staffOf(office, ['manager']), { name: 'Mine' }, headers);
    expect(two.body.id).not.toBe(one.body.id);
  });
});

describe('a page of a list', () => {
  const t = staffOf(newId('tenant'), ['manager']);
  const list = (query: Record<string, string>, who = t) =>
    call(handler as never, who, 'GET /v1/properties', { query });
  beforeAll(async () => {
    for (let i = 0; i < 5; i++) await create(t, { name: `P${i}` });
  });

  it('leads to the next until all are seen once', async () => {
    const names: string[] = [];
    let next: string | undefined;
    do {
      const { body } = await list({ limit: '2', ...(next && { cursor: next }) });
      names.push(...body.items.map((item: { name: string }) => item.name));
      next = body.next;
    } while (next);
    expect(names).toEqual(['P0', 'P1', 'P2', 'P3', 'P4']);
  });

  it('has a cursor that no other office and no forger can use', async () => {
    const { body } = await list({ limit: '2' });
    expect((await list({ limit: '2', cursor: body.next }, stranger)).status).toBe(400);
    expect((await list({ limit: '2', cursor: `${body.next}x` })).status).toBe(400);
    expect((await list({ limit: '2', cursor: 'x' })).status).toBe(400);
  });

  it('refuses a limit that is none', async () => {
    for (const limit of ['0', '-1', '101', '1e2', 'x']) expect((await list({ limit })).status).toBe(400);
  });
});

describe('bad input', () => {
  const cases: [string, unknown, number][] = [
    ['unknown fields', { name: 'a', colour: 'red' }, 400],
    ['broken JSON', '{"name":', 400],
    ['no body', '', 400],
    ['a control character', { name: 'a\u0007' }, 400],
    ['half of a surrogate pair', '{"name":"\\ud800"}', 400],
    ['a name of a million characters', { name: 'x'.repeat(1e6) }, 413],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`, 400],
    ['a zone that does not exist', { name: 'a', zone: 'Mars/Base' }, 400],
    ['a prototype as a field', '{"name":"a","__proto__":{"x":1}}', 400],
  ];
  it.each(cases)('with %s is refused with a problem and stores nothing', async (_, body, status) => {
    const t = staffOf(newId('tenant'), ['manager']);
    const answer = await create(t, body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect((await call(handler as never, t, 'GET /v1/properties')).body.items).toEqual([]);
  });

  it('names every bad field at once, in the language asked for', async () => {
    const answer = await create(
      manager,
      { zone: 5, hours: { working: 'x' } },
      { 'Accept-Language': 'zh-CN,zh;q=0.9' },
    );
    expect(answer.body.errors.map((e: { path: string }) => e.path).sort()).toEqual([
      '/body/hours/working',
      '/body/name',
      '/body/zone',
    ]);
    expect(answer.body.title).toBe('请求无效');
  });

  it('of the wrong content type answers 415', async () => {
    const answer = await create(manager, '<a/>', { 'content-type': 'text/xml' });
    expect(answer.status).toBe(415);
  });
});
