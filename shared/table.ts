import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BatchGetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Cursors } from './cursor.ts';
import type { Idempotency, Reply } from './idempotency.ts';
import { visible } from './imports.ts';
import { Refusal } from './problem.ts';
import { cancellationReasons, keyOf, onlyAdded, storedItem, transactItem } from './writes.ts';

/** The table's secondary indexes; what each is for is in docs/access-patterns.md. */
export type ListIndex = 'g1' | 'g2' | 'g3' | 'g4' | 'g5' | 'g6' | 'g7';

export interface Key {
  pk: string;
  sk: string;
}

/** An item as stored. `list` is what lists show (projected into the indexes), `rest` the remainder. */
export interface Item extends Key {
  /** entity type */
  et: string;
  /** version, counted up with every change */
  v: number;
  list?: Record<string, unknown>;
  rest?: Record<string, unknown>;
  /** of events: people's own words, which can be taken away (`shared/history.ts`); a map until November 2026 */
  said?: Uint8Array | Said;
  /** epoch seconds after which the item may vanish */
  ttl?: number;
  [index: `${string}${'pk' | 'sk' | 'Pk' | 'Sk'}`]: string | undefined;
}

export interface Said {
  salt: string;
  words: Record<string, unknown>;
}

/** What must hold of the stored item for a write to happen. */
export type Expect =
  | 'new'
  | 'exists'
  | 'any'
  | { version: number }
  /** not there, or there past its `ttl` (epoch seconds): DynamoDB drops expired items up to two days late */
  | { newOrExpiredBy: number };

export type Write = (
  | { put: Item; expect: Expect }
  | { remove: Key; expect: Expect }
  | { check: Key; expect: 'new' | 'exists' | { version: number } }
  | {
      update: Key;
      set?: Record<string, unknown>;
      unset?: string[];
      add?: Record<string, number>;
      expect: Expect;
    }
) & {
  /** The refusal when the expectation fails; without it the change is stale and may be tried again. */
  otherwise?: (stored: Item | undefined) => Error | undefined;
};

/** The stored item is not the one the decision was made on: read again, decide again. */
export class Stale extends Error {
  constructor() {
    super('the item changed since it was read');
    this.name = 'Stale';
  }
}

/** A transaction of another request is touching the same items; nothing was written. */
class Contended extends Error {}

export interface QuerySpec {
  index?: ListIndex;
  pk: string;
  /** A condition on the sort key. */
  sk?: { begins: string } | { from?: string; to?: string };
  order?: 'ascending' | 'descending';
  limit: number;
  cursor?: string | undefined;
}

export interface Page {
  items: Item[];
  next?: string;
}

const transactionLimit = 100;

/**
 * The table as one office sees it. Made from an authenticated actor (`officeOf`), it refuses every key that is not the
 * office's own before IAM would; there is no other way for a domain to reach the table.
 */
export class OfficeTable {
  readonly tenantId: string;
  private readonly client: DynamoDBDocumentClient;
  private readonly tableName: string;
  private readonly cursors: Cursors;
  private readonly idempotency: Idempotency | undefined;

  constructor(options: {
    tenantId: string;
    client: DynamoDBDocumentClient;
    tableName: string;
    cursors: Cursors;
    idempotency?: Idempotency | undefined;
  }) {
    this.tenantId = options.tenantId;
    this.client = options.client;
    this.tableName = options.tableName;
    this.cursors = options.cursors;
    this.idempotency = options.idempotency;
  }

  /**
   * Reads items by key, consistently, in one round trip (up to 99 of them). With a request that carries an
   * idempotency key the record of that key is read along; throws the replay if it is there.
   *
   * What an import that is not finished has written is not there; to know that of an import new to this function is a trip more.
   */
  async load<T extends Record<string, Key | undefined>>(
    keys: T,
  ): Promise<{ [N in keyof T]: Item | undefined }> {
    const found: Record<string, Item | undefined> = await this.loadUnfinished(keys);
    const items = Object.values(found).filter((item) => item !== undefined);
    const there = new Set<Item | undefined>(await visible(this, items));
    for (const name in found) if (!there.has(found[name])) found[name] = undefined;
    return found as { [N in keyof T]: Item | undefined };
  }

  /** As `load`, with what an import that is not finished has written: for imports, and for what takes its place. */
  async loadUnfinished<T extends Record<string, Key | undefined>>(
    keys: T,
  ): Promise<{ [N in keyof T]: Item | undefined }> {
    const wanted = Object.entries(keys).filter((entry): entry is [string, Key] => entry[1] !== undefined);
    const all = wanted.map(([, key]) => key);
    const pending = this.idempotency?.pendingKey();
    if (pending) all.push(pending);
    const found = await this.batchGet(all);
    if (pending) this.idempotency?.settle(found.get(address(pending)));
    const result: Record<string, Item | undefined> = {};
    for (const [name, key] of wanted) result[name] = found.get(address(key));
    return result as { [N in keyof T]: Item | undefined };
  }

  /** Throws the replay if the request of this handle has been answered by now; does nothing without idempotency key. */
  async replay(): Promise<void> {
    if (!this.idempotency) return;
    const { recordKey } = this.idempotency;
    this.idempotency.settle((await this.batchGet([recordKey])).get(address(recordKey)));
  }

