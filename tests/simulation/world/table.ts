import {
  BatchGetCommand,
  BatchWriteCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Item, Key } from '../../../shared/table.ts';
import { type Image, itemSize } from '../../bench/units.ts';
import { type Attributes, holds, keyRange, type Placeholders, update } from './expressions.ts';
import { Sorted } from './sorted.ts';

/*
 * The table in memory, at once, and the same every time. It knows the commands that shared/table.ts and shared/system.ts send, no
 * others, and is held against DynamoDB Local by tests/integration/simulated-table.test.ts. For what asks thousands of questions of the
 * service as a whole (the simulation, requests made from the contract); stores are tested on DynamoDB Local. Pages of more than 1 MB it
 * lets pass.
 */

/** What keys and items may have, in bytes. */
const longest = { hash: 2048, range: 1024, item: 400 * 1024 };

/** An error under the name that AWS gives it. */
export class AwsError extends Error {
  readonly CancellationReasons?: { Code: string; Item?: unknown }[];
  constructor(name: string, reasons?: { Code: string; Item?: unknown }[]) {
    super(name);
    this.name = name;
    if (reasons) this.CancellationReasons = reasons;
  }
}

/** A change as the stream tells it. */
export interface Change {
  key: Key;
  before: Item | undefined;
  after: Item | undefined;
}

const listIndexes = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7'].map((g) => [`gsi${g[1]}`, g] as const);
const indexes = new Map<string, { hash: string; range: string }>(
  [...listIndexes, ['due', 'due'] as const, ['lookup', 'lookup'] as const].map(([name, stem]) => {
    const upper = stem.length > 2;
    return [name, { hash: upper ? `${stem}Pk` : `${stem}pk`, range: upper ? `${stem}Sk` : `${stem}sk` }];
  }),
);

interface Entry {
  range: string;
  key: Key;
  item: Item;
}

interface Input {
  [name: string]: unknown;
}

export class SimulatedTable {
  private readonly partitions = new Map<string, Sorted<Entry>>();
  private readonly lists = new Map<string, Map<string, Sorted<Entry>>>();
  /** Changes the indexes do not have yet, the next first. */
  private late: { at: number; change: Change }[] = [];
  private readonly settledAt = new Map<string, number>();
  private readonly options: {
    now(): number;
    /** By how many milliseconds the indexes follow a change of this item. */
    lag(key: Key): number;
    changed(change: Change): void;
  };

  constructor(options: Partial<SimulatedTable['options']> = {}) {
    this.options = { now: () => 0, lag: () => 0, changed: () => undefined, ...options };
    for (const name of indexes.keys()) this.lists.set(name, new Map());
  }

  /** Does what a command of the document client asks. Throws what the client would throw. */
  send(command: object): unknown {
    const input = (command as { input: Input }).input;
    if (command instanceof BatchGetCommand) return this.batchGet(input);
    if (command instanceof QueryCommand) return this.query(input);
    if (command instanceof TransactWriteCommand) return this.transact(input);
    if (command instanceof UpdateCommand) return this.updateOne(input);
    if (command instanceof BatchWriteCommand) return this.batchWrite(input);
    throw new Error(`a command the simulated table does not know: ${command.constructor.name}`);
  }

  item({ pk, sk }: Key): Item | undefined {
    return this.partitions.get(pk)?.get(sk, { pk, sk })?.item;
  }

  /** Every item of a partition, in order. */
  partition(pk: string): Item[] {
    return this.partitions.get(pk)?.all.map(({ item }) => item) ?? [];
  }

  /** Undoes changes as if they had never been, the last first; nobody is told. */
  undo(changes: readonly Change[]): void {
    for (const { key, before, after } of changes.toReversed())
      this.place({ key, before: after, after: before });
  }

  /** Does changes that were undone once more; nobody is told. */
  redo(changes: readonly Change[]): void {
    for (const change of changes) this.place(change);
  }

  *items(): Generator<Item> {
    for (const partition of this.partitions.values()) for (const { item } of partition.all) yield item;
  }

  private batchGet(input: Input): unknown {
    const [[name, request] = ['', undefined]] = Object.entries(
      input.RequestItems as Record<string, { Keys: Key[] }>,
    );
    const wanted = request?.Keys ?? [];
    const distinct = new Set(wanted.map(({ pk, sk }) => `${pk}\n${sk}`));
    if (wanted.length === 0 || wanted.length > 100 || distinct.size < wanted.length) throw invalid();
    if (wanted.some(tooLong)) throw invalid();
    return {
      Responses: { [name]: wanted.flatMap((key) => copy(this.item(key)) ?? []) },
      UnprocessedKeys: {},
    };
  }

