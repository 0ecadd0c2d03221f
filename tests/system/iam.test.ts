import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalFunction } from '../../local/functions.ts';
import { newId } from '../../shared/ids.ts';
import { type Cloud, testCloud, unready } from './harness.ts';
import { expectStatus, makeOffice, type TestOffice } from './office.ts';

/*
 * The gate before the parts bites: a function of the API that goes wrong is refused by the policies of the template, as on AWS.
 * What the service itself does passes; every other system test shows it.
 */

let cloud: Cloud;
let rogue: LocalFunction;
let own: string;
let foreign: string;
let told: string[];

beforeAll(async () => {
  if (unready) return;
  told = [];
  cloud = await testCloud({ onLine: (_, line) => line.startsWith('IAM:') && told.push(line) });
  rogue = roguelike('tickets');
  own = newId('tenant');
  foreign = newId('tenant');
  for (const tenant of [own, foreign])
    for (const sk of ['a', 'b'])
      await cloud.table.client.send(
        new PutCommand({
          TableName: cloud.table.name,
          Item: { pk: `${tenant}#x`, sk, et: 'x', v: 1, g1pk: `${tenant}#list`, g1sk: sk },
        }),
      );
});
afterAll(async () => {
  await rogue?.stop();
  await cloud?.stop();
});
beforeEach(() => {
  told?.splice(0);
});

/** The code of `iam-rogue.ts` in the place of a function's own. */
function roguelike(name: string): LocalFunction {
  const { spec } = cloud.functions.get(name);
  return new LocalFunction({ ...spec, file: join(import.meta.dirname, 'iam-rogue.ts') }, cloud.clock);
}

interface Answer {
  ok: boolean;
  name?: string;
  message?: string;
  status?: number;
  answer?: Record<string, unknown>;
}

const send = (command: string, input: Record<string, unknown>, tags: object | null = { TenantId: own }) =>
  rogue.invoke({ command, input, ...(tags && { tags }) }) as Promise<Answer>;
/** As `send`, to the table. */
const sends = (command: string, input: Record<string, unknown>, tags?: object | null) =>
  send(command, { TableName: cloud.table.name, ...input }, tags);

const key = (tenant: string, sk = 'a') => ({ pk: `${tenant}#x`, sk });
const query = (tenant: string, more = {}) => ({
  KeyConditionExpression: 'pk = :p',
  ExpressionAttributeValues: { ':p': `${tenant}#x` },
  ...more,
});
const listed = (tenant: string) => ({
  IndexName: 'gsi1',
  KeyConditionExpression: 'g1pk = :p',
  ExpressionAttributeValues: { ':p': `${tenant}#list` },
});
const batch = (...tenants: string[]) => ({
  RequestItems: { [cloud.table.name]: { Keys: tenants.map((tenant) => key(tenant)) } },
});
const transaction = (...tenants: string[]) => ({
  TransactItems: tenants.map((tenant) => ({
    Put: { TableName: cloud.table.name, Item: { ...key(tenant, newId('event')), et: 'x', v: 1 } },
  })),
});

