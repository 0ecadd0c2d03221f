import { awsJson } from '../../local/aws.ts';
import { type Answered, type Asked, proxy } from './proxy.ts';
import { type Image, type IndexSpec, indexUnits, itemSize, readUnits, written } from './units.ts';

/** One request to the table: one round trip. */
export interface Trip {
  /** Whose; what the caller of `Meter.start` makes of the signature. */
  who: string;
  op: string;
  reads: number;
  writes: number;
  /** Write units of the indexes. */
  index: number;
  /** Keys (`pk|sk`) that were written. */
  wrote: string[];
  /** Items that were read. */
  read: number;
  failed: boolean;
}

interface Change {
  key: Image;
  /** 1, or 2 in a transaction. */
  times: number;
  /** Nothing is changed: a condition check. */
  check?: boolean;
}

type Json = Record<string, unknown>;
const prefix = 'DynamoDB_20120810.';
const text = (value: Image[string] | undefined) => (value && 'S' in value ? value.S : '');
const nameOf = (key: Image) => `${text(key.pk)}|${text(key.sk)}`;
const keyOf = (item: Image): Image => ({ pk: item.pk ?? { S: '' }, sk: item.sk ?? { S: '' } });

/**
 * Stands between whoever uses the table and DynamoDB Local, and counts by AWS's rules: the images before and after each write
 * are read behind the back of whoever writes. Only right while nobody else writes the same items.
 */
export class Meter {
  endpoint = '';
  private trips: Trip[] = [];
  private readonly indexes = new Map<string, Promise<IndexSpec[]>>();
  private readonly call: ReturnType<typeof awsJson>;
  private readonly who: (authorization: string | undefined) => string;
  private server: { stop(): Promise<void> } | undefined;

  private constructor(target: string, who: (authorization: string | undefined) => string) {
    this.call = awsJson(target, 'DynamoDB_20120810', 'local');
    this.who = who;
  }

  /** Before DynamoDB Local at `target`; `who` names a caller by its Authorization header. */
  static async start(
    target: string,
    who: (authorization: string | undefined) => string = () => 'caller',
  ): Promise<Meter> {
    const meter = new Meter(target, who);
    const { endpoint, stop } = await proxy(target, (asked, pass) => meter.watch(asked, pass));
    meter.endpoint = endpoint;
    meter.server = { stop };
    return meter;
  }

  /** What was asked since the last time. */
  take(): Trip[] {
    return this.trips.splice(0);
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async watch({ request, op: target, body }: Asked, pass: () => Promise<Answered>): Promise<void> {
    const op = target.slice(prefix.length);
    const given = target.startsWith(prefix) ? (JSON.parse(body || '{}') as Json) : {};
    const trip = { who: this.who(request.headers.authorization), op, read: 0, wrote: [] as string[] };
    const changes = changesOf(op, given);
    if (changes) {
      const table = tableOf(given);
      const before = await this.images(table, changes);
      const failed = (await pass()).status !== 200;
      const after = failed ? before : await this.images(table, changes);
      const indexes = await this.indexesOf(table);
      let writes = 0;
      let index = 0;
      for (const { key, times, check } of changes) {
        const [old, now] = [before.get(nameOf(key)), after.get(nameOf(key))];
        writes += times * written(old, now);
        if (!check && !failed) index += indexUnits(indexes, old, now);
      }
      const wrote = changes.filter(({ check }) => !check).map(({ key }) => nameOf(key));
      this.trips.push({ ...trip, reads: 0, writes, index, failed, wrote });
      return;
    }
    const answer = await pass();
    const units = answer.status === 200 ? readOf(op, given, JSON.parse(answer.body) as Json) : undefined;
    if (units) this.trips.push({ ...trip, ...units, writes: 0, index: 0, failed: false });
  }

  private async images(table: string, changes: Change[]): Promise<Map<string, Image>> {
    const answer = await this.call('BatchGetItem', {
      RequestItems: { [table]: { Keys: changes.map(({ key }) => key), ConsistentRead: true } },
    });
    const items = (answer.Responses as Record<string, Image[]>)[table] ?? [];
    return new Map(items.map((item) => [nameOf(item), item]));
  }

  private indexesOf(table: string): Promise<IndexSpec[]> {
    const known =
      this.indexes.get(table) ??
      this.call('DescribeTable', { TableName: table }).then(
        (answer) => ((answer.Table as Json).GlobalSecondaryIndexes ?? []) as IndexSpec[],
      );
    this.indexes.set(table, known);
    return known;
  }
}

type TransactItem = Record<'Put' | 'Delete' | 'Update' | 'ConditionCheck', Json | undefined>;
type BatchItem = { PutRequest?: { Item: Image }; DeleteRequest?: { Key: Image } };

/** The items a request writes; undefined for one that does not write. */
function changesOf(op: string, given: Json): Change[] | undefined {
  switch (op) {
    case 'PutItem':
      return [{ key: keyOf(given.Item as Image), times: 1 }];
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ key: given.Key as Image, times: 1 }];
    case 'BatchWriteItem':
      return Object.values(given.RequestItems as Record<string, BatchItem[]>)
        .flat()
        .map((one) => ({ key: keyOf(one.PutRequest?.Item ?? one.DeleteRequest?.Key ?? {}), times: 1 }));
    case 'TransactWriteItems':
      return (given.TransactItems as TransactItem[]).map((one) => ({
        key: keyOf(((one.Put?.Item ?? (one.Delete ?? one.Update ?? one.ConditionCheck)?.Key) as Image) ?? {}),
        times: 2,
        // By AWS's rules a check costs what a write would.
        check: one.ConditionCheck !== undefined,
      }));
    default:
      return undefined;
  }
}

function tableOf(given: Json): string {
  if (typeof given.TableName === 'string') return given.TableName;
  if (given.RequestItems) return Object.keys(given.RequestItems)[0] ?? '';
  const [first] = given.TransactItems as TransactItem[];
  return String((first?.Put ?? first?.Delete ?? first?.Update ?? first?.ConditionCheck)?.TableName);
}

/** Read units and items of an answer; undefined for what does not read. Throws for what it could not count. */
function readOf(op: string, given: Json, answer: Json): { reads: number; read: number } | undefined {
  if (given.ProjectionExpression ?? given.FilterExpression ?? given.Select) {
    throw new Error(`${op}: what is not in the answer cannot be counted`);
  }
  switch (op) {
    case 'GetItem': {
      const item = answer.Item as Image | undefined;
      const size = item ? itemSize(item) : 0;
      return { reads: readUnits(size, given.ConsistentRead === true), read: item ? 1 : 0 };
    }
    case 'BatchGetItem': {
      const [table = '', asked] = Object.entries(
        given.RequestItems as Record<string, { Keys: Image[]; ConsistentRead?: boolean }>,
      )[0] ?? ['', undefined];
      const items = (answer.Responses as Record<string, Image[]>)[table] ?? [];
      const consistent = asked?.ConsistentRead === true;
      const missing = (asked?.Keys.length ?? 0) - items.length;
      const found = items.reduce((all, item) => all + readUnits(itemSize(item), consistent), 0);
      return { reads: found + missing * readUnits(0, consistent), read: items.length };
    }
    case 'Query':
    case 'Scan': {
      const items = answer.Items as Image[];
      const size = items.reduce((all, item) => all + itemSize(item), 0);
      return { reads: readUnits(size, given.ConsistentRead === true), read: items.length };
    }
    default:
      return undefined;
  }
}
