import { beforeAll, describe, expect, it } from 'vitest';
import { deliveryFor, deliveryItem } from '../../shared/deliveries.ts';
import { parseEndpoint } from '../../shared/endpoints.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/webhooks/handler.ts');
const table = new SystemTable({ client, tableName, cursors });

const tenantId = newId('tenant');
const manager = staffOf(tenantId, ['manager']);
const stranger = staffOf(newId('tenant'), ['manager']);
const at = '/v1/webhooks';

const create = (body: unknown, who: Who = manager, headers = {}) =>
  call(handler as never, who, `POST ${at}`, { body, headers });
const on = (
  route: string,
  params: Record<string, string>,
  more: { body?: unknown; who?: Who; query?: Record<string, string>; headers?: Record<string, string> } = {},
) => {
  const { who = manager, ...options } = more;
  return call(handler as never, who, route, { params, ...options });
};
const hook = { url: 'https://crm.example.com/hooks', events: ['ticket.*', 'obligation.escalated'] };
const wecom = {
  kind: 'wecom',
  url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa',
  events: ['*'],
};
const stored = async (id: string, t = tenantId) => {
  const { item } = await table.load({ item: keys.webhook(t, id) });
  if (!item) throw new Error('no endpoint');
  return parseEndpoint(item);
};

