import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Standard } from '../../functions/fees/schema.ts';
import { unitRecords } from '../../functions/offices/units.ts';
import { awsJson, ownCredentials } from '../../local/aws.ts';
import { noHistory } from '../../shared/history.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { Item } from '../../shared/table.ts';
import { standardHours } from '../../shared/time/index.ts';

/** An office with one property of so many units, put into a table of its own without a request. */

export const tenantId = newId('tenant');
export const propertyId = derivedId('property', 'bench');
export const unitIdOf = (i: number) => derivedId('unit', propertyId, String(i));
export const payerIdOf = (i: number) => derivedId('customer', propertyId, String(i));

const zone = 'Asia/Shanghai';
const createdAt = '2026-01-01T00:00:00.000Z';

/** 2.35 yuan a square metre and month, due on the 10th. */
export const management: Standard = {
  id: derivedId('standard', propertyId),
  propertyId,
  kind: 'management',
  name: '物业管理费',
  basis: 'area',
  cycle: 'month',
  per: 'month',
  appliesTo: 'all',
  versions: [
    {
      n: 1,
      from: '2026-01-01',
      setAt: createdAt,
      price: '2.35',
      payer: 'owner',
      due: { kind: 'dayOfMonth', day: 10, monthsAfter: 0 },
    },
  ],
  version: 1,
  createdAt,
};

export const clientAt = (endpoint: string) =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: 'local', credentials: ownCredentials }),
    { marshallOptions: { removeUndefinedValues: true } },
  );

/** The table as the data stack has it, without a stream: what follows from changes is called by whoever measures. */
export async function createTable(client: DynamoDBDocumentClient, TableName: string): Promise<void> {
  const pair = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const lists = [1, 2, 3, 4, 5, 6, 7].map((n) => [`g${n}pk`, `g${n}sk`] as const);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: pair('pk', 'sk'),
      AttributeDefinitions: ['pk', 'sk', ...lists.flat(), 'duePk', 'dueSk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      GlobalSecondaryIndexes: [
        ...lists.map(([hash, range], i) => ({
          IndexName: `gsi${i + 1}`,
          KeySchema: pair(hash, range),
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
}

/** Puts items, past the SDK, which would take longer than the table. */
export async function write(endpoint: string, table: string, items: Iterable<Item>): Promise<void> {
  const call = awsJson(endpoint, 'DynamoDB_20120810', 'local');
  const source = items[Symbol.iterator]();
  const next = () => {
    const batch: object[] = [];
    while (batch.length < 25) {
      const { done, value } = source.next();
      if (done) break;
      batch.push({ PutRequest: { Item: marshall(value, { removeUndefinedValues: true }) } });
    }
    return batch;
  };
  const writer = async () => {
    for (let batch = next(); batch.length > 0; batch = next()) {
      await call('BatchWriteItem', { RequestItems: { [table]: batch } });
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
}

export function* estate(units: number): Generator<Item> {
  const t = tenantId;
  yield {
    ...keys.office(t),
    et: 'tenant',
    v: 1,
    list: { id: t, status: 'active', language: 'zh', zone },
    rest: { ownerEmail: 'owner@example.com' },
  };
  yield {
    ...keys.property(t, propertyId),
    et: 'property',
    v: 1,
    list: { id: propertyId, name: '锦绣花园', zone, archived: false },
    rest: { hours: standardHours, createdAt, head: noHistory },
  };
  for (let i = 0; i < units; i++) {
    const [unitId, payerId] = [unitIdOf(i), payerIdOf(i)];
    const unit = {
      ...{ id: unitId, propertyId, building: `${(i % 20) + 1}栋`, number: String(i), area: 8_950 },
      ...{ occupancy: 'occupied' as const, version: 1, createdAt },
    };
    yield unitRecords.item(t, unit, noHistory);
    yield {
      ...keys.customer(t, payerId),
      et: 'customer',
      v: 1,
      list: { id: payerId, name: '刘女士', unitId, propertyId, kind: 'owner', archived: false },
      rest: { emails: [`payer${i}@example.com`], head: noHistory },
    };
    yield {
      ...keys.feeFile(t, unitId),
      et: 'feeFile',
      v: 1,
      list: { unitId, propertyId },
      rest: {
        occupancies: [{ payerId, role: 'owner', from: '2026-01-01' }],
        ...{ vacancies: [], assignments: [], exceptions: [], meters: [], head: noHistory },
      },
    };
  }
}
