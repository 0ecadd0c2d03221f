import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startFauxqs } from 'fauxqs';
import { type Swept, sweep } from '../../functions/sweeper/sweep.ts';
import { awsJson, ownCredentials } from '../../local/aws.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { Cursors } from '../../shared/cursor.ts';
import { newId } from '../../shared/ids.ts';
import { dueAt, dueShards, keys } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import { Meter } from './meter.ts';
import { proxy } from './proxy.ts';
import { type Figures, figuresOf } from './world.ts';

export interface SweepResult {
  few: number;
  many: number;
  /** Due in both cases. */
  due: number;
  fewReads: Figures;
  manyReads: Figures;
  /** Handing over what is due: its leases. */
  leases: Figures;
  burst: Burst;
}

export interface Burst extends Swept {
  /** Messages in the queue afterwards, and different ones among them. */
  messages: number;
  different: number;
  batches: number;
  mean: number;
  seconds: number;
}

const now = Date.parse('2026-09-30T02:00:00Z');
const offices = 20;
const dueNow = 200;
const writers = 12;

/** How the sweep's cost depends on what is stored, and what it makes of many things due at once. */
export async function measureSweep(many: number, progress: (text: string) => void): Promise<SweepResult> {
  const dynamodb = await startDynamoDb();
  const meter = await Meter.start(dynamodb.endpoint);
  const clientAt = (endpoint: string) =>
    DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint, region: 'local', credentials: ownCredentials }),
    );
  const [behind, client] = [clientAt(dynamodb.endpoint), clientAt(meter.endpoint)];
  try {
    const tableName = 'sweep';
    await createTable(behind, tableName);
    const cursors = new Cursors('a secret for the bench');
    const table = new SystemTable({ client, tableName, cursors });
    const tenants = Array.from({ length: offices }, () => newId('tenant'));
    const fill = (from: number, to: number, at: (n: number) => number) =>
      write(dynamodb.endpoint, tableName, { from, to, at, tenants, progress });
    /** What a sweep reads when nobody takes what it finds: the next one finds the same. */
    const reads = async () => {
      meter.take();
      await sweep({ table, now, send: async () => [] });
      return figuresOf(meter.take());
    };
    const few = 1000;
    const later = (n: number) => now + 60_000 + (n % 100_000) * 60_000;
    await fill(0, few, (n) => (n < dueNow ? now - n * 1000 : later(n)));
    const fewReads = await reads();
    await fill(few, many, later);
    const manyReads = await reads();

    meter.take();
    await sweep({ table, now, send: async (_, messages) => messages });
    const leases = figuresOf(meter.take().filter(({ op }) => op === 'UpdateItem'));

    const minute = now - 60_000;
    await fill(0, 10_000, (n) => minute + n * 6);
    // Past the meter, which would be most of the time.
    const direct = new SystemTable({ client: behind, tableName, cursors });
    return { few, many, due: dueNow, fewReads, manyReads, leases, burst: await measureBurst(direct) };
  } finally {
    client.destroy();
    behind.destroy();
    await meter.stop();
    await dynamodb.stop();
  }
}

/** The real queue code against a queue, counted on the way. */
async function measureBurst(table: SystemTable): Promise<Burst> {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createQueue('reminders');
  let batches = 0;
  const bodies: string[] = [];
  const { endpoint, stop } = await proxy(`http://127.0.0.1:${server.port}`, async ({ op, body }, pass) => {
    const { status } = await pass();
    if (!op.endsWith('.SendMessageBatch') || status !== 200) return;
    batches++;
    const { Entries } = JSON.parse(body) as { Entries: { MessageBody: string }[] };
    bodies.push(...Entries.map(({ MessageBody }) => MessageBody));
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: ownCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ownCredentials.secretAccessKey,
  });
  const { sendAll } = await import('../../shared/queues.ts');
  try {
    const from = performance.now();
    const url = `${endpoint}/000000000000/reminders`;
    const swept = await sweep({ table, now, send: (_, messages) => sendAll(url, messages) });
    const seconds = (performance.now() - from) / 1000;
    return {
      ...swept,
      messages: bodies.length,
      different: new Set(bodies).size,
      batches,
      mean: swept.sent / dueShards,
      seconds,
    };
  } finally {
    await stop();
    await server.stop();
  }
}

async function createTable(client: DynamoDBDocumentClient, TableName: string): Promise<void> {
  const schema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: schema('pk', 'sk'),
      AttributeDefinitions: ['pk', 'sk', 'duePk', 'dueSk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      // The sweep reads no other index.
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: schema('duePk', 'dueSk'),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
}

/** Stores obligations `from` to `to` with nothing but their keys; each is due at `at` (ms). */
async function write(
  endpoint: string,
  table: string,
  spec: {
    from: number;
    to: number;
    at: (n: number) => number;
    tenants: readonly string[];
    progress: (text: string) => void;
  },
): Promise<void> {
  const { to, at, tenants, progress } = spec;
  // Without the SDK, which would take longer than the table.
  const call = awsJson(endpoint, 'DynamoDB_20120810', 'local');
  let next = spec.from;
  const item = (n: number) => {
    const key = keys.obligation(tenants[n % tenants.length] ?? '', newId('ticket'), newId('obligation'));
    const attributes = Object.entries({ ...key, ...dueAt(key, new Date(at(n)).toISOString()) });
    return { PutRequest: { Item: Object.fromEntries(attributes.map(([name, S]) => [name, { S }])) } };
  };
  // In a run of some minutes DynamoDB Local ends a connection here and there; the same items may be written twice.
  const again = (error: Error) => {
    if (!(error instanceof TypeError)) throw error;
    return { UnprocessedItems: undefined };
  };
  const writer = async () => {
    while (next < to) {
      const start = next;
      next = Math.min(to, start + 25);
      let left = Array.from({ length: next - start }, (_, i) => item(start + i));
      while (left.length > 0) {
        const answer = await call('BatchWriteItem', { RequestItems: { [table]: left } }).catch(again);
        left = answer.UnprocessedItems
          ? ((answer.UnprocessedItems as Record<string, typeof left>)[table] ?? [])
          : left;
      }
      if (start % 50_000 === 0 && start > 0) progress(`${start} obligations stored`);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
}
