import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TIERS } from '../../shared/usage.ts';
import { type Answer, type Cloud, caller, testCloud, unready } from './harness.ts';
import { everything, expectStatus, makeOffice, type TestOffice, type Ticket } from './office.ts';

/** What the contract promises to callers, asked through the gateway: limits, keys, repetitions, and bad requests. */

let cloud: Cloud;
let office: TestOffice;
let other: TestOffice;
beforeAll(async () => {
  if (unready) return;
  cloud = await testCloud({ clock: '2026-09-28T09:00:00+08:00' });
  office = await makeOffice(cloud, 'contract', { roles: ['desk'], tenant: { tier: 'premium' } });
  other = await makeOffice(cloud, 'contract-other', { roles: [], tenant: { tier: 'basic' } });
});
afterAll(() => cloud?.stop());

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  requestId: string;
  errors?: { path: string; code: string }[];
}

/** Checks that an answer is a problem document that says no more than it should. */
function expectProblem({ status, headers, body }: Answer, expected: number): Problem {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = body as Problem;
  expect([status, problem.status]).toEqual([expected, expected]);
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^https:\/\/huifang\.example\/problems\/[a-z-]+$/),
    title: expect.any(String),
    detail: expect.any(String),
    requestId: expect.stringMatching(/^[\w-]{8,}$/),
  });
  expect(JSON.stringify(problem)).not.toMatch(/huifang-data|ten_|\bat .*:\d+:\d+|node_modules|\.ts\b/);
  return problem;
}

const code = ({ type }: Problem) => type.split('/').at(-1);

const repair = () => ({ kind: 'repair', channel: 'api', propertyId: office.propertyId, title: '水龙头漏水' });
let keyNumber = 0;
const idempotency = () => ({ 'idempotency-key': `contract-${++keyNumber}` });