describe.skipIf(unready)('a function that holds the credentials of one office', () => {
  it('reads and writes the keys of that office', async () => {
    expect(await sends('Query', query(own))).toMatchObject({ ok: true, answer: { Count: 2 } });
    expect(await sends('Query', listed(own))).toMatchObject({ ok: true, answer: { Count: 2 } });
    expect(await send('BatchGet', batch(own))).toMatchObject({ ok: true });
    expect(await send('TransactWrite', transaction(own, own))).toMatchObject({ ok: true });
    expect(await sends('Put', { Item: { ...key(own, 'c'), et: 'x', v: 1 } })).toMatchObject({ ok: true });
    expect(told).toEqual([]);
  });

  it.each<[string, string, () => Record<string, unknown>]>([
    ['another office\u2019s key', 'Put', () => ({ Item: { ...key(foreign), et: 'x', v: 1 } })],
    ['an update of another office\u2019s item', 'Update', () => ({ Key: key(foreign) })],
    ['a deletion of its own item: nothing is deleted where events are', 'Delete', () => ({ Key: key(own) })],
    ['a deletion of another office\u2019s item', 'Delete', () => ({ Key: key(foreign) })],
    ['a query of another office\u2019s partition', 'Query', () => query(foreign)],
    ['a query of an index by another office\u2019s key', 'Query', () => listed(foreign)],
    ['a Scan', 'Scan', () => ({})],
    ['a Scan of an index', 'Scan', () => ({ IndexName: 'gsi1' })],
    [
      'a PartiQL statement about its own key',
      'ExecuteStatement',
      () => ({ Statement: `SELECT * FROM "${cloud.table.name}" WHERE pk = '${own}#x'` }),
    ],
    ['a batch with one foreign key', 'BatchGet', () => batch(own, own, foreign)],
    [
      'a batch of writes',
      'BatchWrite',
      () => ({ RequestItems: { [cloud.table.name]: [{ DeleteRequest: { Key: key(own) } }] } }),
    ],
    ['a transaction with one foreign item', 'TransactWrite', () => transaction(own, foreign)],
    [
      'a request without leading keys',
      'BatchGetItem',
      () => ({ RequestItems: { [cloud.table.name]: { Keys: [{ sk: { S: 'a' } }] } } }),
    ],
    [
      'a query without the partition',
      'Query',
      () => ({ KeyConditionExpression: 'sk = :s', ExpressionAttributeValues: { ':s': 'a' } }),
    ],
    [
      'the due index, which is the sweeper\u2019s',
      'Query',
      () => ({
        IndexName: 'due',
        KeyConditionExpression: 'duePk = :p',
        ExpressionAttributeValues: { ':p': `${own}#` },
      }),
    ],
    [
      'the index of logins, which is the authorizer\u2019s',
      'Query',
      () => ({
        IndexName: 'lookup',
        KeyConditionExpression: 'lookupPk = :p',
        ExpressionAttributeValues: { ':p': `${own}#` },
      }),
    ],
    ['what belongs to the system', 'Query', () => query('sys')],
    ['an office whose id begins like its own', 'Put', () => ({ Item: { pk: `${own}2#x`, sk: 'a' } })],
    ['its own id without what comes after', 'Put', () => ({ Item: { pk: own, sk: 'a' } })],
  ])('is refused %s', async (_, command, input) => {
    const { TransactItems, RequestItems, ...rest } = input();
    const given = TransactItems
      ? { TransactItems }
      : RequestItems
        ? { RequestItems }
        : { TableName: cloud.table.name, ...rest };
    if (command === 'ExecuteStatement') delete (given as { TableName?: string }).TableName;
    if (command === 'Update')
      Object.assign(given, { UpdateExpression: 'SET x = :x', ExpressionAttributeValues: { ':x': 1 } });
    const answer = await send(command, given);
    expect(answer).toMatchObject({ ok: false, name: 'AccessDeniedException', status: 400 });
    expect(answer.message).toMatch(
      /^User: arn:aws:sts::000000000000:assumed-role\/.*TenantRole.*\/rogue is not authorized to perform: dynamodb:\w+ on resource: arn:aws:dynamodb:/,
    );
    expect(told.at(-1)).toContain('IAM: huifang-tickets may not dynamodb:');
  });

  it('leaves the other office\u2019s items as they were', async () => {
    const { Item } = await cloud.table.client.send(
      new GetCommand({ TableName: cloud.table.name, Key: key(foreign) }),
    );
    expect(Item).toEqual({ ...key(foreign), et: 'x', v: 1, g1pk: `${foreign}#list`, g1sk: 'a' });
  });

  it('may not list the bucket, nor send to a queue', async () => {
    expect(
      await send('List', { Bucket: rogue.spec.env.ATTACHMENTS_BUCKET, Prefix: `kept/${own}/` }),
    ).toMatchObject({
      ok: false,
      name: 'AccessDenied',
      status: 403,
    });
    const QueueUrl = cloud.functions.get('sweeper').spec.env.REMINDERS_QUEUE_URL;
    const refused = await send('SendMessage', { QueueUrl, MessageBody: '{}' });
    expect(refused).toMatchObject({ ok: false, status: 403 });
    expect(refused.message).toContain('sqs:SendMessage');
  });
});

