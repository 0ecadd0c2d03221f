import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { append } from '../../shared/history.ts';
import { type IdKind, newId, prefixes } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item, Key } from '../../shared/table.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';

const { tableName, close } = await functionEnvironment();
const { handler } = await import('../../functions/tenants/handler.ts');
const { officeAsOperator } = await import('../../functions/tenants/office.ts');
const { sources } = await import('../../functions/tenants/walk.ts');
const system = new SystemTable({ client, tableName, cursors });

const operator: Who = { kind: 'operator', id: 'op' };
let count = 0;
const wanted = (more: object = {}) => ({
  slug: `office-${++count}`,
  name: '锦绣物业',
  owner: { name: '李总', email: `owner${count}@example.com` },
  ...more,
});
const base = '/operator/v1/tenants';
const post = (body: unknown) => call(handler as never, operator, `POST ${base}`, { body });
const ask = (route: string, id: string, more: object = {}, who = operator) =>
  call(handler as never, who, route.replace('@', base), { params: { id }, ...more });
const remove = (id: string, slug: string) => ask('DELETE @/{id}', id, { query: { confirm: slug } });

/** Everything in the test table under an office's id, by a scan that the service itself never makes. */
async function itemsOf(t: string): Promise<{ pk: string; sk: string }[]> {
  const { ScanCommand } = await import('@aws-sdk/lib-dynamodb');
  const found: { pk: string; sk: string }[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: tableName, ...(start && { ExclusiveStartKey: start }) }),
    );
    found.push(...((page.Items ?? []) as typeof found).filter((item) => item.pk.startsWith(`${t}#`)));
    start = page.LastEvaluatedKey;
  } while (start);
  return found;
}

afterEach(() => {
  vi.useRealTimers();
  delete process.env.USER_POOL_ID;
});
afterAll(close);

describe('onboarding an office', () => {
  it('is one call that ends with an owner who can sign in', async () => {
    const body = wanted();
    const answer = await post(body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ status: 'active', tier: 'standard', zone: 'Asia/Shanghai' });
    const [login] = await system.lookup(lists.login(body.owner.email));
    expect(login).toMatchObject({ pk: keys.staffPk(answer.body.id), sk: answer.body.ownerId });
    expect(login?.list?.roles).toEqual(['owner']);
    expect((await ask('GET @/{id}', answer.body.id)).body).toEqual(answer.body);
  });

  it('is safe to repeat, also twenty times at once', async () => {
    const body = wanted();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    // Those that met the first one in the middle of its transaction are told to come again.
    expect(answers.filter(({ status }) => ![200, 201, 409].includes(status))).toEqual([]);
    const again = await post(body);
    expect(again.status).toBe(200);
    for (const answer of answers) if (answer.status < 300) expect(answer.body).toEqual(again.body);
    const id = again.body.id as string;
    expect(await system.all({ pk: keys.staffPk(id) })).toHaveLength(1);
  });

  it('is refused for a slug that another request has used', async () => {
    const body = wanted();
    const { body: first } = await post(body);
    const other = await post({ ...body, owner: { name: 'X', email: 'thief@example.com' } });
    expect(other.status).toBe(409);
    expect(other.body.detail).toContain(`(${first.id}) was made with other details`);
    expect(await system.lookup(lists.login('thief@example.com'))).toEqual([]);
  });

  it('still answers the office after it was changed', async () => {
    const body = wanted();
    const { body: first } = await post(body);
    await ask('PATCH @/{id}', first.id, { body: { name: '新名', tier: 'premium' } });
    const again = await post(body);
    expect([again.status, again.body.name, again.body.tier]).toEqual([200, '新名', 'premium']);
  });

  it('makes the login in the user pool, and makes it later when the pool was down', async () => {
    const asked: { target: unknown; body: Record<string, unknown> }[] = [];
    let answerOf: () => [number, object] = () => [500, { __type: 'InternalErrorException' }];
    const pool = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        asked.push({ target: request.headers['x-amz-target'], body: JSON.parse(text) });
        const [status, body] = answerOf();
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((listening) => pool.listen(0, '127.0.0.1', listening));
    process.env.USER_POOL_ID = 'local_pool';
    process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER = `http://127.0.0.1:${(pool.address() as AddressInfo).port}`;
    try {
      const body = wanted();
      expect((await post(body)).status).toBe(503);
      expect(await system.lookup(lists.login(body.owner.email))).toEqual([]);
      answerOf = () => [200, { User: {} }];
      const made = await post(body);
      expect(made.status).toBe(201);
      expect(asked.at(-1)?.target).toBe('AWSCognitoIdentityProviderService.AdminCreateUser');
      expect(asked.at(-1)?.body).toMatchObject({ UserPoolId: 'local_pool', Username: body.owner.email });
      answerOf = () => [400, { __type: 'UsernameExistsException' }];
      expect((await post(body)).status).toBe(200);
    } finally {
      pool.close();
      delete process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
    }
  });

  it.each([
    { slug: 'A' },
    { slug: 'a--b' },
    { slug: 'a-' },
    { zone: 'Asia/Kolkata' },
    { tier: 'gold' },
    { owner: { name: 'x', email: 'nobody' } },
    { colour: 'red' },
  ])('refuses %j', async (bad) => {
    expect((await post(wanted(bad))).status).toBe(400);
  });
});

