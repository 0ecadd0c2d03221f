import { type AwsCall, AwsError } from './aws.ts';
import type { Clock } from './clock.ts';
import { failedIds } from './eventsources.ts';
import { FunctionError, type LocalFunction } from './functions.ts';
import { Pump } from './pump.ts';

export interface StreamRecord {
  eventID: string;
  eventName: string;
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime: number; [key: string]: unknown };
  [key: string]: unknown;
}

export interface StreamSource {
  streamArn: string;
  fn: LocalFunction;
  batchSize: number;
  bisect: boolean;
  partial: boolean;
  /** Tries after the first; Lambda's -1 (for ever) is cut to a number here. */
  retries: number;
  /** Takes what was given up. */
  giveUp: (message: object) => Promise<void>;
  /** The stream's ARN as the template knows it, for the events. */
  eventSourceArn: string;
  region: string;
}

interface Shard {
  ShardId: string;
  ParentShardId?: string;
}

/** An image with its empty maps: DynamoDB Local tells a map without members as a value without a type, AWS as `{"M": {}}`. */
function whole(of: Record<string, unknown>, name: string): Record<string, unknown> {
  const image = of[name] as Record<string, Value> | undefined;
  return image ? { [name]: members(image) } : {};
}

type Value = { M?: Record<string, Value>; L?: Value[] };

const members = (of: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, valued(value)]));

function valued(value: Value): Value {
  if (value.M) return { M: members(value.M) };
  if (value.L) return { L: value.L.map(valued) };
  return Object.keys(value).length === 0 ? { M: {} } : value;
}

/** Records read at once; fewer come at a shard's end. */
const pageSize = 1000;

/**
 * Errors after which reading goes on with another iterator, from the last record done: one lives fifteen minutes, and where several
 * tables share a DynamoDB Local, one got before a stream's first record points before its beginning.
 */
const lost = ['ExpiredIteratorException', 'TrimmedDataAccessException'];

/**
 * The table's stream as an event source: shard by shard, parents first, in order within a shard; a failing batch
 * is tried again, cut in halves where the template says so, and at last handed to the failure queue.
 */
export class StreamPump extends Pump {
  private readonly source: StreamSource;
  private readonly call: AwsCall;
  private readonly clock: Clock;
  private readonly checkpoints: Record<string, string>;
  private readonly saved: () => void;
  /** Those known; a shard that ends has others after it. */
  private shards: Shard[] | undefined;
  private readonly iterators = new Map<string, string | null>();

  /** `checkpoints` (shard -> last sequence number done) is kept up to date; `saved` is called after each change. */
  constructor(
    source: StreamSource,
    call: AwsCall,
    clock: Clock,
    checkpoints: Record<string, string>,
    saved: () => void,
  ) {
    super();
    this.source = source;
    this.call = call;
    this.clock = clock;
    this.checkpoints = checkpoints;
    this.saved = saved;
  }

  protected async run(): Promise<number> {
    let taken = 0;
    this.shards ??= await this.describe();
    for (const shard of this.shards) {
      for (;;) {
        if (this.stopping) return taken;
        const iterator = this.iterators.get(shard.ShardId) ?? (await this.iterator(shard.ShardId));
        if (iterator === null) break;
        const { records, next } = await this.read(shard.ShardId, iterator);
        for (let at = 0; at < records.length; at += this.source.batchSize)
          await this.work(shard.ShardId, records.slice(at, at + this.source.batchSize));
        taken += records.length;
        this.iterators.set(shard.ShardId, next);
        // Its children are to be found.
        if (next === null) this.shards = undefined;
        if (records.length < pageSize || next === null) break;
      }
    }
    return taken;
  }

  /** The shards, each after its parent. */
  private async describe(): Promise<Shard[]> {
    const found: Shard[] = [];
    let from: string | undefined;
    do {
      const answer = await this.call('DescribeStream', {
        StreamArn: this.source.streamArn,
        ...(from === undefined ? {} : { ExclusiveStartShardId: from }),
      });
      const description = answer.StreamDescription as { Shards?: Shard[]; LastEvaluatedShardId?: string };
      found.push(...(description.Shards ?? []));
      from = description.LastEvaluatedShardId;
    } while (from !== undefined);
    const byId = new Map(found.map((shard) => [shard.ShardId, shard]));
    const depth = (shard: Shard): number => {
      const parent = shard.ParentShardId === undefined ? undefined : byId.get(shard.ParentShardId);
      return parent ? depth(parent) + 1 : 0;
    };
    return found.sort((a, b) => depth(a) - depth(b));
  }

