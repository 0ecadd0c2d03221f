import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { ownCredentials } from './aws.ts';
import type { TableKeys } from './iam/tables.ts';
import { Trouble } from './problem.ts';
import type { Assembly, Resource } from './template.ts';

interface IndexSpec {
  IndexName: string;
  KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];
  Projection: { ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] };
}

interface TableSpec {
  AttributeDefinitions: { AttributeName: string; AttributeType: 'S' | 'N' | 'B' }[];
  KeySchema: IndexSpec['KeySchema'];
  GlobalSecondaryIndexes?: IndexSpec[];
  StreamSpecification?: { StreamViewType: 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'KEYS_ONLY' };
}

/** The table of the template on DynamoDB Local, and a client that may do anything with it. */
export interface LocalTable {
  name: string;
  client: DynamoDBDocumentClient;
  /** The hash keys of the table and of its indexes. */
  keys: TableKeys;
  /** DynamoDB Local's own name of the stream. */
  streamArn: string | undefined;
  /** The earliest instant (ms) in the due index; undefined if nothing is in it, or there is no such index. */
  earliestDue(): Promise<number | undefined>;
}

/**
 * Makes the table with its keys, indexes and stream, or finds it from an earlier start; Trouble if that one has
 * other keys. No TTL: virtual time may be far from the real time by which DynamoDB Local would delete.
 */
export async function openTable(
  assembly: Assembly,
  resource: Resource,
  endpoint: string,
): Promise<LocalTable> {
  const name = assembly.physicalOf(resource).ref;
  const spec = assembly.properties<TableSpec>(resource);
  const plain = new DynamoDBClient({ endpoint, region: assembly.region, credentials: ownCredentials });
  const have = await plain.send(new DescribeTableCommand({ TableName: name })).catch((error: Error) => {
    if (error instanceof ResourceNotFoundException) return undefined;
    if (error.name !== 'InternalFailure') throw error;
    throw new Trouble('DynamoDB Local cannot read its data (they are damaged): start with --reset', {
      cause: error,
    });
  });
  let table = have?.Table;
  if (table && shape(table) !== shape(spec))
    throw new Trouble(`the table ${name} was made by another version of the template: start with --reset`);
  if (!table) {
    const made = await plain.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: spec.AttributeDefinitions,
        KeySchema: spec.KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
        ...(spec.GlobalSecondaryIndexes
          ? {
              GlobalSecondaryIndexes: spec.GlobalSecondaryIndexes.map(
                ({ IndexName, KeySchema, Projection }) => ({
                  IndexName,
                  KeySchema,
                  Projection,
                }),
              ),
            }
          : {}),
        ...(spec.StreamSpecification
          ? {
              StreamSpecification: {
                StreamEnabled: true,
                StreamViewType: spec.StreamSpecification.StreamViewType,
              },
            }
          : {}),
      }),
    );
    table = made.TableDescription;
  }
  const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
  const hasDue = spec.GlobalSecondaryIndexes?.some((index) => index.IndexName === 'due') ?? false;
  return {
    name,
    client,
    keys: {
      hash: hashOf(spec.KeySchema),
      indexes: Object.fromEntries(
        (spec.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema }) => [IndexName, hashOf(KeySchema)]),
      ),
    },
    streamArn: table?.LatestStreamArn,
    earliestDue: async () => (hasDue ? earliestDue(client, name) : undefined),
  };
}

const hashOf = (schema: IndexSpec['KeySchema']): string =>
  schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';

/** One scan: the index has only what is open, and a request for each of its shards costs a machine more. */
async function earliestDue(client: DynamoDBDocumentClient, TableName: string): Promise<number | undefined> {
  let earliest = Number.POSITIVE_INFINITY;
  const pages = paginateScan({ client }, { TableName, IndexName: 'due' });
  for await (const { Items = [] } of pages)
    for (const { dueSk } of Items) {
      const at = Date.parse(String(dueSk).slice(0, 24));
      if (at < earliest) earliest = at;
    }
  return Number.isFinite(earliest) ? earliest : undefined;
}

/** What must be equal for an earlier table to serve. */
function shape(table: TableSpec | TableDescription): string {
  const keys = (
    schema: readonly { AttributeName?: string | undefined; KeyType?: string | undefined }[] | undefined,
  ) => (schema ?? []).map((key) => `${key.AttributeName}:${key.KeyType}`).sort();
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => [
    index.IndexName,
    keys(index.KeySchema),
    index.Projection?.ProjectionType,
    [...(index.Projection?.NonKeyAttributes ?? [])].sort(),
  ]);
  return JSON.stringify([keys(table.KeySchema), indexes.sort(), table.StreamSpecification?.StreamViewType]);
}