describe('an office in the operator\u2019s hands', () => {
  it('is suspended with a reason, more than once, and reactivated', async () => {
    const { body } = await post(wanted());
    const once = await ask('POST @/{id}/suspend', body.id, { body: { reason: '欠费' } });
    expect(once.body).toMatchObject({ status: 'suspended', suspendedFor: '欠费' });
    const twice = await ask('POST @/{id}/suspend', body.id, { body: { reason: '仍欠费' } });
    expect(twice.body.suspendedAt).toBe(once.body.suspendedAt);
    const back = await ask('POST @/{id}/reactivate', body.id);
    expect(back.body.status).toBe('active');
    expect(back.body.suspendedAt).toBeUndefined();
    const history = await system.all({ pk: `${body.id}#${body.id}` });
    expect(history.map((event) => event.rest?.type)).toEqual([
      'tenant.created',
      'tenant.suspended',
      'tenant.suspended',
      'tenant.reactivated',
    ]);
  });

  it('is told why it is suspended when it wants to change something', async () => {
    const { body } = await post(wanted());
    await ask('POST @/{id}/suspend', body.id, { body: { reason: '三月账单未付。' } });
    const { handler: offices } = await import('../../functions/offices/handler.ts');
    const owner = { ...staffOf(body.id, ['owner']), suspended: true };
    const add = (language: string) =>
      call(offices as never, owner, 'POST /v1/properties', {
        body: { name: 'X' },
        headers: { 'accept-language': language },
      });
    expect((await add('zh')).body.detail).toMatch(/^运营方已暂停.*提醒暂停。原因：三月账单未付。$/);
    expect((await add('en')).body.detail).toMatch(
      /^The operator has suspended.*pause\. Reason: 三月账单未付。$/,
    );
  });

  it('is listed among all and among those of its zone', async () => {
    const { body } = await post(wanted({ zone: 'Asia/Singapore' }));
    const all = await call(handler as never, operator, `GET ${base}`, { query: { limit: '100' } });
    expect(all.body.items.map((one: { id: string }) => one.id)).toContain(body.id);
    const zone = await call(handler as never, operator, `GET ${base}`, { query: { zone: 'Asia/Singapore' } });
    expect(zone.body.items.map((one: { id: string }) => one.id)).toEqual([body.id]);
  });

  it('is for the operator only', async () => {
    const { body } = await post(wanted());
    const others: (Who | undefined)[] = [undefined, staffOf(body.id, ['owner']), keyOf(body.id)];
    const routes = [
      `POST ${base}`,
      `GET ${base}`,
      'GET @/{id}',
      'PATCH @/{id}',
      'POST @/{id}/suspend',
      'POST @/{id}/reactivate',
      'GET @/{id}/export',
      'DELETE @/{id}',
    ];
    for (const who of others) {
      for (const route of routes) {
        const answer = await call(handler as never, who, route.replace('@', base), {
          params: { id: body.id },
        });
        expect([route, answer.status]).toEqual([route, who ? 403 : 401]);
        if (who) expect(answer.body.detail).toBe('This is for the operator of the service.');
      }
    }
    expect(() => officeAsOperator({ kind: 'system', id: 'x' }, body.id)).toThrow(/no operator/);
    expect(() =>
      officeAsOperator({ kind: 'staff', id: 'x', tenantId: body.id, roles: ['owner'], scopes: [] }, body.id),
    ).toThrow(/no operator/);
  });
});

