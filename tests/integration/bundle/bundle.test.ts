import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { bundle } from '../../../scripts/build.ts';
import { createTable } from '../dynamodb.ts';

/*
 * The functions carry an AWS SDK with parts taken out (scripts/slim.ts). Here that very SDK, bundled in the same way,
 * does the work of the real one, and fails as the real one does.
 */

type Sdk = typeof import('./sdk.ts');

let sdk: Sdk;
let folder: string;
let kilobytes: number;
let inputs: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huifang-bundle-'));
  const { metafile } = await bundle({ sdk: 'tests/integration/bundle/sdk.ts' }, folder);
  const output = Object.values(metafile.outputs)[0];
  kilobytes = (output?.bytes ?? 0) / 1000;
  inputs = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );
  sdk = (await import(pathToFileURL(join(folder, 'sdk/index.mjs')).href)) as Sdk;
  vi.stubEnv('AWS_REGION', 'ap-southeast-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('the table', () => {
  let table: string;
  const client = () =>
    sdk.DynamoDBDocumentClient.from(new sdk.DynamoDBClient({ endpoint: inject('dynamodb') }), {
      marshallOptions: { removeUndefinedValues: true },
    });
  beforeAll(async () => {
    vi.stubEnv('AWS_REGION', 'local');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    table = await createTable();
  });
  afterAll(() => {
    vi.stubEnv('AWS_REGION', 'ap-southeast-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  });

  test('an item comes back as it was put, whatever its attributes', async () => {
    const item = {
      pk: 'ten_1#a',
      sk: '1',
      text: '回访 \u{1F3E0} "\\\n',
      number: -12.5,
      yes: true,
      none: null,
      list: [1, 'two', { three: [3] }],
      map: { '回 访': 'a key', b: undefined },
      bytes: new Uint8Array([0, 1, 255]),
      set: new Set(['a', 'b']),
    };
    await client().send(new sdk.PutCommand({ TableName: table, Item: item }));
    const { Item } = await client().send(
      new sdk.GetCommand({ TableName: table, Key: { pk: 'ten_1#a', sk: '1' }, ConsistentRead: true }),
    );
    expect(Item).toEqual({ ...item, map: { '回 访': 'a key' } });
  });

  test('updates, deletes, reads in batches and queries with pages', async () => {
    const db = client();
    for (let i = 0; i < 5; i++) {
      await db.send(new sdk.PutCommand({ TableName: table, Item: { pk: 'ten_1#b', sk: String(i) } }));
    }
    const { Attributes } = await db.send(
      new sdk.UpdateCommand({
        TableName: table,
        Key: { pk: 'ten_1#b', sk: '1' },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ pk: 'ten_1#b', sk: '1', n: 1 });
    await db.send(new sdk.DeleteCommand({ TableName: table, Key: { pk: 'ten_1#b', sk: '0' } }));
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': 'ten_1#b' },
      Limit: 3,
    };
    const first = await db.send(new sdk.QueryCommand(query));
    const second = await db.send(
      new sdk.QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }),
    );
    expect([...(first.Items ?? []), ...(second.Items ?? [])].map((item) => item.sk)).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    const keys = ['1', '2', '9'].map((sk) => ({ pk: 'ten_1#b', sk }));
    const { Responses } = await db.send(
      new sdk.BatchGetCommand({ RequestItems: { [table]: { Keys: keys } } }),
    );
    expect(Responses?.[table]?.map((item) => item.sk).sort()).toEqual(['1', '2']);
  });

  test('a failed condition is an error of its class and brings the stored item', async () => {
    const put = { TableName: table, Item: { pk: 'ten_1#c', sk: '1', n: 1 } };
    await client().send(new sdk.PutCommand(put));
    const refused = await client()
      .send(
        new sdk.PutCommand({
          ...put,
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(sdk.ConditionalCheckFailedException);
    expect(refused).toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { n: { N: '1' } },
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('a cancelled transaction says why for each item, with the stored item where it was asked for', async () => {
    const db = client();
    await db.send(new sdk.PutCommand({ TableName: table, Item: { pk: 'ten_1#d', sk: '1', n: 7 } }));
    const item = (sk: string) => ({
      Put: {
        TableName: table,
        Item: { pk: 'ten_1#d', sk },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    });
    const cancelled = await db
      .send(new sdk.TransactWriteCommand({ TransactItems: [item('0'), item('1')] }))
      .catch((error: unknown) => error);
    expect(cancelled).toBeInstanceOf(sdk.TransactionCanceledException);
    const { CancellationReasons } = cancelled as InstanceType<Sdk['TransactionCanceledException']>;
    expect(CancellationReasons?.map((reason) => reason.Code)).toEqual(['None', 'ConditionalCheckFailed']);
    expect(CancellationReasons?.[1]?.Item).toMatchObject({ n: { N: '7' } });
    const { Item } = await db.send(new sdk.GetCommand({ TableName: table, Key: { pk: 'ten_1#d', sk: '0' } }));
    expect(Item).toBeUndefined();
  });

  test('a table that is not there is an error of its class, and one it does not know keeps its name', async () => {
    const get = (TableName: string, Key: Record<string, string>) =>
      client()
        .send(new sdk.GetCommand({ TableName, Key }))
        .catch((error: unknown) => error);
    expect(await get('no-such-table', { pk: 'a', sk: 'b' })).toBeInstanceOf(sdk.ResourceNotFoundException);
    expect(await get(table, { pk: 'a' })).toMatchObject({ name: 'ValidationException', $fault: 'client' });
  });
});

describe('the wire', () => {
  let server: Server;
  afterEach(() => server.close());
  /** A server on this machine that gives the answers in turn, and what it was asked. */
  async function answering(...answers: { status: number; type: string; body: string }[]) {
    const asked: { request: IncomingMessage; body: string }[] = [];
    server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push({ request, body });
      response.writeHead(answer?.status ?? 500, { 'content-type': answer?.type }).end(answer?.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
  const json = (status: number, body: unknown) => ({
    status,
    type: 'application/x-amz-json-1.0',
    body: JSON.stringify(body),
  });
  const throttled = json(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
    message: 'slow down',
  });

  test('throttled and failed requests are repeated', async () => {
    const { asked, endpoint } = await answering(
      throttled,
      json(500, {}),
      json(200, { Item: { a: { S: 'b' } } }),
    );
    const db = sdk.DynamoDBDocumentClient.from(new sdk.DynamoDBClient({ endpoint }));
    const { Item, $metadata } = await db.send(
      new sdk.GetCommand({ TableName: 't', Key: { pk: 'p', sk: 's' } }),
    );
    expect(Item).toEqual({ a: 'b' });
    expect($metadata.attempts).toBe(3);
    expect(asked).toHaveLength(3);
  });

  test('a refused request is not repeated, and gives up on throttling in the end', async () => {
    const denied = await answering(json(400, { __type: 'x#AccessDeniedException', Message: 'no' }));
    const get = new sdk.GetCommand({ TableName: 't', Key: { pk: 'p', sk: 's' } });
    const fails = (endpoint: string) =>
      sdk.DynamoDBDocumentClient.from(new sdk.DynamoDBClient({ endpoint, maxAttempts: 2 })).send(get);
    await expect(fails(denied.endpoint)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'no',
    });
    expect(denied.asked).toHaveLength(1);
    server.close();
    const busy = await answering(throttled);
    await expect(fails(busy.endpoint)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(busy.asked).toHaveLength(2);
  });

  test('requests are signed with the credentials and the region of the environment', async () => {
    const { asked, endpoint } = await answering(json(200, {}));
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
    await sdk.DynamoDBDocumentClient.from(new sdk.DynamoDBClient({})).send(
      new sdk.GetCommand({ TableName: 't', Key: { pk: 'p', sk: 's' } }),
    );
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', undefined);
    const headers = asked.at(-1)?.request.headers;
    expect(headers?.authorization).toMatch(
      /Credential=AKIATEST\/\d{8}\/ap-southeast-1\/dynamodb\/aws4_request/,
    );
    expect(headers?.['x-amz-security-token']).toBe('session');
    expect(headers?.['x-amz-target']).toBe('DynamoDB_20120810.GetItem');
  });

  test('a role is assumed with its tag, and a refusal has its name', async () => {
    const credentials = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
      <Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s&amp;1</SecretAccessKey>
      <SessionToken>t</SessionToken><Expiration>2026-10-01T01:00:00Z</Expiration></Credentials>
      </AssumeRoleResult></AssumeRoleResponse>`;
    const denied = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
      <Code>AccessDenied</Code><Message>not you</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
    const { asked, endpoint } = await answering(
      { status: 200, type: 'text/xml', body: credentials },
      { status: 403, type: 'text/xml', body: denied },
    );
    const assume = () =>
      new sdk.STSClient({ endpoint }).send(
        new sdk.AssumeRoleCommand({
          RoleArn: 'arn:aws:iam::000000000000:role/tenant',
          RoleSessionName: 'ten_1',
          Tags: [{ Key: 'TenantId', Value: 'ten_1' }],
        }),
      );
    const { Credentials } = await assume();
    expect(Credentials).toEqual({
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 's&1',
      SessionToken: 't',
      Expiration: new Date('2026-10-01T01:00:00Z'),
    });
    expect(asked[0]?.body).toContain('Tags.member.1.Key=TenantId&Tags.member.1.Value=ten_1');
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied', message: 'not you' });
  });

  test('messages are sent with their group', async () => {
    const MD5OfMessageBody = createHash('md5').update('hello').digest('hex');
    const { asked, endpoint } = await answering(
      json(200, { Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody }], Failed: [] }),
    );
    const QueueUrl = `${endpoint}/000000000000/reminders`;
    const { Successful } = await new sdk.SQSClient({ endpoint }).send(
      new sdk.SendMessageBatchCommand({
        QueueUrl,
        Entries: [{ Id: '0', MessageBody: 'hello', MessageGroupId: 'ten_1' }],
      }),
    );
    expect(Successful?.[0]?.MessageId).toBe('m');
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      QueueUrl,
      Entries: [{ MessageGroupId: 'ten_1' }],
    });
  });
});

describe('the weight', () => {
  test('nothing is bundled of what was taken out', () => {
    const out =
      /credential-provider-(ini|sso|http|process|login|web)|nested-clients|mnemonist|\/bdd\.|partitions\.|cbor|event-streams\/e/;
    expect(inputs.filter((file) => out.test(file))).toEqual([]);
  });

  test('the SDK for table, roles and queues leaves room for the functions themselves', () => {
    expect(kilobytes).toBeLessThan(185);
  });
});