describe.skipIf(unready)('what anybody may ask', { timeout: 180_000 }, () => {
  it('the document and the health of the service', async () => {
    const document = await caller(cloud)<{ openapi: string; paths: object }>('GET', '/openapi.json');
    expect([document.status, document.body.openapi]).toEqual([200, expect.stringMatching(/^3\.1\./)]);
    expect(Object.keys(document.body.paths)).toEqual(
      expect.arrayContaining([
        '/v1/tickets',
        '/v1/tickets/{id}/callbacks',
        '/operator/v1/tenants',
        '/health',
      ]),
    );
    expect(await caller(cloud)('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/nothing'],
    ['GET', '/v1/tickets/tkt_1/nothing'],
    ['DELETE', '/v1/tickets'],
    ['POST', '/health'],
    ['GET', '/v2/tickets'],
    ['GET', '/v1//tickets'],
    ['GET', '/V1/tickets'],
    ['GET', '/v1/tickets/%zz'],
    ['GET', '/v1/tickets/%00'],
    ['GET', '/v1/tickets/..%2fcustomers'],
    ['GET', `/v1/tickets/tkt_${'0'.repeat(3000)}`],
    ['TRACE', '/v1/tickets'],
    ['OPTIONS', '/v1/tickets'],
  ])('%s %s is not there', async (method, path) => {
    expectProblem(await raw(method, path, { authorization: `Bearer ${office.apiKey}` }), 404);
  });

  it('HEAD answers without a body', async () => {
    const { status, body } = await raw('HEAD', '/v1/tickets', { authorization: `Bearer ${office.apiKey}` });
    expect([status, body]).toEqual([404, '']);
  });

  it.each([
    undefined,
    'Bearer',
    'Bearer x',
    'Basic eDp5',
    'Bearer hf_AAAAAAAAAAAAAAAAAAAAAAAAAA_01M3QX6T58QN6QY2PX0M40DFT4_wrong',
    `Bearer ${'a'.repeat(4000)}`,
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  ])('nobody gets in with %j', async (authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const problem = expectProblem(await raw('GET', '/v1/tickets', headers), 401);
    expect(code(problem)).toBe('unauthenticated');
  });

  it('who is not known is told how to make oneself known', async () => {
    const { headers } = await raw('GET', '/v1/tickets');
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it('a header with the name of a prototype is a header like any other', async () => {
    const headers = { authorization: `Bearer ${office.apiKey}`, ['__proto__']: 'x' };
    expect((await raw('GET', '/v1/tickets', headers)).status).toBe(200);
  });
});

/** A request as it is, with none of the corrections `fetch` makes. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> {
  const { hostname, port } = new URL(cloud.url);
  return new Promise((done, fail) => {
    const asked = request({ hostname, port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const got = new Headers(
          Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
        );
        const json = got.get('content-type')?.includes('json') && text !== '';
        done({ status: answer.statusCode ?? 0, headers: got, body: json ? JSON.parse(text) : text });
      });
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

describe.skipIf(unready)(
  'bad requests are refused in words, and nothing is stored',
  { timeout: 180_000 },
  () => {
    const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
      raw(
        'POST',
        '/v1/tickets',
        {
          authorization: `Bearer ${office.apiKey}`,
          'content-type': 'application/json',
          ...idempotency(),
          ...headers,
        },
        body,
      );
    const withFields = (fields: object) => JSON.stringify({ ...repair(), ...fields });

    const bad: [string, number, () => Promise<Answer>][] = [
      ['broken JSON', 400, () => send('{"kind":')],
      ['no body', 400, () => send('')],
      ['bytes that are no UTF-8', 400, () => send(Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
      ['nesting without end', 400, () => send('['.repeat(50_000) + ']'.repeat(50_000))],
      ['an array', 400, () => send('[]')],
      ['a field nobody knows', 400, () => send(withFields({ tenantId: 'ten_01M3QX6T58QN6QY2PX0M40DFT4' }))],
      ['a prototype', 400, () => send(`{"__proto__":{"kind":"repair"},${withFields({}).slice(1)}`)],
      [
        'a prototype as a parameter',
        400,
        () => raw('GET', '/v1/tickets?__proto__=1', { authorization: `Bearer ${office.apiKey}` }),
      ],
      ['control characters', 400, () => send(withFields({ title: 'a\u0000b' }))],
      ['half a character', 400, () => send(withFields({ title: 'x' }).replace('"x"', '"\\ud800"'))],
      ['a day that does not exist', 400, () => send(withFields({ occurredAt: '2026-02-30T10:00:00+08:00' }))],
      ['a contact of the year 1582', 400, () => send(withFields({ receivedAt: '1582-10-10T10:00:00Z' }))],
      ['a moment without its offset', 400, () => send(withFields({ occurredAt: '2026-02-27T10:00:00' }))],
      ['a contact still to come', 400, () => send(withFields({ receivedAt: '2027-01-01T10:00:00+08:00' }))],
      [
        'a name of a hundred thousand characters',
        400,
        () => send(withFields({ title: '名'.repeat(80_000) })),
      ],
      ['a name of a million characters', 413, () => send(withFields({ title: 'n'.repeat(1_000_000) }))],
      ['more than 256 kB', 413, () => send(withFields({ description: 'd'.repeat(257 * 1024) }))],
      ['more than the gateway takes', 413, () => send(Buffer.alloc(11 * 1024 * 1024, 0x20))],
      ['another content type', 415, () => send(withFields({}), { 'content-type': 'text/plain' })],
      ['no content type', 415, () => send(withFields({}), { 'content-type': '' })],
      [
        'compressed',
        400,
        () => send(Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64'), { 'content-encoding': 'gzip' }),
      ],
      ['another office\u2019s property', 400, () => send(withFields({ propertyId: other.propertyId }))],
      ['no Idempotency-Key', 400, () => office.app('POST', '/v1/tickets', repair())],
      ['an Idempotency-Key with a line break', 400, () => send(withFields({}), { 'idempotency-key': 'a b' })],
    ];

    it.each(bad)('%s', async (_, status, ask) => {
      expectProblem(await ask(), status);
      expect(await everything(office.app, '/v1/tickets?status=received')).toEqual([]);
    });

    it('names every bad field at once, in the caller\u2019s language', async () => {
      const body = withFields({ kind: 'nonsense', title: '', place: 7, more: 1 });
      const zh = expectProblem(await send(body, { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.1' }), 400);
      const en = expectProblem(await send(body, { 'accept-language': 'en-GB' }), 400);
      const paths = ['/body/kind', '/body/more', '/body/place', '/body/title'];
      expect(zh.errors?.map(({ path }) => path).sort()).toEqual(paths);
      expect(en.errors?.map(({ path }) => path).sort()).toEqual(paths);
      expect([zh.title, en.title]).toEqual(['请求无效', 'The request is not valid']);
    });
  },
);

describe.skipIf(unready)('repetitions', { timeout: 180_000 }, () => {
  it('a hundred equal requests at once are one ticket', async () => {
    const key = idempotency();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => office.app<Ticket>('POST', '/v1/tickets', repair(), key)),
    );
    const made = answers.filter(({ status }) => status === 201);
    const running = answers.filter(({ status }) => status === 409);
    expect(made.length + running.length).toBe(100);
    expect(made.length).toBeGreaterThan(0);
    for (const answer of running) expect(code(expectProblem(answer, 409))).toBe('in-progress');
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    const [id] = made.map(({ body }) => body.id);
    expect((await everything<Ticket>(office.app, '/v1/tickets')).map((one) => one.id)).toEqual([id]);
    // Later: the first answer again; another body is another request, and another caller has keys of its own.
    expect(await office.app('POST', '/v1/tickets', repair(), key)).toMatchObject({
      status: 201,
      body: { id },
    });
    expectProblem(await office.app('POST', '/v1/tickets', { ...repair(), title: 'x' }, key), 422);
    const desk = await office.as('desk')<Ticket>('POST', '/v1/tickets', repair(), key);
    expect([desk.status, desk.body.id === id]).toEqual([201, false]);
    // Kept 48 hours.
    await cloud.advance('PT48H', { outage: true });
    await cloud.advance('PT1M', { outage: true });
    const later = await office.app<Ticket>('POST', '/v1/tickets', repair(), key);
    expect([later.status, later.body.id === id]).toEqual([201, false]);
  });

  it('the same externalId from one key is one ticket, from two keys two', async () => {
    const externalId = 'sensor-7';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        office.app<Ticket>('POST', '/v1/tickets', { ...repair(), externalId }, idempotency()),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const second = await expectStatus(
      201,
      office.as('owner')<{ key: string }>('POST', '/v1/api-keys', { name: 'B', scopes: ['tickets:write'] }),
    );
    const fromB = await caller(cloud, second.key)<Ticket>(
      'POST',
      '/v1/tickets',
      { ...repair(), externalId },
      idempotency(),
    );
    expect([fromB.status, fromB.body.id === answers[0]?.body.id]).toEqual([201, false]);
  });

  it('changes made on what somebody else has changed since are refused', async () => {
    const ticket = await office.app<Ticket>('POST', '/v1/tickets', repair(), idempotency());
    const etag = ticket.headers.get('etag') ?? '';
    const note = (ifMatch: string) =>
      office.app('POST', `/v1/tickets/${ticket.body.id}/progress`, { note: '-' }, { 'if-match': ifMatch });
    expect((await note(etag)).status).toBe(200);
    expect(code(expectProblem(await note(etag), 412))).toBe('stale');
    expect(code(expectProblem(await note('"x"'), 412))).toBe('stale');
    const now = await office.app<Ticket>('GET', `/v1/tickets/${ticket.body.id}`);
    expect([now.headers.get('etag'), now.body.version]).toEqual(['"2"', 2]);
  });

  it('a cursor serves the office and the list it was made for', async () => {
    const { next } = await expectStatus(200, office.app<{ next: string }>('GET', '/v1/tickets?limit=1'));
    const at = encodeURIComponent(next);
    expect((await office.app('GET', `/v1/tickets?limit=1&cursor=${at}`)).status).toBe(200);
    for (const [call, path] of [
      [other.app, `/v1/tickets?limit=1&cursor=${at}`],
      [office.app, `/v1/tickets?limit=1&status=received&cursor=${at}`],
      [office.app, `/v1/obligations?cursor=${at}`],
      [office.app, `/v1/tickets?limit=1&cursor=${at.slice(0, -2)}AA`],
    ] as const)
      expect(code(expectProblem(await call('GET', path), 400))).toBe('invalid-cursor');
  });
});

describe.skipIf(unready)('limits and keys', { timeout: 180_000 }, () => {
  it('more requests than the tier allows are told to come again later, and then get through', async () => {
    const { burst } = TIERS.basic;
    const answers = await Promise.all(
      Array.from({ length: burst * 5 }, () => other.app('GET', '/v1/properties?limit=1')),
    );
    const passed = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(passed.length + refused.length).toBe(burst * 5);
    expect(passed.length).toBeGreaterThanOrEqual(burst);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(code(expectProblem(answer, 429))).toBe('rate-limited');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    // The other tier's office is not held up by it.
    expect((await office.app('GET', '/v1/properties?limit=1')).status).toBe(200);
    await cloud.advance(`PT${refused[0]?.headers.get('retry-after')}S`, { outage: true });
    expect((await other.app('GET', '/v1/properties?limit=1')).status).toBe(200);
  });

  it('a rotated key works beside its successor for the overlap; a revoked one ends within a minute', async () => {
    const boss = office.as('owner');
    const made = await expectStatus(
      201,
      boss<{ id: string; key: string }>('POST', '/v1/api-keys', { name: 'CRM', scopes: ['tickets:read'] }),
    );
    const works = async (key: string) => (await caller(cloud, key)('GET', '/v1/tickets?limit=1')).status;
    expect(await works(made.key)).toBe(200);
    const rotated = await expectStatus(
      200,
      boss<{ key: string }>('POST', `/v1/api-keys/${made.id}/rotate`, { overlapHours: 2 }),
    );
    expect(rotated.key).not.toBe(made.key);
    await cloud.advance('PT119M', { outage: true });
    expect([await works(made.key), await works(rotated.key)]).toEqual([200, 200]);
    // The gateway keeps what it knows of a key for a minute.
    await cloud.advance('PT121S', { outage: true });
    expect([await works(made.key), await works(rotated.key)]).toEqual([401, 200]);
    const beyond = await caller(cloud, rotated.key)('POST', '/v1/tickets', repair(), idempotency());
    expect(code(expectProblem(beyond, 403))).toBe('forbidden');
    await expectStatus(204, boss('DELETE', `/v1/api-keys/${made.id}`));
    await cloud.advance('PT60S', { outage: true });
    expect(await works(rotated.key)).toBe(401);
  });

  it('somebody who has left the office is out within a minute', async () => {
    const desk = office.as('desk');
    await expectStatus(200, desk('GET', '/v1/staff/me'));
    const id = office.idOf('desk');
    await expectStatus(200, office.as('owner')('PATCH', `/v1/staff/${id}`, { active: false }));
    await cloud.advance('PT60S', { outage: true });
    expectProblem(await desk('GET', '/v1/staff/me'), 401);
  });
});