describe.skipIf(unready)('a function of the API by itself', () => {
  it('has no right to the table', async () => {
    expect(await sends('Query', query(own), null)).toMatchObject({ name: 'AccessDeniedException' });
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ['without a tag', {}, undefined],
    ['with the tag of no office', { TenantId: 'sys' }, undefined],
    ['with a second tag', { TenantId: 'ten_1', Admin: 'yes' }, undefined],
    ['of another function', { TenantId: 'ten_1' }, 'notifier'],
  ])('may not take on a role %s', async (_, tags, of) => {
    const role = of && cloud.functions.get(of).spec.env.TENANT_ROLE_ARN;
    const other = [...cloud.iam.policies.roles.keys()].find((arn) => arn.includes('notifierRole'));
    const given = { command: 'Assume', input: {}, tags, ...(of && { role: role ?? other }) };
    expect(await rogue.invoke(given)).toMatchObject({ ok: false, name: 'AccessDenied', status: 403 });
  });

  it('a function that works for no office cannot take on the tenant role', async () => {
    const sweeper = roguelike('sweeper');
    const role = rogue.spec.env.TENANT_ROLE_ARN;
    const answer = await sweeper.invoke({ command: 'Assume', input: {}, tags: { TenantId: own }, role });
    expect(answer).toMatchObject({ ok: false, name: 'AccessDenied' });
    await sweeper.stop();
  });

  it('may log in with credentials that were issued and have not ended, and with no others', async () => {
    const roleArn = [...cloud.iam.policies.roles.keys()].find((arn) => arn.includes('TenantRole')) ?? '';
    const session = { roleArn, sessionName: own, tags: { TenantId: own } };
    const good = cloud.sts.issue({ ...session, expires: cloud.clock.now() + 60_000 });
    const ended = cloud.sts.issue({ ...session, expires: cloud.clock.now() - 1 });
    const tries = [
      [good, undefined],
      [ended, 'ExpiredTokenException'],
      [{ ...good, sessionToken: 'another' }, 'UnrecognizedClientException'],
      [{ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }, 'UnrecognizedClientException'],
    ] as const;
    for (const [credentials, name] of tries) {
      const client = new DynamoDBClient({
        endpoint: cloud.gate.endpoint,
        region: 'ap-southeast-1',
        credentials,
        maxAttempts: 1,
      });
      const sent = DynamoDBDocumentClient.from(client)
        .send(new BatchGetCommand(batch(own)))
        .then(
          () => undefined,
          (error: Error) => error.name,
        );
      expect(await sent).toBe(name);
      client.destroy();
    }
    const bare = await fetch(cloud.gate.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' },
      body: '{}',
    });
    expect([bare.status, await bare.json()]).toMatchObject([
      403,
      { Message: 'Missing Authentication Token' },
    ]);
  });
});

describe.skipIf(unready)('links to attachments', () => {
  let office: TestOffice;
  beforeAll(async () => {
    if (!unready) office = await makeOffice(cloud, 'iam');
  });

  it('an attachment goes through the gate; one that was never uploaded is forbidden, which the service reads as absent', async () => {
    const ticket = await expectStatus(
      201,
      office.as('desk')<{ id: string }>('POST', '/v1/tickets', {
        kind: 'repair',
        channel: 'phone',
        propertyId: office.propertyId,
        title: '灯不亮',
      }),
    );
    const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 7)]);
    const asked = await expectStatus(
      201,
      office.as('desk')<{ id: string; url: string; headers: Record<string, string> }>(
        'POST',
        `/v1/tickets/${ticket.id}/attachments`,
        { name: 'a.jpg', contentType: 'image/jpeg', size: picture.length },
      ),
    );
    const complete = () =>
      office.as('desk')('POST', `/v1/tickets/${ticket.id}/attachments/${asked.id}/complete`);
    const early = await complete();
    expect(early.status).toBeGreaterThanOrEqual(400);
    expect(early.status).toBeLessThan(500);
    // The address of the link is another object's: its signer may not write there.
    const elsewhere = asked.url.replace(/pending\/ten_\w+/, `pending/${foreign}`);
    const refused = await fetch(elsewhere, { method: 'PUT', headers: asked.headers, body: picture });
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ]);
    const put = await fetch(asked.url, { method: 'PUT', headers: asked.headers, body: picture });
    expect(put.status).toBe(200);
    expect((await complete()).status).toBeLessThan(300);
    const refusals = told.filter((line) => !line.includes(' s3:'));
    expect(refusals).toEqual([]);
  });
});

describe.skipIf(unready)('the gate', () => {
  it('asks iam-simulate for kinds of requests, not for requests', async () => {
    await send('BatchGet', batch(own));
    const { decisions, simulations } = cloud.iam;
    for (let n = 0; n < 50; n++) expect((await send('BatchGet', batch(own))).ok).toBe(true);
    expect(cloud.iam.decisions - decisions).toBeGreaterThanOrEqual(50);
    expect(cloud.iam.simulations).toBe(simulations);
  });
});
