import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Actor } from './actor.ts';
import { Cursors } from './cursor.ts';
import { ENV, env, optionalEnv } from './env.ts';
import { type Item, type Key, OfficeTable, type Page, type QuerySpec, type Write } from './table.ts';

/** An entry of the due index: the item's key and the moment it is due (`dueSk` begins with the instant). */
export interface DueEntry extends Key {
  duePk: string;
  dueSk: string;
}

/** The same table without the refusal of foreign keys; it never leaves this file. */
class AnyOffice extends OfficeTable {
  protected override own(): void {}
  /** All there is: it has no office in which an import could be looked up. */
  override load<T extends Record<string, Key | undefined>>(keys: T) {
    return this.loadUnfinished(keys);
  }
}

/**
 * The table across offices, for what works on all of them: sweeper, notifier, stream consumer, authorizer, operator. It is no
 * `OfficeTable`, so it cannot be handed to a domain by mistake; `office(id)` narrows it to one.
 */
export class SystemTable {
  private readonly client: DynamoDBDocumentClient;
  private readonly tableName: string;
  private readonly cursors: Cursors;
  private readonly any: AnyOffice;

  constructor(options: { client: DynamoDBDocumentClient; tableName: string; cursors: Cursors }) {
    this.client = options.client;
    this.tableName = options.tableName;
    this.cursors = options.cursors;
    this.any = new AnyOffice({ tenantId: 'sys', ...options });
  }

  /** One office, by the function's own credentials. */
  office(tenantId: string): OfficeTable {
    const { client, tableName, cursors } = this;
    return new OfficeTable({ tenantId, client, tableName, cursors });
  }

  /** As `OfficeTable.load`, over all offices. */
  load<T extends Record<string, Key | undefined>>(keys: T): Promise<{ [N in keyof T]: Item | undefined }> {
    return this.any.load(keys);
  }

  /** As `OfficeTable.query`, over all offices. */
  query(spec: QuerySpec): Promise<Page> {
    return this.any.query(spec);
  }

  /** As `OfficeTable.all`, over all offices. */
  all(spec: Omit<QuerySpec, 'limit' | 'cursor'>): Promise<Item[]> {
    return this.any.all(spec);
  }

  /** As `OfficeTable.commit`, over all offices. */
  commit(writes: Write[]): Promise<void> {
    return this.any.commit(writes);
  }

  /** One page of what is due in a shard up to and including an instant (ISO), the oldest first. */
  async due(spec: {
    shard: string;
    upTo: string;
    limit: number;
    after?: DueEntry | undefined;
  }): Promise<{ entries: DueEntry[]; after?: DueEntry }> {
    const answer = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        IndexName: 'due',
        KeyConditionExpression: 'duePk = :p AND dueSk < :t',
        // `$` follows `#`, which follows the instant in every entry of that very moment.
        ExpressionAttributeValues: { ':p': spec.shard, ':t': `${spec.upTo}$` },
        Limit: spec.limit,
        ...(spec.after && { ExclusiveStartKey: spec.after }),
      }),
    );
    const entries = (answer.Items ?? []) as DueEntry[];
    return answer.LastEvaluatedKey ? { entries, after: answer.LastEvaluatedKey as DueEntry } : { entries };
  }

  /** Moves a due entry to another moment unless somebody moved it first; says whether it did. */
  async postpone(entry: DueEntry, dueSk: string): Promise<boolean> {
    try {
      await this.client.send(
        new UpdateCommand({
          TableName: this.tableName,
          Key: { pk: entry.pk, sk: entry.sk },
          UpdateExpression: 'SET dueSk = :new',
          ConditionExpression: 'dueSk = :old',
          ExpressionAttributeValues: { ':new': dueSk, ':old': entry.dueSk },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }

  /** What is under a key of the lookup index, the oldest first: pk, sk, list, v, et of each. Eventually consistent. */
  async lookup(lookupPk: string, limit = 20): Promise<Item[]> {
    const answer = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        IndexName: 'lookup',
        KeyConditionExpression: 'lookupPk = :p',
        ExpressionAttributeValues: { ':p': lookupPk },
        Limit: limit,
      }),
    );
    return (answer.Items ?? []) as Item[];
  }

  /** Removes items whatever they are; not a transaction. */
  async removeAll(keys: readonly Key[]): Promise<void> {
    let left = keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** attempt * 10, 2000)));
      const batch = left.slice(0, 25);
      const answer = await this.client.send(
        new BatchWriteCommand({ RequestItems: { [this.tableName]: batch } }),
      );
      const undone = (answer.UnprocessedItems?.[this.tableName] ?? []) as typeof left;
      if (undone.length < batch.length) attempt = -1;
      if (attempt === 8) throw new Error('the table takes no more deletions');
      left = [...undone, ...left.slice(25)];
    }
  }
}

let system: SystemTable | undefined;

/** The table across offices, by the function's own credentials. Throws for actors of one office. */
export function systemTable(actor: Actor): SystemTable {
  if (actor.kind !== 'system' && actor.kind !== 'operator') {
    throw new Error(`an actor of kind ${actor.kind} has no business with all offices`);
  }
  system ??= new SystemTable({
    client: DynamoDBDocumentClient.from(new DynamoDBClient({}), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    tableName: env(ENV.tableName),
    // Without the secret a cursor is good for as long as the function is warm, which is all a walk inside it needs.
    cursors: new Cursors(optionalEnv(ENV.cursorSecret) ?? randomBytes(32).toString('hex')),
  });
  return system;
}