  private query(input: Input): unknown {
    const index = input.IndexName as string | undefined;
    this.catchUp();
    const { hash, within, beyond } = keyRange(input.KeyConditionExpression as string, placeholders(input));
    const found = (index ? this.lists.get(index) : this.partitions)?.get(hash);
    const forward = input.ScanIndexForward !== false;
    const start = input.ExclusiveStartKey as Record<string, string> | undefined;
    const limit = (input.Limit as number | undefined) ?? Number.POSITIVE_INFINITY;
    const { range, hash: hashName } = (index && indexes.get(index)) || { hash: 'pk', range: 'sk' };
    const items: Item[] = [];
    let last: Entry | undefined;
    for (const entry of found?.from(
      start && { range: start[range] ?? '', key: start as unknown as Key },
      forward,
    ) ?? []) {
      if (!within(entry.range)) {
        if (forward && beyond(entry.range)) break;
        continue;
      }
      items.push(copy(entry.item) as Item);
      last = entry;
      if (items.length === limit) break;
    }
    if (!last || items.length < limit) return { Items: items };
    const { pk, sk } = last.key;
    return {
      Items: items,
      LastEvaluatedKey: { pk, sk, ...(index && { [hashName]: hash, [range]: last.range }) },
    };
  }

  private transact(input: Input): unknown {
    const actions = input.TransactItems as Record<string, Input>[];
    const keys = new Set<string>();
    const planned = actions.map((action) => {
      const [[verb = '', write = {}] = []] = Object.entries(action);
      const key = keyOf((write.Item ?? write.Key) as Key);
      keys.add(`${key.pk}\n${key.sk}`);
      return { verb, write, key, before: this.item(key) };
    });
    if (keys.size < planned.length || planned.length > 100 || planned.length === 0) throw invalid();
    if (planned.some(({ key }) => tooLong(key)))
      throw new AwsError('TransactionCanceledException', [{ Code: 'ValidationError' }]);
    const after: (Item | undefined)[] = [];
    const reasons = planned.map(({ verb, write, key, before }, n) => {
      if (!passes(write, before)) {
        const shown = write.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before;
        return { Code: 'ConditionalCheckFailed', ...(shown && { Item: marshall(before) }) };
      }
      if (verb === 'Put') after[n] = checked(clean(write.Item) as Item);
      if (verb === 'Update') after[n] = updated(key, before, write);
      return { Code: 'None' };
    });
    if (reasons.some(({ Code }) => Code !== 'None'))
      throw new AwsError('TransactionCanceledException', reasons);
    planned.forEach(({ verb, key, before }, n) => {
      if (verb !== 'ConditionCheck') this.write({ key, before, after: after[n] });
    });
    return {};
  }

  private updateOne(input: Input): unknown {
    const key = keyOf(input.Key as Key);
    const before = this.item(key);
    if (!passes(input, before)) throw new AwsError('ConditionalCheckFailedException');
    this.write({ key, before, after: updated(key, before, input) });
    return {};
  }

  private batchWrite(input: Input): unknown {
    for (const request of Object.values(input.RequestItems as Record<string, Input[]>).flat()) {
      const put = request.PutRequest as { Item: Item } | undefined;
      const key = keyOf((put?.Item ?? (request.DeleteRequest as { Key: Key }).Key) as Key);
      this.write({ key, before: this.item(key), after: put && checked(clean(put.Item) as Item) });
    }
    return { UnprocessedItems: {} };
  }

  private write(change: Change): void {
    if (!change.before && !change.after) return;
    this.place(change);
    this.options.changed(change);
  }

  private place(change: Change): void {
    const { key, after } = change;
    const partition = this.partitions.get(key.pk) ?? new Sorted<Entry>();
    this.partitions.set(key.pk, partition);
    if (after) partition.put({ range: key.sk, key, item: after });
    else partition.remove({ range: key.sk, key });
    const name = `${key.pk}\n${key.sk}`;
    const at = Math.max(this.options.now() + this.options.lag(key), this.settledAt.get(name) ?? 0);
    if (at <= this.options.now() && this.late.length === 0) this.settle(change);
    else {
      this.settledAt.set(name, at);
      const place = this.late.findLastIndex((one) => one.at <= at);
      this.late.splice(place + 1, 0, { at, change });
    }
  }

