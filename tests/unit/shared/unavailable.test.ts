import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { STSClient } from '../../../scripts/slim/sts.ts';
import { Cursors } from '../../../shared/cursor.ts';
import { api } from '../../../shared/http/api.ts';
import { route } from '../../../shared/http/route.ts';
import { OfficeTable } from '../../../shared/table.ts';

const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
const key = { pk: 't#1', sk: 'x' };
let server: Server | undefined;
afterEach(() => void server?.close());

const listening = async (answer: RequestListener): Promise<string> => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** What a request is answered whose handler does this: status, problem, and when to come again. */
async function answered(work: () => Promise<unknown>) {
  const handler = api([
    route({
      id: 'try',
      method: 'GET',
      path: '/try',
      summary: '',
      needs: 'public',
      responses: { 200: null },
      async handle() {
        await work();
        return { status: 200 };
      },
    }),
  ]);
  const event = { httpMethod: 'GET', resource: '/try', headers: {}, requestContext: { requestId: 'r' } };
  const { statusCode, headers, body } = (await handler(event as never, {} as never)) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  const { type } = JSON.parse(body || '{}') as { type?: string };
  return [statusCode, type?.split('/').at(-1), headers['retry-after']];
}

/**
 * A read and a change of an office, by the SDK as it is, on a table that answers so; `patience` in milliseconds, enough on a busy machine
 * unless there is no answer to wait for.
 */
function office(endpoint: string, patience = 10_000): OfficeTable {
  const client = new DynamoDBClient({
    endpoint,
    credentials,
    region: 'x',
    maxAttempts: 1,
    requestHandler: { requestTimeout: patience, throwOnRequestTimeout: true },
  });
  return new OfficeTable({
    tenantId: 't',
    client: DynamoDBDocumentClient.from(client),
    tableName: 'x',
    cursors: new Cursors('0123456789abcdef0123456789abcdef'),
  });
}
const read = (endpoint: string, patience?: number) => office(endpoint, patience).load({ key });
const change = (endpoint: string, patience?: number) =>
  office(endpoint, patience).commit([{ check: key, expect: 'exists' }]);

const failing =
  (status: number, name: string, more: object = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...more }));
  };
const cancelled = (...codes: string[]) =>
  failing(400, 'TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

const passing: [string, RequestListener][] = [
  ['has too much to do', failing(400, 'ProvisionedThroughputExceededException')],
  ['throttles', failing(400, 'ThrottlingException')],
  ['is at the limit of the account', failing(400, 'RequestLimitExceeded')],
  ['is still at the same transaction', failing(400, 'TransactionInProgressException')],
  ['has cancelled a transaction, throttling', cancelled('None', 'ThrottlingError')],
  ['has cancelled a transaction, having too much to do', cancelled('ProvisionedThroughputExceeded')],
  ['has an error of its own', failing(500, 'InternalServerError')],
  ['is away', failing(503, 'ServiceUnavailable')],
  ['hangs up', (request) => request.socket.destroy()],
  [
    'hangs up half-way',
    (request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{', () => request.socket.destroy());
    },
  ],
];

const lasting: [string, RequestListener][] = [
  ['finds the request wrong', failing(400, 'ValidationException')],
  ['does not permit it', failing(400, 'AccessDeniedException')],
  ['is not there', failing(400, 'ResourceNotFoundException')],
  ['has cancelled a transaction that is wrong', cancelled('ValidationError')],
];

describe('when the table', () => {
  it.each(passing)('%s, the caller is told to try again', async (_, how) => {
    const endpoint = await listening(how);
    expect(await answered(() => read(endpoint))).toEqual([503, 'unavailable', '1']);
    expect(await answered(() => change(endpoint))).toEqual([503, 'unavailable', '1']);
  });

  it('does not answer in time, the caller is told to try again', async () => {
    const endpoint = await listening(() => undefined);
    expect(await answered(() => read(endpoint, 50))).toEqual([503, 'unavailable', '1']);
    expect(await answered(() => change(endpoint, 50))).toEqual([503, 'unavailable', '1']);
  });

  it('cannot be reached, the caller is told to try again', async () => {
    const endpoint = await listening(() => undefined);
    server?.close();
    expect(await answered(() => change(endpoint))).toEqual([503, 'unavailable', '1']);
  });

  it.each(lasting)('%s, that is an error of ours', async (_, how) => {
    const endpoint = await listening(how);
    expect(await answered(() => change(endpoint))).toEqual([500, 'internal', undefined]);
  });
});

it('credentials that cannot be had for the moment are no error of ours', async () => {
  const endpoint = await listening((_, response) => {
    response.writeHead(503);
    response.end('<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>');
  });
  process.env.AWS_ACCESS_KEY_ID ??= 'a';
  process.env.AWS_SECRET_ACCESS_KEY ??= 's';
  const sts = new STSClient({ endpoint, region: 'x' });
  const assume = { input: { RoleArn: 'arn', RoleSessionName: 's' } };
  expect(await answered(() => sts.send(assume))).toEqual([503, 'unavailable', '1']);
});

it('a mistake in the code is an error of ours', async () => {
  for (const error of [new Error('no'), new TypeError('x is not a function')]) {
    expect(await answered(() => Promise.reject(error))).toEqual([500, 'internal', undefined]);
  }
});
