import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Item } from '../../shared/table.ts';
import { client } from './dynamodb.ts';

let sequence = 0;

/** The stream's record of an item that was put, as a function gets it: JSON, in which bytes are base64. */
export function inserted(item: Item): DynamoDBRecord {
  const image: Record<string, object> = marshall(item, { removeUndefinedValues: true });
  if (item.said instanceof Uint8Array) image.said = { B: Buffer.from(item.said).toString('base64') };
  const SequenceNumber = String(++sequence).padStart(12, '0');
  return { eventName: 'INSERT', dynamodb: { SequenceNumber, NewImage: image } } as unknown as DynamoDBRecord;
}

/** Every event of the table that was not asked for before, as the stream's records. */
export function newRecords(tableName: string): () => Promise<DynamoDBRecord[]> {
  const seen = new Set<string>();
  return async () => {
    const records: DynamoDBRecord[] = [];
    let after: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName: tableName, ...(after && { ExclusiveStartKey: after }) }),
      );
      for (const item of page.Items as Item[]) {
        const id = `${item.pk}|${item.sk}`;
        if (item.et !== 'event' || seen.has(id)) continue;
        seen.add(id);
        records.push(inserted(item));
      }
      after = page.LastEvaluatedKey;
    } while (after);
    return records;
  };
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The records, each one to three times, in any order. */
export function scattered(records: DynamoDBRecord[], draw: () => number): DynamoDBRecord[] {
  const copies = records.flatMap((record) =>
    Array.from({ length: 1 + Math.floor(draw() * 3) }, () => record),
  );
  return copies
    .map((record) => ({ record, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}