  /** One page of a partition or an index, from one query. */
  async query(spec: QuerySpec): Promise<Page> {
    this.own(spec.pk);
    const hash = spec.index ? `${spec.index}pk` : 'pk';
    const range = spec.index ? `${spec.index}sk` : 'sk';
    const names: Record<string, string> = { '#h': hash };
    const values: Record<string, unknown> = { ':h': spec.pk };
    let condition = '#h = :h';
    if (spec.sk) {
      names['#r'] = range;
      if ('begins' in spec.sk) {
        condition += ' AND begins_with(#r, :b)';
        values[':b'] = spec.sk.begins;
      } else if (spec.sk.from !== undefined && spec.sk.to !== undefined) {
        condition += ' AND #r BETWEEN :f AND :t';
        values[':f'] = spec.sk.from;
        values[':t'] = spec.sk.to;
      } else if (spec.sk.from !== undefined) {
        condition += ' AND #r >= :f';
        values[':f'] = spec.sk.from;
      } else if (spec.sk.to !== undefined) {
        condition += ' AND #r <= :t';
        values[':t'] = spec.sk.to;
      } else {
        delete names['#r'];
      }
    }
    const { cursor, ...question } = spec;
    const scope = `${this.tenantId}\n${JSON.stringify(question)}`;
    const answer = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        ...(spec.index ? { IndexName: indexName(spec.index) } : { ConsistentRead: true }),
        KeyConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
        ScanIndexForward: spec.order !== 'descending',
        Limit: spec.limit,
        ...(cursor !== undefined && { ExclusiveStartKey: this.cursors.open(cursor, scope) }),
      }),
    );
    const items = (answer.Items ?? []) as Item[];
    return answer.LastEvaluatedKey
      ? { items, next: this.cursors.seal(answer.LastEvaluatedKey, scope) }
      : { items };
  }

  /** Every item of a partition (or of a range of it), page after page; for collections known to be small. */
  async all(spec: Omit<QuerySpec, 'limit' | 'cursor'>): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.query({ ...spec, limit: 1000, cursor });
      items.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return items;
  }

  /**
   * Writes all or nothing, in one transaction. The reply is recorded with it when the request carries an
   * idempotency key, so that a repetition gets the same answer.
   *
   * Throws the refusal of the first write whose expectation failed, `Stale` if it has none.
   */
  async commit(writes: Write[], reply?: Reply): Promise<void> {
    const record = reply && this.idempotency?.record(reply);
    const all = record ? [...writes, record] : writes;
    if (all.length === 0) return;
    for (const write of all) {
      this.own(keyOf(write).pk);
      onlyAdded(write);
    }
    if (all.length > transactionLimit) throw new Error(`a transaction of ${all.length} writes`);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.transact(all, record !== undefined);
        return;
      } catch (error) {
        if (!(error instanceof Contended)) throw error;
        if (attempt === 4) throw contended();
        await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 10 * (0.5 + Math.random())));
      }
    }
  }

  private async transact(writes: Write[], recorded: boolean): Promise<void> {
    try {
      await this.client.send(
        new TransactWriteCommand({
          TransactItems: writes.map((write) => transactItem(this.tableName, write)),
        }),
      );
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (!reasons) throw error;
      const failed = reasons.findIndex((reason) => reason.Code === 'ConditionalCheckFailed');
      if (failed < 0) {
        if (reasons.some((reason) => reason.Code === 'TransactionConflict')) throw new Contended();
        throw error;
      }
      // The idempotency record stands last: when it fails too, the request has been answered already.
      const last = reasons.length - 1;
      const at = recorded && reasons[last]?.Code === 'ConditionalCheckFailed' ? last : failed;
      const write = writes[at];
      throw write?.otherwise?.(storedItem(reasons[at])) ?? new Stale();
    }
  }

  private async batchGet(keys: Key[]): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    const unique = [...new Map(keys.map((key) => [address(key), key])).values()];
    for (const key of unique) this.own(key.pk);
    let asked = unique.map(({ pk, sk }) => ({ pk, sk }));
    for (let attempt = 0; asked.length > 0; attempt++) {
      if (attempt === 6) throw new Refusal('unavailable', { headers: { 'retry-after': '1' } });
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 10));
      const answer = await this.client.send(
        new BatchGetCommand({
          RequestItems: { [this.tableName]: { Keys: asked.slice(0, 100), ConsistentRead: true } },
        }),
      );
      for (const item of (answer.Responses?.[this.tableName] ?? []) as Item[]) found.set(address(item), item);
      const left = (answer.UnprocessedKeys?.[this.tableName]?.Keys ?? []) as Key[];
      const more = asked.slice(100);
      if (left.length < Math.min(asked.length, 100)) attempt = -1;
      asked = [...left, ...more];
    }
    return found;
  }

  protected own(pk: string): void {
    if (!pk.startsWith(`${this.tenantId}#`)) throw new Error('a key of another office');
  }
}

/**
 * Reads, decides and writes; when another change came between, again, up to five times.
 * With `ifMatch` a stale item is the caller's to know instead (412).
 */
export async function retryStale<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      if (attempt === 5) throw contended();
    }
  }
}

const contended = () =>
  new Refusal('in-progress', {
    detail: { en: 'The same thing is being changed right now.', zh: '该对象正在被修改。' },
    headers: { 'retry-after': '1' },
  });

/** Attributes are short because every item pays for them; an index's name needs three characters. */
export const indexName = (index: ListIndex) => index.replace('g', 'gsi');

const address = (key: Key) => `${key.pk}\n${key.sk}`;
