import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { Cursors } from '../../shared/cursor.ts';
import type { Idempotency } from '../../shared/idempotency.ts';
import { newId } from '../../shared/ids.ts';
import { OfficeTable } from '../../shared/table.ts';

export const cursors = new Cursors('a secret for tests, long enough');

export const client = DynamoDBDocumentClient.from(
  new DynamoDBClient({
    endpoint: inject('dynamodb'),
    region: 'local',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }),
  { marshallOptions: { removeUndefinedValues: true } },
);

const pair = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

const lists = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7'];

/**
 * A table of its own for a test file, shaped as the data stack shapes it but without a stream: DynamoDB Local reads through all
 * of a stream's records again and again, which made every write of a long run slower than the one before.
 */
export async function createTable(): Promise<string> {
  const TableName = `test-${newId('event')}`;
  const indexed = [...lists.map((g) => [`${g}pk`, `${g}sk`]), ['duePk', 'dueSk'], ['lookupPk', 'lookupSk']];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: pair('pk', 'sk'),
      AttributeDefinitions: ['pk', 'sk', ...indexed.flat()].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      GlobalSecondaryIndexes: [
        ...[...lists, 'lookup'].map((name) => ({
          IndexName: name.replace(/^g/, 'gsi'),
          KeySchema: name === 'lookup' ? pair('lookupPk', 'lookupSk') : pair(`${name}pk`, `${name}sk`),
          Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['list', 'v', 'et'] },
        })),
        {
          IndexName: 'due',
          KeySchema: pair('duePk', 'dueSk'),
          Projection: { ProjectionType: 'KEYS_ONLY' as const },
        },
      ],
    }),
  );
  return TableName;
}

/** An office's handle on a test table. */
export function officeTable(
  tableName: string,
  tenantId = newId('tenant'),
  idempotency?: Idempotency,
): OfficeTable {
  return new OfficeTable({ tenantId, client, tableName, cursors, idempotency });
}

/** The table with something else in the place of its `commit`. */
export const committing = (table: OfficeTable, commit: OfficeTable['commit']) =>
  new Proxy(table, {
    get: (target, name) => (name === 'commit' ? commit : Reflect.get(target, name, target)),
  });
