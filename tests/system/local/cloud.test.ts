import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { awsJson } from '../../../local/aws.ts';
import { type Cloud, startCloud } from '../../../local/cloud.ts';

const assembly = join(import.meta.dirname, 'fixtures', 'cloud');
const start = '2026-09-30T10:00:00+08:00';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ assembly, clock: start, dynamodb: inject('dynamodb') });
});
afterAll(() => cloud?.stop());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(cloud.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

const ask = (what: object) => call('POST', '/open', what);

async function item(pk: string, sk: string) {
  const found = await cloud.table.client.send(
    new GetCommand({ TableName: cloud.table.name, Key: { pk, sk } }),
  );
  return found.Item;
}

const put = (entry: Record<string, unknown>) =>
  cloud.table.client.send(new PutCommand({ TableName: cloud.table.name, Item: entry }));

/** When the schedules ran, since the last time asked. */
let seen = 0;
async function ran(): Promise<string[]> {
  const found = await cloud.table.client.send(
    new QueryCommand({
      TableName: cloud.table.name,
      KeyConditionExpression: 'pk = :ran',
      ExpressionAttributeValues: { ':ran': 'ran' },
      ConsistentRead: true,
    }),
  );
  const all = (found.Items ?? []).map(({ sk }) => String(sk));
  const news = all.slice(seen);
  seen = all.length;
  return news;
}

describe('the gateway', () => {
  it('gives functions the event of a proxy integration, at virtual time', async () => {
    const answer = await call('POST', '/open?a=1&a=2&b=%E5%9B%9E', '{"x":1}', { 'X-Mixed': 'y' });
    expect(answer.status).toBe(200);
    const { event, now, left } = answer.json();
    expect(event).toMatchObject({
      resource: '/open',
      path: '/open',
      httpMethod: 'POST',
      body: '{"x":1}',
      isBase64Encoded: false,
      queryStringParameters: { a: '2', b: '回' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['回'] },
      pathParameters: null,
    });
    expect(event.headers['X-Mixed'] ?? event.headers['x-mixed']).toBe('y');
    expect(event.requestContext).toMatchObject({ resourcePath: '/open', httpMethod: 'POST' });
    expect(Math.abs(Date.parse(now) - cloud.clock.now())).toBeLessThan(20_000);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(20_000);
    expect(Math.abs(Date.parse(answer.headers.get('date') ?? '') - cloud.clock.now())).toBeLessThan(20_000);
  });

  it('hands binary media types on as bytes', async () => {
    const answer = await call('POST', '/open', '{"x":"回"}', { 'content-type': 'text/csv; charset=gbk' });
    const { event } = answer.json();
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body, 'base64').toString()).toBe('{"x":"回"}');
  });

  it.each([
    ['a crash', { do: 'crash' }, 502, 'INTEGRATION_FAILURE'],
    ['an error', { do: 'throw' }, 502, 'INTEGRATION_FAILURE'],
    ['an answer that is none', { do: 'nonsense' }, 502, 'INTEGRATION_FAILURE'],
  ])('answers %s of a function for it, and the function serves on', async (_, body, status, type) => {
    const answer = await ask(body);
    expect([answer.status, answer.json().type]).toEqual([status, type]);
    expect((await ask({})).status).toBe(200);
  });

  it('waits no longer for an answer than the document says', async () => {
    const answer = await call('POST', '/impatient', { do: 'hang' });
    expect([answer.status, answer.json().type]).toEqual([504, 'INTEGRATION_TIMEOUT']);
    // It hangs on, as it would in the cloud.
    expect(cloud.kill('echo')).toBeGreaterThan(0);
    expect((await ask({})).status).toBe(200);
  });

  it('refuses bodies over ten megabytes', async () => {
    expect((await ask({ x: 'x'.repeat(10 * 1024 * 1024) })).status).toBe(413);
  });

  it('answers what is not in the document in its words', async () => {
    const answer = await call('GET', '/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('hands a crash to one caller only: calls in other environments end well', async () => {
    const answers = await Promise.all([ask({ do: 'crash' }), ask({}), ask({})]);
    expect(answers.map((answer) => answer.status)).toEqual([502, 200, 200]);
  });

  it('kills a function on request, and the next call finds a new one', async () => {
    const hanging = ask({ do: 'hang' });
    await expect.poll(() => cloud.busy('echo'), { interval: 5 }).toBe(1);
    expect(cloud.kill('echo')).toBeGreaterThan(0);
    expect((await hanging).status).toBe(502);
    expect((await ask({})).json().calls).toBe(1);
  });
});

