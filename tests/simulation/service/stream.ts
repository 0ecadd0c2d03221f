import { convertToAttr } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { Dice, hash } from '../world/random.ts';
import type { Change } from '../world/table.ts';
import type { Cloud } from './cloud.ts';
import { consumeStream } from './functions.ts';

const shards = 3;
/** As infra/reminders.ts has it. */
const mostRetries = 20;

/**
 * The table's stream: shards by partition key, each in order, one behind the other when one is held up. What was not acknowledged comes
 * again from there, and now and then a batch comes again though it was.
 */
export class Stream {
  /** Records given up. */
  readonly dead: DynamoDBRecord[] = [];
  private readonly cloud: Cloud;
  private readonly waiting: DynamoDBRecord[][] = Array.from({ length: shards }, () => []);
  private readonly busy = new Set<number>();
  private sequence = 0;

  constructor(cloud: Cloud) {
    this.cloud = cloud;
  }

  changed(change: Change): void {
    const { world } = this.cloud;
    const record = recordOf(change, ++this.sequence);
    const shard = hash(change.key.pk) % shards;
    world.in(100, () => {
      (this.waiting[shard] as DynamoDBRecord[]).push(record);
      if (this.busy.has(shard)) return;
      this.busy.add(shard);
      world.in(1_000, () => void this.pump(shard));
    });
  }

  private async pump(shard: number): Promise<void> {
    const { world } = this.cloud;
    const waiting = this.waiting[shard] as DynamoDBRecord[];
    let tries = 0;
    while (waiting.length > 0) {
      const first = waiting[0]?.dynamodb?.SequenceNumber ?? '';
      const name = `${first}~${++tries}`;
      const dice = new Dice(world.seed, `stream ${name}`);
      const batch = waiting.slice(0, dice.between(1, 40));
      const ending = await this.cloud.invoke({ fn: 'stream', name, timeoutMs: 600_000 }, () =>
        consumeStream({ Records: batch }),
      );
      const from = 'value' in ending ? ending.value.batchItemFailures[0]?.itemIdentifier : first;
      const failed =
        from === undefined ? -1 : batch.findIndex((one) => one.dynamodb?.SequenceNumber === from);
      if (from === undefined && world.faults.strikes('twice', `stream ${name}`)) continue;
      if (failed === 0 && tries > mostRetries) this.dead.push(...waiting.splice(0, 1));
      else waiting.splice(0, failed < 0 ? batch.length : failed);
      if (failed !== 0) tries = 0;
      if (failed >= 0) await world.sleep(Math.min(60_000, 500 * 2 ** tries));
    }
    this.busy.delete(shard);
  }
}

/** A change as the stream tells it; `n`: its place in the order of all. */
export function recordOf({ before, after }: Change, n: number): DynamoDBRecord {
  return {
    eventName: !before ? 'INSERT' : after ? 'MODIFY' : 'REMOVE',
    dynamodb: {
      SequenceNumber: String(n).padStart(12, '0'),
      ...(after && { NewImage: image(after) }),
    },
  } as unknown as DynamoDBRecord;
}

/** As the stream writes it, each attribute made when somebody looks at it: most changes nobody does. */
const image = (item: object): object => new Proxy(item, written);

const written: ProxyHandler<object> = {
  get: (item, name) => {
    const value = Reflect.get(item, name);
    return value === undefined ? undefined : convertToAttr(value, { removeUndefinedValues: true });
  },
};