/**
 * One key of every family in keys.ts: what a family takes is told by the names of its parameters. A family that the walk does not
 * reach is left behind by a deletion, and the tests below fail.
 */
function everyKey(t: string, ids: Record<string, string>): { name: string; key: Key }[] {
  return Object.entries(keys).flatMap(([name, make]) => {
    if (typeof make !== 'function') return [];
    const [, ...names] = (/^\(([^)]*)\)/.exec(make.toString())?.[1] ?? '')
      .split(',')
      .map((word) => word.trim());
    const value = (parameter: string) => {
      if (parameter === 'id') return idFor(name, ids);
      if (parameter === 'object') return ids.ticket;
      if (parameter === 'scope') return ids.property;
      if (parameter === 'kind') return 'recalc';
      return ids[parameter] ?? '1';
    };
    const key: unknown = (make as (...args: unknown[]) => unknown)(t, ...names.map(value));
    return typeof key === 'string' ? [] : [{ name, key: key as Key }];
  });
}

/** `billRunChunk` is about a `billRun`; what no kind of id is named after has one of its own. */
function idFor(name: string, ids: Record<string, string>): string {
  const kinds = Object.keys(ids).filter((kind) => name.startsWith(kind));
  const kind = kinds.sort((a, b) => b.length - a.length)[0];
  return kind === undefined ? newId('event') : (ids[kind] ?? '');
}

/** The lists in which things stand that have partitions of their own. */
const listed: Record<string, (t: string, ids: Record<string, string>) => Record<string, string>> = {
  ticket: (t) => ({ g1pk: lists.tickets(t) }),
  customer: (t) => ({ g1pk: lists.customers(t) }),
  unit: (t) => ({ g1pk: lists.units(t) }),
  delivery: (t) => ({ g1pk: lists.deliveries(t) }),
  bill: (t, { property = '' }) => ({ g1pk: lists.billsOfProperty(t, property) }),
  billRun: (t, { property = '' }) => ({ g1pk: lists.billRuns(t, property) }),
  posting: (t, { unit = '' }) => ({ g3pk: lists.postingsOfUnit(t, unit) }),
  payment: (t, { unit = '' }) => ({ g3pk: lists.postingsOfUnit(t, unit) }),
  refund: (t, { unit = '' }) => ({ g3pk: lists.postingsOfUnit(t, unit) }),
  deposit: (t, { unit = '' }) => ({ g3pk: lists.postingsOfUnit(t, unit) }),
  dunning: (t, { unit = '' }) => ({ g3pk: lists.dunningOfUnit(t, unit) }),
  statement: (t, { property = '' }) => ({ g1pk: lists.statements(t, property) }),
  statementLine: (t, { property = '' }) => ({ g1pk: lists.statementLines(t, property) }),
  dayEnd: (t, { property = '' }) => ({ g1pk: lists.dayEnds(t, property) }),
};

/** Fills an office with an item of every family and a few more. */
async function furnish(t: string): Promise<void> {
  const ids = Object.fromEntries(Object.keys(prefixes).map((kind) => [kind, newId(kind as IdKind)]));
  for (const { name, key } of everyKey(t, ids)) {
    if (name === 'office' || name === 'owners') continue;
    const places = Object.entries(listed[name]?.(t, ids) ?? {}).flatMap(([index, pk]) => [
      [index, pk],
      [index.replace('pk', 'sk'), key.pk],
    ]);
    await system.commit([
      { put: { ...key, et: 'thing', v: 1, ...Object.fromEntries(places) } as Item, expect: 'new' },
    ]);
  }
  // More than a page of one partition.
  for (let i = 0; i < 240; i += 80) {
    await system.commit(
      Array.from({ length: 80 }, (_, n) => ({
        put: { ...keys.message(t, ids.staff ?? '', `m${i + n}`), et: 'message', v: 1 },
        expect: 'any' as const,
      })),
    );
  }
}