describe('authorizers and usage plans', () => {
  const as = (authorization: string, path = '/v1/things') => call('GET', path, undefined, { authorization });
  const calls = async (who: string) => (await as(who)).json().event.requestContext.authorizer.calls;

  it('asks the authorizer once a minute of virtual time', async () => {
    const first = await calls('amy');
    expect(await calls('amy')).toBe(first);
    const other = await call('GET', '/v1/things/th_1', undefined, { authorization: 'amy' });
    expect(other.json().event.requestContext.authorizer).toMatchObject({ tenantId: 'ten_1', calls: first });
    expect(other.json().event.pathParameters).toEqual({ id: 'th_1' });
    await cloud.advance('PT61S');
    expect(await calls('amy')).not.toBe(first);
  });

  it.each([
    ['nobody', undefined, 401],
    ['whom the authorizer rejects', 'bad', 401],
    ['whom its policy denies', 'denied', 403],
    ['anybody when the authorizer fails', 'broken', 500],
  ])('turns away %s', async (_, token, status) => {
    const answer = await call(
      'GET',
      '/v1/things',
      undefined,
      token === undefined ? {} : { authorization: token },
    );
    expect(answer.status).toBe(status);
  });

  it('throttles by usage key and says when to come again', async () => {
    const answers = [];
    for (let at = 0; at < 5; at++)
      answers.push(await call('POST', '/v1/things', {}, { authorization: 'ben' }));
    const late = answers.filter((answer) => answer.status === 429);
    expect(late.length).toBeGreaterThan(0);
    expect(late[0]?.headers.get('retry-after')).toBe('1');
    await cloud.advance('PT1M');
    expect((await call('POST', '/v1/things', {}, { authorization: 'ben' })).status).toBe(200);
  });

  it('refuses a usage key of no plan', async () => {
    expect((await call('POST', '/v1/things', {}, { authorization: 'free' })).status).toBe(403);
  });
});

describe('functions', () => {
  it('end when their time is up', async () => {
    const call = cloud.invoke('hasty', { body: '{"do":"hang"}' });
    await expect(call).rejects.toMatchObject({ kind: 'timeout', type: 'Sandbox.Timedout' });
    expect(cloud.lines('hasty').at(-1)).toContain('timed out after 1.00 seconds');
  });

  it('have the template\u2019s variables, with what differs on one machine', async () => {
    const env = (await ask({ do: 'env' })).json();
    expect(env.CURSOR_SECRET).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(env).toMatchObject({
      TABLE_NAME: cloud.table.name,
      PUBLIC_URL: cloud.url,
      AWS_REGION: 'ap-southeast-1',
    });
    expect(env).not.toHaveProperty('GONE');
    expect(env).not.toHaveProperty('PATH');
    expect(env.OIDC_ISSUER).toBe(cloud.identity.issuer('ap-southeast-1_Users'));
    const owner = cloud.sts.principal(env.AWS_ACCESS_KEY_ID);
    expect(owner?.roleArn).toBe('arn:aws:iam::000000000000:role/fix-api-Role');
  });

  it('assume roles with tags, and who signs a request can be told', async () => {
    const { id, expires } = (await ask({ do: 'assume' })).json();
    expect(cloud.sts.principal(id)).toMatchObject({
      roleArn: 'arn:aws:iam::000000000000:role/fix-api-TenantRole',
      tags: { TenantId: 'ten_1' },
      by: { roleArn: 'arn:aws:iam::000000000000:role/fix-api-Role' },
    });
    expect(Date.parse(expires) - cloud.clock.now()).toBeGreaterThan(3_500_000);
    const nowhere = await ask({ do: 'assume', role: 'arn:aws:iam::000000000000:role/none' });
    expect(nowhere.status).toBe(502);
  });
});

