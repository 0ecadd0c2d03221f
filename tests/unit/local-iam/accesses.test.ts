import { describe, expect, test } from 'vitest';
import { accessesOf } from '../../../local/iam/accesses.ts';
import { region, table } from './service.ts';

const keysOf = (name: string) =>
  name === 'huifang-data' ? { hash: 'pk', indexes: { gsi1: 'g1pk', due: 'duePk' } } : undefined;

const of = (
  service: string,
  method: string,
  url: string,
  headers: Record<string, string>,
  body: unknown = '',
) =>
  accessesOf(
    {
      service,
      method,
      url,
      headers,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    },
    { region, keysOf },
  );
const dynamodb = (operation: string, body: object) =>
  of('dynamodb', 'POST', '/', { 'x-amz-target': `DynamoDB_20120810.${operation}` }, body);

const TableName = 'huifang-data';
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
/** Action, resource and leading keys of each access. */
const short = (accesses: ReturnType<typeof of>) =>
  accesses.map(({ action, resource, context }) => [
    action,
    resource.replace(table, 'T'),
    context['dynamodb:LeadingKeys'],
  ]);

describe('what a request to the table is about', () => {
  test.each([
    ['GetItem', { Key: key('a#1') }],
    ['DeleteItem', { Key: key('a#1') }],
    ['UpdateItem', { Key: key('a#1') }],
    ['PutItem', { Item: { ...key('a#1'), n: { N: '1' } } }],
  ])('%s: one key', (operation, body) => {
    const expected = [[`dynamodb:${operation}`, 'T', ['a#1']]];
    expect(short(dynamodb(operation, { TableName, ...body }))).toEqual(expected);
    // A table may be named by its ARN.
    expect(short(dynamodb(operation, { TableName: table, ...body }))).toEqual(expected);
  });

  test('a batch read is one access with every key; tables stand apart', () => {
    const RequestItems = {
      [TableName]: { Keys: [key('a#1'), key('b#1'), key('a#1')] },
      other: { Keys: [key('a#1')] },
    };
    expect(short(dynamodb('BatchGetItem', { RequestItems }))).toEqual([
      ['dynamodb:BatchGetItem', 'T', ['a#1', 'b#1']],
      // What its keys are called is not known: nothing is claimed of them.
      ['dynamodb:BatchGetItem', table.replace('huifang-data', 'other'), undefined],
    ]);
  });

  test('a batch write is one access with every key', () => {
    const writes = [{ PutRequest: { Item: key('a#1') } }, { DeleteRequest: { Key: key('b#1') } }];
    expect(short(dynamodb('BatchWriteItem', { RequestItems: { [TableName]: writes } }))).toEqual([
      ['dynamodb:BatchWriteItem', 'T', ['a#1', 'b#1']],
    ]);
  });

  test('a transaction needs the right to each of its parts', () => {
    const TransactItems = [
      { Put: { TableName, Item: key('a#1') } },
      { Update: { TableName, Key: key('a#2') } },
      { Delete: { TableName, Key: key('a#3') } },
      { ConditionCheck: { TableName, Key: key('b#1') } },
    ];
    expect(short(dynamodb('TransactWriteItems', { TransactItems }))).toEqual([
      ['dynamodb:PutItem', 'T', ['a#1']],
      ['dynamodb:UpdateItem', 'T', ['a#2']],
      ['dynamodb:DeleteItem', 'T', ['a#3']],
      ['dynamodb:ConditionCheckItem', 'T', ['b#1']],
    ]);
    expect(
      short(dynamodb('TransactGetItems', { TransactItems: [{ Get: { TableName, Key: key('a#1') } }] })),
    ).toEqual([['dynamodb:GetItem', 'T', ['a#1']]]);
  });

  test.each([
    ['names and values', '#h = :h AND begins_with(#r, :b)', { '#h': 'pk', '#r': 'sk' }],
    ['a bare name', 'pk=:h', {}],
    ['the value first', ':h = pk', {}],
    ['the sort key first', '#r <= :b AND #h = :h', { '#h': 'pk', '#r': 'sk' }],
    ['the sort key equal to something', 'sk = :b AND pk = :h', {}],
  ])('a query asks for one key, with %s', (_, KeyConditionExpression, ExpressionAttributeNames) => {
    const ExpressionAttributeValues = { ':h': { S: 'a#1' }, ':b': { S: 'b#1' } };
    const body = { TableName, KeyConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
    expect(short(dynamodb('Query', body))).toEqual([['dynamodb:Query', 'T', ['a#1']]]);
  });

  test('a query of an index asks for a key of the index', () => {
    const query = (attribute: string) =>
      dynamodb('Query', {
        TableName,
        IndexName: 'gsi1',
        KeyConditionExpression: `${attribute} = :h`,
        ExpressionAttributeValues: { ':h': { S: 'a#1' } },
      });
    expect(short(query('g1pk'))).toEqual([['dynamodb:Query', 'T/index/gsi1', ['a#1']]]);
    expect(short(query('pk'))).toEqual([['dynamodb:Query', 'T/index/gsi1', undefined]]);
  });

  test('an older form of a query is read as well', () => {
    const KeyConditions = { pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'a#1' }] } };
    expect(short(dynamodb('Query', { TableName, KeyConditions }))).toEqual([
      ['dynamodb:Query', 'T', ['a#1']],
    ]);
  });

  test.each([
    [
      'Scan',
      { TableName, FilterExpression: 'pk = :h', ExpressionAttributeValues: { ':h': { S: 'a#1' } } },
      'Scan',
      'T',
    ],
    ['Scan', { TableName, IndexName: 'due' }, 'Scan', 'T/index/due'],
    [
      'ExecuteStatement',
      { Statement: `SELECT * FROM "${TableName}" WHERE pk = 'a#1'` },
      'PartiQLSelect',
      'T',
    ],
    [
      'ExecuteStatement',
      { Statement: `select * from "${TableName}"."gsi1"` },
      'PartiQLSelect',
      'T/index/gsi1',
    ],
    ['ExecuteStatement', { Statement: `DELETE FROM "${TableName}" WHERE pk = 'a#1'` }, 'PartiQLDelete', 'T'],
    [
      'BatchExecuteStatement',
      { Statements: [{ Statement: `INSERT INTO "${TableName}" VALUE {}` }] },
      'PartiQLInsert',
      'T',
    ],
    [
      'ExecuteTransaction',
      { TransactStatements: [{ Statement: `UPDATE "${TableName}" SET a=1` }] },
      'PartiQLUpdate',
      'T',
    ],
    ['DescribeTable', { TableName }, 'DescribeTable', 'T'],
  ])('%s names no key', (operation, body, action, resource) => {
    expect(short(dynamodb(operation, body))).toEqual([[`dynamodb:${action}`, resource, undefined]]);
  });

  test('a batch with a part that names no key claims no keys at all', () => {
    const RequestItems = { [TableName]: { Keys: [key('a#1'), { sk: { S: 'x' } }] } };
    expect(short(dynamodb('BatchGetItem', { RequestItems }))).toEqual([
      ['dynamodb:BatchGetItem', 'T', undefined],
    ]);
  });

  test('attributes, selection and returned values are told', () => {
    const [access] = dynamodb('Query', {
      TableName,
      Select: 'COUNT',
      KeyConditionExpression: '#h = :h AND begins_with(sk, :b)',
      FilterExpression: 'list.title = :t',
      ExpressionAttributeNames: { '#h': 'pk' },
      ExpressionAttributeValues: { ':h': { S: 'a#1' } },
    });
    expect(access?.context).toMatchObject({
      'dynamodb:Select': 'COUNT',
      'dynamodb:Attributes': ['pk', 'sk', 'list'],
    });
    const [update] = dynamodb('UpdateItem', { TableName, Key: key('a#1'), ReturnValues: 'ALL_NEW' });
    expect(update?.context).toMatchObject({ 'dynamodb:ReturnValues': 'ALL_NEW' });
  });
});