describe('a webhook', () => {
  let id: string;
  let secret: string;
  beforeAll(async () => {
    const answer = await create(hook);
    expect(answer.status).toBe(201);
    ({ id, secret } = answer.body);
  });

  it('shows its secret in the answer that makes it, and nowhere else', async () => {
    expect(secret).toMatch(/^whsec_/);
    expect((await stored(id)).secrets).toEqual([{ value: secret }]);
    const one = await on(`GET ${at}/{id}`, { id });
    const all = await on(`GET ${at}`, {});
    const events = await table.all({ pk: keys.objectPk(tenantId, id) });
    for (const seen of [one.body, all.body, events]) expect(JSON.stringify(seen)).not.toContain(secret);
    expect(one.body).toMatchObject({ ...hook, kind: 'webhook', language: 'zh', active: true });
  });

  it('hears only of what can happen, from the start and after a change', async () => {
    const wrong = { events: ['ticket.*', 'tickets.*'] };
    for (const answer of [
      await create({ ...hook, ...wrong }),
      await on(`PATCH ${at}/{id}`, { id }, { body: wrong }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toMatchObject([{ path: '/body/events/1', code: 'no_such_event' }]);
    }
  });

  it('made twice with one Idempotency-Key is made once, and the repetition does not show the secret', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const first = await create({ ...hook, name: 'once' }, manager, headers);
    const second = await create({ ...hook, name: 'once' }, manager, headers);
    expect(second.body.id).toBe(first.body.id);
    expect(second.body.secret).toBeUndefined();
  });

  it('gets a new secret; the old one stays good for the overlap', async () => {
    const answer = await on(`POST ${at}/{id}/rotate`, { id }, { body: { overlapHours: 2 } });
    expect(answer.status).toBe(200);
    const { secrets } = await stored(id);
    expect(secrets[0]).toEqual({ value: answer.body.secret });
    expect(secrets[1]?.value).toBe(secret);
    expect(secrets[1]?.until).toBe(answer.body.overlapUntil);
    const hours = (Date.parse(answer.body.overlapUntil) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1.9);
    expect(hours).toBeLessThanOrEqual(2);
  });

  it('rotated without overlap knows only the new secret', async () => {
    const { body } = await create(hook);
    await on(`POST ${at}/{id}/rotate`, { id: body.id }, { body: { overlapHours: 0 } });
    expect((await stored(body.id)).secrets).toHaveLength(1);
  });

  it('is changed from the version the caller read', async () => {
    const { body, headers } = await on(`GET ${at}/{id}`, { id });
    const change = { events: ['*'], active: false };
    const done = await on(
      `PATCH ${at}/{id}`,
      { id },
      { body: change, headers: { 'if-match': headers.etag ?? '' } },
    );
    expect(done.body).toMatchObject({ events: ['*'], active: false, version: body.version + 1 });
    const late = await on(
      `PATCH ${at}/{id}`,
      { id },
      { body: change, headers: { 'if-match': headers.etag ?? '' } },
    );
    expect(late.status).toBe(412);
  });

  it('keeps what a change does not name, and loses what it names as nothing', async () => {
    const { body } = await create({ ...hook, name: '总部' });
    const patch = async (change: object) =>
      (await on(`PATCH ${at}/{id}`, { id: body.id }, { body: change })).body;
    expect(await patch({ events: ['*'] })).toMatchObject({ name: '总部', events: ['*'], url: body.url });
    expect(await patch({ name: '分部' })).toMatchObject({ name: '分部', events: ['*'] });
    expect(await patch({ name: null })).not.toHaveProperty('name');
  });

  it('that was disabled is switched on again by the office', async () => {
    const { body } = await create(hook);
    await table.commit([
      {
        update: keys.webhook(tenantId, body.id),
        set: { 'list.active': false, 'rest.disabledAt': new Date().toISOString() },
        expect: 'exists',
      },
    ]);
    const answer = await on(`PATCH ${at}/{id}`, { id: body.id }, { body: { active: true } });
    expect([answer.body.active, answer.body.disabledAt]).toEqual([true, undefined]);
  });

  it('taken away keeps its log but nothing else works any more', async () => {
    const { body } = await create(hook);
    expect((await on(`DELETE ${at}/{id}`, { id: body.id })).status).toBe(204);
    expect(await stored(body.id)).toMatchObject({ active: false, secrets: [] });
    expect((await on(`POST ${at}/{id}/rotate`, { id: body.id }, { body: {} })).status).toBe(409);
    expect((await on(`PATCH ${at}/{id}`, { id: body.id }, { body: { active: true } })).status).toBe(409);
    expect((await on(`POST ${at}/{id}/test`, { id: body.id })).status).toBe(409);
    expect((await on(`GET ${at}/{id}/deliveries`, { id: body.id })).status).toBe(200);
  });
});

describe('a group robot', () => {
  it('has no secret of ours, and its address is shown without its key', async () => {
    const { status, body } = await create(wecom);
    expect([status, body.secret]).toEqual([201, undefined]);
    expect(body.url).toBe('https://qyapi.weixin.qq.com/…5aaa');
    expect((await stored(body.id)).url).toBe(wecom.url);
    expect((await on(`POST ${at}/{id}/rotate`, { id: body.id }, { body: {} })).status).toBe(409);
  });
});

describe('an address', () => {
  it.each([
    ['http', 'http://crm.example.com/hooks'],
    ['this machine', 'https://localhost/hooks'],
    ['loopback', 'https://127.0.0.1/hooks'],
    ['loopback in another spelling', 'https://0x7f.1/hooks'],
    ['a private network', 'https://10.0.0.8/hooks'],
    ['the cloud\u2019s metadata', 'https://169.254.169.254/latest/meta-data'],
    ['an inner name', 'https://db.internal/hooks'],
    ['IPv6 loopback', 'https://[::1]/hooks'],
    ['a login in it', 'https://user:pass@crm.example.com/hooks'],
    ['no URL', 'nonsense'],
  ])('of %s is refused at the door', async (_, url) => {
    const answer = await create({ ...hook, url });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe('/body/url');
  });

  it('of a robot has to be one of its maker\u2019s', async () => {
    for (const url of [hook.url, wecom.url.replace('key=', 'token='), wecom.url.replace('qyapi', 'evil')]) {
      expect((await create({ ...wecom, url })).status).toBe(400);
    }
    expect((await create({ ...wecom, kind: 'dingtalk' })).status).toBe(400);
  });

  it('is checked when it is changed, too', async () => {
    const { body } = await create(hook);
    const answer = await on(`PATCH ${at}/{id}`, { id: body.id }, { body: { url: 'https://10.0.0.8/' } });
    expect(answer.status).toBe(400);
    expect((await stored(body.id)).url).toBe(hook.url);
  });
});

describe('the delivery log', () => {
  let id: string;
  const event = (n: number): DomainEvent => ({
    id: newId('event'),
    type: 'ticket.created',
    at: '2026-10-08T02:00:00.000Z',
    actor: 'system:test',
    requestId: 'r',
    object: newId('ticket'),
    data: { title: `第${n}个` },
    seq: 1,
    prev: '',
    hash: '',
  });
  const plans: ReturnType<typeof deliveryFor>[] = [];
  beforeAll(async () => {
    id = (await create(hook)).body.id;
    for (let n = 0; n < 3; n++) {
      const plan = deliveryFor(
        tenantId,
        { id, kind: 'webhook' },
        event(n),
        Date.parse('2026-10-08T02:00:00Z') + n,
      );
      plans.push(plan);
      await table.commit([plan.write]);
    }
  });

  it('is newest first, page by page, and each entry shows what was sent', async () => {
    const first = await on(`GET ${at}/{id}/deliveries`, { id }, { query: { limit: '2' } });
    const second = await on(
      `GET ${at}/{id}/deliveries`,
      { id },
      { query: { limit: '2', cursor: first.body.next } },
    );
    const ids = [...first.body.items, ...second.body.items].map((entry: { id: string }) => entry.id);
    expect(ids).toEqual(plans.map(({ delivery }) => delivery.id).reverse());
    const one = await on(`GET ${at}/{id}/deliveries/{deliveryId}`, { id, deliveryId: ids[0] ?? '' });
    expect(one.body.message.event).toMatchObject({ type: 'ticket.created', data: { title: '第2个' } });
  });

  it('entry that failed is sent again on request: pending, due now, with the same id', async () => {
    const plan = plans[0];
    if (!plan) throw new Error('no delivery');
    const failed = { ...plan.delivery, status: 'failed' as const, attempts: 10, version: 2 };
    await table.commit([{ put: deliveryItem(tenantId, failed), expect: { version: 1 } }]);
    const params = { id, deliveryId: failed.id };
    const answer = await on(`POST ${at}/{id}/deliveries/{deliveryId}/redeliver`, params);
    expect(answer.body).toMatchObject({ id: failed.id, status: 'pending', attempts: 0 });
    const { item } = await table.load({ item: keys.delivery(tenantId, failed.id) });
    expect(item?.duePk).toBeDefined();
  });

  it('entry with an attempt under way is left alone', async () => {
    const plan = plans[1];
    if (!plan) throw new Error('no delivery');
    const sending = { ...plan.delivery, status: 'sending' as const, attempts: 1, version: 2 };
    await table.commit([{ put: deliveryItem(tenantId, sending), expect: { version: 1 } }]);
    const params = { id, deliveryId: sending.id };
    const answer = await on(`POST ${at}/{id}/deliveries/{deliveryId}/redeliver`, params);
    expect([answer.status, answer.body.openSteps]).toEqual([409, []]);
  });

  it('of one endpoint does not show another\u2019s', async () => {
    const other = (await create(hook)).body.id;
    const deliveryId = plans[0]?.delivery.id ?? '';
    expect((await on(`GET ${at}/{id}/deliveries/{deliveryId}`, { id: other, deliveryId })).status).toBe(404);
  });

  it('shows a test message that was asked for', async () => {
    const answer = await on(`POST ${at}/{id}/test`, { id });
    expect([answer.status, answer.body.type, answer.body.status]).toEqual([201, 'webhook.test', 'pending']);
    const { item } = await table.load({ item: keys.delivery(tenantId, answer.body.id) });
    expect(item?.duePk).toBeDefined();
  });
});

describe('who may', () => {
  it('does not include desk staff, nor API keys for changes', async () => {
    expect((await create(hook, staffOf(tenantId, ['desk']))).status).toBe(403);
    expect((await create(hook, keyOf(tenantId))).status).toBe(403);
    expect((await on(`GET ${at}`, {}, { who: keyOf(tenantId) })).status).toBe(200);
    expect((await call(handler as never, undefined, `GET ${at}`)).status).toBe(401);
  });

  it('does not include another office: its answer is that of a webhook that does not exist', async () => {
    const { id } = (await create(hook)).body;
    const routes: [string, unknown?][] = [
      [`GET ${at}/{id}`],
      [`PATCH ${at}/{id}`, { active: false }],
      [`DELETE ${at}/{id}`],
      [`POST ${at}/{id}/rotate`, {}],
      [`POST ${at}/{id}/test`],
      [`GET ${at}/{id}/deliveries`],
    ];
    for (const [route, body] of routes) {
      const other = await on(route, { id }, { who: stranger, ...(body !== undefined && { body }) });
      const none = await on(route, { id: newId('webhook') }, { ...(body !== undefined && { body }) });
      expect([route, other.status]).toEqual([route, 404]);
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    }
  });

  it('and while the office is suspended only take away', async () => {
    const { id } = (await create(hook)).body;
    const who = { ...manager, suspended: true };
    expect((await create(hook, who)).status).toBe(403);
    expect((await on(`DELETE ${at}/{id}`, { id }, { who })).status).toBe(204);
  });
});