describe('event sources', () => {
  it('settle works off queues; what fails comes back when its visibility has passed in virtual time', async () => {
    await ask({ do: 'send', message: { name: 'twice', fails: 1 } });
    await cloud.settle();
    expect(await item('taken#twice', 'count')).toMatchObject({ n: 1 });
    await cloud.advance('PT5M');
    expect(await item('taken#twice', 'count')).toMatchObject({ n: 1 });
    await cloud.advance('PT2M');
    expect(await item('taken#twice', 'count')).toMatchObject({ n: 2 });
  });

  it('a message that keeps failing goes to the dead-letter queue', async () => {
    await ask({ do: 'send', message: { name: 'never', fails: 99 } });
    await cloud.advance('PT1H');
    expect(await item('taken#never', 'count')).toMatchObject({ n: 3 });
    expect(await cloud.queues.bodies('fix-reminders-dead')).toContain('{"name":"never","fails":99}');
  });

  it('a delayed message waits in virtual time', async () => {
    await ask({ do: 'send', message: { name: 'late' }, delay: 600 });
    await cloud.settle();
    expect(await item('taken#late', 'count')).toBeUndefined();
    await cloud.advance('PT11M');
    expect(await item('taken#late', 'count')).toMatchObject({ n: 1 });
  });

  it('a batch whose function is killed is worked on again', async () => {
    await ask({ do: 'send', message: { name: 'killed' } });
    const settled = cloud.settle();
    await expect.poll(() => cloud.busy('worker'), { interval: 1 }).toBe(1);
    cloud.kill('worker');
    await settled;
    await cloud.advance('PT10M');
    expect(Number((await item('taken#killed', 'count'))?.n)).toBeGreaterThanOrEqual(1);
    expect((await cloud.queues.state('fix-reminders')).inFlight).toBe(0);
  });

  it('the stream comes in order; a record that fails for ever is given up alone', async () => {
    const count = async () => Number((await item('notes', 'count'))?.n ?? 0);
    const before = await count();
    await put({ pk: 'note#1', sk: 'a' });
    await put({ pk: 'note#poison', sk: 'a' });
    await put({ pk: 'note#2', sk: 'a' });
    await cloud.settle();
    expect((await count()) - before).toBe(2);
    const given = (await cloud.queues.bodies('fix-reminders-dead')).filter((body) =>
      body.includes('DDBStreamBatchInfo'),
    );
    expect(given.map((body) => JSON.parse(body).DDBStreamBatchInfo.batchSize)).toEqual([1]);
  });
});

describe('moving the clock', () => {
  beforeEach(async () => {
    await ran();
  });

  it('runs each schedule at its own local time, in order', async () => {
    await cloud.advance('2026-10-05T10:00:00+08:00');
    expect((await ran()).map((sk) => sk.slice(0, 16) + sk.slice(24))).toEqual(
      ['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04', '2026-10-05'].map(
        (day) => `${day}T00:30#digest#${day}T00:30:00Z`,
      ),
    );
    expect(Math.abs(cloud.clock.now() - Date.parse('2026-10-05T10:00:00+08:00'))).toBeLessThan(20_000);
  });

  it('sweeps at the minutes at which something is due, and at no others', async () => {
    await put({ pk: 'd1', sk: 'a', duePk: 'due#07', dueSk: '2026-10-05T04:10:30.000Z#d1' });
    await put({ pk: 'd2', sk: 'a', duePk: 'due#00', dueSk: '2026-10-05T04:20:00.000Z#d2' });
    await cloud.advance('2026-10-05T20:00:00+08:00');
    expect((await ran()).map((sk) => sk.slice(0, 16))).toEqual(['2026-10-05T04:11', '2026-10-05T04:20']);
    expect((await item('d1', 'a'))?.sweptAt).toMatch(/^2026-10-05T04:11:/);
  });

  it('jumps over an outage: nothing runs on the way, the backlog is found afterwards', async () => {
    await put({ pk: 'd3', sk: 'a', duePk: 'due#00', dueSk: '2026-10-05T14:00:00.000Z#d3' });
    await cloud.advance('P2D', { outage: true });
    expect(await ran()).toEqual([]);
    const before = cloud.clock.now();
    await cloud.advance('PT1M');
    expect(await ran()).toHaveLength(1);
    expect(Date.parse((await item('d3', 'a'))?.sweptAt)).toBeGreaterThanOrEqual(before);
  });

  it('over HTTP: forward only, durations and instants only', async () => {
    const clock = (body: unknown) => call('POST', '/_local/clock', body);
    const moved = await clock({ advance: 'PT1H' });
    expect(moved.status).toBe(200);
    expect(Math.abs(Date.parse(moved.json().now) - cloud.clock.now())).toBeLessThan(20_000);
    for (const bad of [
      {},
      { to: '2020-01-01T00:00:00Z' },
      { advance: 'soon' },
      { to: 'P1D' },
      { advance: 'P1D', to: start },
      '{',
    ])
      expect((await clock(bad)).status).toBe(400);
  });
});

