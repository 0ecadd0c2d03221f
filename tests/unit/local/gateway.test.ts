import { describe, expect, it } from 'vitest';
import { gatewayReply } from '../../../local/gateway/answers.ts';
import { proxyReply } from '../../../local/gateway/event.ts';
import { type Operation, readApi, router } from '../../../local/gateway/routes.ts';
import { Throttle } from '../../../local/gateway/throttle.ts';

const operation = (method: string, path: string): Operation => ({
  method,
  path,
  functionName: 'f',
  timeoutMs: 1,
  authorizer: undefined,
  keyRequired: false,
});

describe('routes', () => {
  const find = router([
    operation('GET', '/v1/tickets/{id}'),
    operation('GET', '/v1/tickets/{id}/events'),
    operation('GET', '/v1/tickets/summary'),
    operation('POST', '/v1/tickets'),
    operation('GET', '/files/{rest+}'),
  ]);
  it.each([
    ['GET', '/v1/tickets/tkt_1', '/v1/tickets/{id}', { id: 'tkt_1' }],
    ['GET', '/v1/tickets/tkt_1/', '/v1/tickets/{id}', { id: 'tkt_1' }],
    ['GET', '/v1/tickets/tkt_1/events', '/v1/tickets/{id}/events', { id: 'tkt_1' }],
    ['GET', '/v1/tickets/summary', '/v1/tickets/summary', {}],
    ['POST', '/v1/tickets', '/v1/tickets', {}],
    ['GET', '/files/a/b', '/files/{rest+}', { rest: 'a/b' }],
  ])('%s %s goes to %s', (method, path, to, parameters) => {
    const match = find(method, path);
    expect(match?.operation.path).toBe(to);
    expect(match?.parameters).toEqual(parameters);
  });
  it.each([
    ['GET', '/v1/tickets'],
    ['DELETE', '/v1/tickets/tkt_1'],
    ['GET', '/v1/tickets//events'],
    ['GET', '/v1'],
    ['GET', '/'],
    ['GET', '/V1/tickets/a'],
  ])('%s %s goes nowhere', (method, path) => {
    expect(find(method, path)).toBeUndefined();
  });
  it('refuses documents with integrations it cannot run', () => {
    const mock = { paths: { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } } } };
    expect(() => readApi(mock)).toThrow('GET /a');
  });
});

describe('the throttle', () => {
  it('lets a burst through, then the rate, in virtual time, each key for itself', () => {
    let now = 0;
    const plan = { rate: 2, burst: 3 };
    const throttle = new Throttle(
      (key) => (['a', 'b'].includes(key) ? plan : undefined),
      () => now,
    );
    const run = (key: string, times: number) => Array.from({ length: times }, () => throttle.admit(key));
    expect(run('a', 4)).toEqual([true, true, true, false]);
    expect(run('b', 1)).toEqual([true]);
    now += 1000;
    expect(run('a', 3)).toEqual([true, true, false]);
    now += 3_600_000;
    expect(run('a', 4)).toEqual([true, true, true, false]);
    expect(throttle.admit('stranger')).toBeUndefined();
  });
});

describe('answers of the gateway itself', () => {
  const context = { requestId: 'r-1', path: '/x' };
  it('speak in the words of the document', () => {
    const answers = {
      THROTTLED: {
        statusCode: 429,
        responseParameters: {
          'gatewayresponse.header.Retry-After': "'1'",
          'gatewayresponse.header.Content-Type': "'application/problem+json'",
        },
        responseTemplates: {
          'application/json': '{"id":"$context.requestId","why":$context.error.messageString}',
        },
      },
    };
    const reply = gatewayReply(answers, 'THROTTLED', context);
    expect(reply.status).toBe(429);
    expect(Object.fromEntries(reply.headers)).toEqual({
      'retry-after': '1',
      'content-type': 'application/problem+json',
    });
    expect(JSON.parse(reply.body.toString())).toEqual({ id: 'r-1', why: 'Too Many Requests' });
  });
  it('fall back to the catch-all with the status of what it catches, then to AWS\u2019s own words', () => {
    const answers = { DEFAULT_5XX: { responseTemplates: { 'application/json': 'all' } } };
    expect(gatewayReply(answers, 'INTEGRATION_TIMEOUT', context)).toMatchObject({
      status: 504,
      body: Buffer.from('all'),
    });
    const own = gatewayReply({}, 'MISSING_AUTHENTICATION_TOKEN', context);
    expect(own.status).toBe(403);
    expect(own.body.toString()).toBe('{"message":"Missing Authentication Token"}');
  });
});

describe('answers of functions', () => {
  it.each([[null], ['text'], [{}], [{ statusCode: 'x' }], [{ statusCode: 200, body: {} }]])(
    '%j is none',
    (answer) => {
      expect(proxyReply(answer)).toBeUndefined();
    },
  );
  it('carry bytes and repeated headers', () => {
    const reply = proxyReply({
      statusCode: 201,
      multiValueHeaders: { 'Set-Cookie': ['a', 'b'] },
      body: 'AAEC',
      isBase64Encoded: true,
    });
    expect(reply?.body).toEqual(Buffer.from([0, 1, 2]));
    expect(reply?.headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
  });
});