  private async iterator(shardId: string): Promise<string> {
    const done = this.checkpoints[shardId];
    const where = { StreamArn: this.source.streamArn, ShardId: shardId };
    const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: done };
    const answer = await this.call(
      'GetShardIterator',
      done === undefined ? { ...where, ShardIteratorType: 'TRIM_HORIZON' } : { ...where, ...after },
    ).catch((error: unknown) => {
      if (!(error instanceof AwsError && error.code === 'TrimmedDataAccessException')) throw error;
      return this.call('GetShardIterator', { ...where, ShardIteratorType: 'TRIM_HORIZON' });
    });
    return String(answer.ShardIterator);
  }

  private async read(
    shardId: string,
    iterator: string,
  ): Promise<{ records: StreamRecord[]; next: string | null }> {
    let answer: Record<string, unknown>;
    try {
      answer = await this.call('GetRecords', { ShardIterator: iterator, Limit: pageSize });
    } catch (error) {
      if (!(error instanceof AwsError && lost.includes(error.code))) throw error;
      answer = await this.call('GetRecords', {
        ShardIterator: await this.iterator(shardId),
        Limit: pageSize,
      });
    }
    const { offsetMs } = this.clock;
    const records = ((answer.Records as StreamRecord[] | undefined) ?? []).map((record) => ({
      ...record,
      eventSource: 'aws:dynamodb',
      eventSourceARN: this.source.eventSourceArn,
      awsRegion: this.source.region,
      dynamodb: {
        ...record.dynamodb,
        ...whole(record.dynamodb, 'NewImage'),
        ...whole(record.dynamodb, 'OldImage'),
        // DynamoDB Local has the real time.
        ApproximateCreationDateTime:
          record.dynamodb.ApproximateCreationDateTime + Math.trunc(offsetMs / 1000),
      },
    }));
    return { records, next: (answer.NextShardIterator as string | undefined) ?? null };
  }

  private async work(shardId: string, records: StreamRecord[]): Promise<void> {
    let rest = records;
    for (let tries = 0; rest.length > 0; tries++) {
      const failedAt = await this.attempt(rest);
      if (failedAt === undefined) break;
      rest = rest.slice(failedAt);
      if (this.source.bisect && rest.length > 1 && tries < this.source.retries) {
        const half = Math.ceil(rest.length / 2);
        await this.work(shardId, rest.slice(0, half));
        await this.work(shardId, rest.slice(half));
        break;
      }
      if (tries >= this.source.retries) {
        await this.giveUp(shardId, rest, tries + 1);
        break;
      }
    }
    const last = records.at(-1)?.dynamodb.SequenceNumber;
    if (last !== undefined) this.checkpoints[shardId] = last;
    this.saved();
  }

  /** One call; answers the place of the first record not done, undefined if all are. */
  private async attempt(records: StreamRecord[]): Promise<number | undefined> {
    let answer: unknown;
    try {
      answer = await this.source.fn.invoke({ Records: records });
    } catch (error) {
      // A call that the end of this cloud cut off is no failure of the batch.
      if (error instanceof FunctionError && !this.stopping) return 0;
      throw error;
    }
    if (!this.source.partial) return undefined;
    const failures = failedIds(answer);
    if (failures === undefined) return 0;
    if (failures.length === 0) return undefined;
    const at = records.findIndex((record) => failures.includes(record.dynamodb.SequenceNumber));
    return Math.max(at, 0);
  }

  private giveUp(shardId: string, records: StreamRecord[], tries: number): Promise<void> {
    return this.source.giveUp({
      version: '1.0',
      timestamp: this.clock.iso(),
      requestContext: {
        functionArn: this.source.fn.spec.arn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: tries,
      },
      DDBStreamBatchInfo: {
        shardId,
        startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
        batchSize: records.length,
        streamArn: this.source.eventSourceArn,
      },
    });
  }
}