describe('people and the outside', () => {
  it('signs people in with tokens that are valid at virtual time', async () => {
    const sub = await cloud.addUser('amy@example.com', 'secret', { groups: ['operators'] });
    const answer = await call('POST', '/_local/token', { username: 'amy@example.com', password: 'secret' });
    const claims = JSON.parse(Buffer.from(answer.json().token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ sub, aud: 'client', 'cognito:groups': ['operators'], token_use: 'id' });
    expect(claims.iss).toBe(cloud.identity.issuer('ap-southeast-1_Users'));
    expect(claims.exp - claims.iat).toBe(3600);
    expect(Math.abs(claims.iat * 1000 - cloud.clock.now())).toBeLessThan(20_000);
    expect((await call('POST', '/_local/token', { username: 'amy@example.com', password: 'x' })).status).toBe(
      401,
    );
  });

  it('makes operators and others sign in, also those whom an office has added', async () => {
    const login = { username: 'op@example.com', password: 'secret' };
    await call('POST', '/_local/users', { ...login, operator: true });
    const { token } = (await call('POST', '/_local/token', login)).json();
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(claims['cognito:groups']).toEqual(['operators']);
    expect((await call('POST', '/_local/users', { ...login, operator: 'yes' })).status).toBe(400);

    const cognito = awsJson(
      cloud.identity.endpoint,
      'AWSCognitoIdentityProviderService',
      'ap-southeast-1',
      '1.1',
    );
    const added = { username: 'new@example.com', password: 'secret' };
    await cognito('AdminCreateUser', {
      UserPoolId: 'ap-southeast-1_Users',
      Username: added.username,
      MessageAction: 'SUPPRESS',
    });
    const first = await call('POST', '/_local/token', added);
    expect(first.json().detail).toMatch(/POST \/_local\/users with \{"username":"new@example\.com"/);
    await call('POST', '/_local/users', added);
    expect((await call('POST', '/_local/token', added)).status).toBe(200);
  });

  it('calls a function by hand and shows what it wrote', async () => {
    const invoke = (body: object) => call('POST', '/_local/invoke', body);
    const event = { body: '{"do":"nonsense"}' };
    expect((await invoke({ function: 'echo', event })).json()).toEqual({ result: 'no reply' });
    expect((await invoke({ function: 'echo', event: { body: '{"do":"throw"}' } })).status).toBe(502);
    expect((await call('GET', '/_local/logs?function=echo')).json().lines.join('\n')).toContain('as asked');
    for (const bad of [{ function: 'nobody' }, {}]) expect((await invoke(bad)).status).toBe(400);
    for (const bad of ['?function=nobody', ''])
      expect((await call('GET', `/_local/logs${bad}`)).status).toBe(400);
  });

  it('keeps mails and what receivers were sent, and shows them', async () => {
    await createTransport({ host: '127.0.0.1', port: cloud.outbox.smtpPort, ignoreTLS: true }).sendMail({
      from: 'huifang@example.com',
      to: 'amy@example.com',
      subject: '回访提醒',
      text: '<b>今天</b>',
    });
    cloud.outbox.respond('/hook', { status: 500, times: 1 });
    const post = () =>
      fetch(cloud.outbox.url('/hook'), { method: 'POST', body: '{"a":1}', headers: { 'webhook-id': 'm1' } });
    expect([(await post()).status, (await post()).status]).toEqual([500, 200]);
    cloud.outbox.respond('/hook', { status: 0, hangUp: true, times: 1 });
    await expect(post()).rejects.toThrow();
    const { mails, deliveries } = (await call('GET', '/_local/outbox')).json();
    expect(mails).toMatchObject([{ to: ['amy@example.com'], subject: '回访提醒', text: '<b>今天</b>' }]);
    expect(deliveries.map(({ status, body }: { status?: number; body: string }) => [status, body])).toEqual([
      [500, '{"a":1}'],
      [200, '{"a":1}'],
      [undefined, '{"a":1}'],
    ]);
    const page = await call('GET', '/_local/');
    expect(page.text).toContain('回访提醒');
    expect(page.text).not.toContain('<b>今天');
  });
});

describe('a data folder', () => {
  // A table of its own in files: `tests/system/start.test.ts`.
  it('gives the next start its table, logins, secrets, clock, messages and place in the stream', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'huifang-test-'));
    const shared = cloud;
    try {
      cloud = await startCloud({ assembly, dataDir, clock: start, dynamodb: inject('dynamodb') });
      expect(cloud.fresh).toBe(true);
      await cloud.addUser('amy@example.com', 'secret');
      await cloud.advance('P1D');
      const secret = (await ask({ do: 'env' })).json().CURSOR_SECRET;
      await put({ pk: 'note#1', sk: 'a' });
      await cloud.settle();
      await put({ pk: 'note#2', sk: 'a' });
      await ask({ do: 'send', message: { name: 'kept' } });
      const issuer = cloud.identity.issuer('p');
      const then = cloud.clock.now();
      await cloud.stop();

      cloud = await startCloud({ assembly, dataDir, clock: start, dynamodb: inject('dynamodb') });
      expect(cloud.fresh).toBe(false);
      expect(cloud.clock.now()).toBeGreaterThanOrEqual(then);
      expect((await ask({ do: 'env' })).json().CURSOR_SECRET).toBe(secret);
      expect(cloud.identity.issuer('p')).toBe(issuer);
      await cloud.token('amy@example.com', 'secret');
      await cloud.settle();
      expect(await item('notes', 'count')).toMatchObject({ n: 2 });
      expect(await item('taken#kept', 'count')).toMatchObject({ n: 1 });
    } finally {
      await cloud.stop();
      cloud = shared;
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