  /** Brings the indexes up to now. */
  private catchUp(): void {
    const now = this.options.now();
    let n = 0;
    for (let first = this.late[0]; first && first.at <= now; first = this.late[++n])
      this.settle(first.change);
    if (n > 0) this.late = this.late.slice(n);
  }

  private settle({ key, before, after }: Change): void {
    for (const [name, { hash, range }] of indexes) {
      const oldHash = before?.[hash as 'g1pk'];
      const newHash = after?.[hash as 'g1pk'];
      if (oldHash === undefined && newHash === undefined) continue;
      const oldRange = before?.[range as 'g1sk'];
      const newRange = after?.[range as 'g1sk'];
      const list = this.lists.get(name) as Map<string, Sorted<Entry>>;
      if (oldHash !== undefined && oldRange !== undefined && (oldHash !== newHash || oldRange !== newRange)) {
        list.get(oldHash)?.remove({ range: oldRange, key });
      }
      if (!after || newHash === undefined || newRange === undefined) continue;
      const entries = list.get(newHash) ?? new Sorted<Entry>();
      list.set(newHash, entries);
      const { list: shown, v, et } = after;
      const projected = {
        ...key,
        [hash]: newHash,
        [range]: newRange,
        ...(name !== 'due' && {
          ...(shown && { list: shown }),
          ...(v !== undefined && { v }),
          ...(et && { et }),
        }),
      } as unknown as Item;
      entries.put({ range: newRange, key, item: projected });
    }
  }
}

/** The smallest number but zero that is stored. */
const smallest = 1e-130;

const invalid = () => new AwsError('ValidationException');

const keyOf = ({ pk, sk }: Key): Key => {
  if (!isText(pk) || !isText(sk)) throw invalid();
  return { pk, sk };
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const tooLong = ({ pk, sk }: Key): boolean => longerThan(pk, longest.hash) || longerThan(sk, longest.range);

/** No character takes more than three bytes for each of its two halves: few texts have to be counted. */
const longerThan = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

const placeholders = (input: Input): Placeholders => ({
  names: (input.ExpressionAttributeNames ?? {}) as Record<string, string>,
  values: (input.ExpressionAttributeValues ?? {}) as Attributes,
});

const passes = (write: Input, before: Item | undefined): boolean =>
  write.ConditionExpression === undefined ||
  holds(write.ConditionExpression as string, before as Attributes | undefined, placeholders(write));

function updated(key: Key, before: Item | undefined, write: Input): Item {
  const item = (copy(before) ?? { ...key }) as unknown as Attributes;
  const { names, values } = placeholders(write);
  try {
    update(write.UpdateExpression as string, item, { names, values: clean(values) as Attributes });
  } catch (error) {
    if (error instanceof TypeError) throw invalid();
    throw error;
  }
  return checked(item as unknown as Item);
}

/** An item as it may be stored. */
function checked(item: Item): Item {
  keyOf(item);
  for (const { hash, range } of indexes.values()) {
    const place = { pk: item[hash as 'g1pk'] ?? 'none', sk: item[range as 'g1sk'] ?? 'none' };
    if (tooLong(keyOf(place))) throw invalid();
  }
  // As JSON it is longer than it counts: only large ones are counted.
  if (longerThan(JSON.stringify(item), longest.item) && itemSize(marshall(item) as Image) > longest.item)
    throw invalid();
  return item;
}

/** What the document client makes of a value: nothing undefined, bytes as bytes, no instances of classes. */
function clean(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    // More digits than a number of the language has, the client does not send.
    if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) throw new Error('a number that is none, or too large');
    if (value !== 0 && Math.abs(value) < smallest) throw invalid();
    return value === 0 ? 0 : value;
  }
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.filter((one) => one !== undefined).map(clean);
  if (typeof value !== 'object') throw new Error(`a ${typeof value} in an item`);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new Error('an instance of a class in an item');
  const map: Attributes = {};
  for (const name in value) {
    const member = (value as Attributes)[name];
    if (member !== undefined) map[name] = clean(member);
  }
  return map;
}

const copy = (item: Item | undefined): Item | undefined => item && (copied(item) as Item);

/** What is stored was looked at when it was written: maps, lists, bytes and plain values. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  const map: Attributes = {};
  for (const name in value) map[name] = copied((value as Attributes)[name]);
  return map;
}