describe('what a request to objects, queues and logins is about', () => {
  const s3 = (method: string, url: string, headers = {}, body = '') =>
    of('s3', method, url, headers, body).map(({ action, resource }) => [action, resource.slice(13)]);

  test.each([
    ['GET', '/b/kept/ten_1/a?X-Amz-Expires=300', [['s3:GetObject', 'b/kept/ten_1/a']]],
    ['HEAD', '/b/kept/ten_1/a', [['s3:GetObject', 'b/kept/ten_1/a']]],
    ['PUT', '/b/kept/%74en_1/a', [['s3:PutObject', 'b/kept/ten_1/a']]],
    ['DELETE', '/b/a', [['s3:DeleteObject', 'b/a']]],
    ['PUT', '/b/a?acl', [['s3:PutObjectAcl', 'b/a']]],
    ['GET', '/b/a?legal-hold', [['s3:GetObjectLegalHold', 'b/a']]],
    ['GET', '/b?list-type=2&prefix=kept/', [['s3:ListBucket', 'b']]],
    ['GET', '/b/', [['s3:ListBucket', 'b']]],
    ['DELETE', '/b', [['s3:DeleteBucket', 'b']]],
  ])('%s %s', (method, url, expected) => {
    expect(s3(method, url)).toEqual(expected);
  });

  test('a copy reads one object and writes another', () => {
    expect(s3('PUT', '/b/kept/ten_1/a', { 'x-amz-copy-source': '/b/pending/ten_2/a?versionId=1' })).toEqual([
      ['s3:PutObject', 'b/kept/ten_1/a'],
      ['s3:GetObject', 'b/pending/ten_2/a'],
    ]);
  });

  test('deleting many is a deletion of each', () => {
    const body = '<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>';
    expect(s3('POST', '/b?delete', {}, body)).toEqual([
      ['s3:DeleteObject', 'b/a'],
      ['s3:DeleteObject', 'b/b'],
    ]);
  });

  test('a batch of messages needs the right to send one', () => {
    const QueueUrl = 'http://127.0.0.1:1/000000000000/huifang-reminders';
    expect(of('sqs', 'POST', '/', { 'x-amz-target': 'AmazonSQS.SendMessageBatch' }, { QueueUrl })).toEqual([
      {
        action: 'sqs:SendMessage',
        resource: `arn:aws:sqs:${region}:000000000000:huifang-reminders`,
        context: {},
      },
    ]);
  });

  test('a login belongs to its pool', () => {
    const target = { 'x-amz-target': 'AWSCognitoIdentityProviderService.AdminCreateUser' };
    expect(of('cognito-idp', 'POST', '/', target, { UserPoolId: 'p_1' })[0]).toMatchObject({
      action: 'cognito-idp:AdminCreateUser',
      resource: `arn:aws:cognito-idp:${region}:000000000000:userpool/p_1`,
    });
  });
});