describe('an office that leaves', () => {
  it('takes everything with it: the export has each item once, page by page', async () => {
    const { body } = await post(wanted());
    await furnish(body.id);
    const stored = await itemsOf(body.id);
    for (const limit of ['1000', '9']) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await ask('GET @/{id}/export', body.id, {
          query: { limit, ...(cursor && { cursor }) },
        });
        expect(page.status).toBe(200);
        seen.push(...page.body.items.map((item: { key: string }) => `${body.id}#${item.key}`));
        cursor = page.body.next;
      } while (cursor);
      expect(seen.sort()).toEqual(stored.map((item) => `${item.pk}|${item.sk}`).sort());
    }
  });

  it('gets its histories with what people said in them', async () => {
    const { body } = await post(wanted());
    const of = { actor: { kind: 'operator', id: 'op' }, tenantId: body.id, requestId: 'r', now: Date.now() };
    const object = body.id as string;
    const what = { type: 'ticket.progressed', object, data: { step: 1 }, said: { note: '业主在家' } };
    const { write } = append({ seq: 8, hash: '' }, what, of as Parameters<typeof append>[2]);
    await system.commit([write]);
    const { items } = (await ask('GET @/{id}/export', body.id, { query: { limit: '1000' } })).body;
    const event = items.find(({ data }: { data: { type?: string } }) => data.type === what.type);
    expect(event).toMatchObject({
      kind: 'event',
      data: { object, seq: 9, data: { step: 1, note: '业主在家' } },
    });
    const office = items.find(({ kind }: { kind: string }) => kind === 'office');
    expect(office.data).toMatchObject({ id: body.id, name: '锦绣物业' });
  });

  it('exports no secrets and no keys of others', async () => {
    const { body } = await post(wanted());
    await system.commit([
      {
        put: {
          ...keys.apiKey(body.id, newId('apiKey')),
          et: 'apiKey',
          v: 1,
          list: { name: 'App' },
          rest: { secrets: [{ hash: 'never-shown' }] },
        },
        expect: 'new',
      },
    ]);
    const page = await ask('GET @/{id}/export', body.id);
    expect(JSON.stringify(page.body)).toContain('App');
    expect(JSON.stringify(page.body)).not.toContain('never-shown');
    const { body: other } = await post(wanted());
    const cursor = (await ask('GET @/{id}/export', body.id, { query: { limit: '1' } })).body.next;
    expect((await ask('GET @/{id}/export', other.id, { query: { cursor } })).status).toBe(400);
  });

  it('is deleted in steps, answers 404 afterwards, and its slug is used up', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-01T00:00:00Z') });
    const request = wanted();
    const { body } = await post(request);
    const { body: neighbour } = await post(wanted());
    await furnish(body.id);
    const before = await itemsOf(neighbour.id);
    expect((await remove(body.id, 'other')).status).toBe(400);
    const first = await remove(body.id, request.slug);
    expect([first.status, first.body.status]).toEqual([202, 'deleting']);
    expect(first.body.removed).toBeGreaterThan(200);
    expect((await ask('POST @/{id}/reactivate', body.id)).status).toBe(409);
    expect((await post(request)).status).toBe(409);
    // Somebody the gateway remembered wrote something meanwhile: the last look finds it.
    await system.commit([
      { put: { ...keys.staff(body.id, newId('staff')), et: 'staff', v: 1 }, expect: 'new' },
    ]);
    expect((await remove(body.id, request.slug)).status).toBe(202);
    vi.setSystemTime('2026-03-01T00:03:00Z');
    expect((await remove(body.id, request.slug)).status).toBe(204);
    const left = await itemsOf(body.id);
    expect(left).toMatchObject([{ ...keys.office(body.id), et: 'tombstone' }]);
    for (const route of ['GET @/{id}', 'GET @/{id}/export', 'POST @/{id}/reactivate']) {
      expect((await ask(route, body.id)).status).toBe(404);
    }
    expect((await remove(body.id, request.slug)).status).toBe(404);
    expect((await remove(newId('tenant'), request.slug)).status).toBe(404);
    expect((await post(request)).status).toBe(409);
    expect(await itemsOf(neighbour.id)).toEqual(before);
    expect(await system.lookup(lists.login(request.owner.email))).toEqual([]);
  });

  it('is walked without a step into another', () => {
    const t = newId('tenant');
    for (const { pk } of sources(t)) expect(pk.startsWith(`${t}#`)).toBe(true);
  });
});
