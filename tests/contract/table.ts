import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../shared/table.ts';
import { client, createTable } from '../integration/dynamodb.ts';
import { SimulatedTable } from '../simulation/world/table.ts';

/** A table that functions of this process work on. */
export interface TestTable {
  name: string;
  /** Everything an office has in it, in the order of its keys. */
  itemsOf(tenantId: string): Promise<Item[]>;
  /** Gives the clients back what they worked on before. */
  close(): void;
}

/**
 * A table in memory, some twenty times as fast as DynamoDB Local and held against it by `simulated-table.test.ts`: every document client
 * of this process works on it until it is closed.
 */
export async function simulatedTable(): Promise<TestTable> {
  const table = new SimulatedTable();
  const { send } = DynamoDBDocumentClient.prototype;
  DynamoDBDocumentClient.prototype.send = (async (command: object) => {
    // As from a network: sockets and timers have their turn in between.
    await new Promise(setImmediate);
    return table.send(command);
  }) as typeof send;
  return {
    name: 'simulated',
    itemsOf: async (tenantId) =>
      [...table.items()].filter(({ pk }) => pk.startsWith(`${tenantId}#`)).sort(byKey),
    close() {
      DynamoDBDocumentClient.prototype.send = send;
    },
  };
}

/** A table of its own on DynamoDB Local. */
export async function localTable(): Promise<TestTable> {
  const name = await createTable();
  return {
    name,
    async itemsOf(tenantId) {
      const items: Item[] = [];
      let after: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new ScanCommand({
            TableName: name,
            FilterExpression: 'begins_with(pk, :t)',
            ExpressionAttributeValues: { ':t': `${tenantId}#` },
            ...(after && { ExclusiveStartKey: after }),
          }),
        );
        items.push(...(page.Items as Item[]));
        after = page.LastEvaluatedKey;
      } while (after);
      return items.sort(byKey);
    },
    close: () => undefined,
  };
}

const byKey = (a: Item, b: Item) => (`${a.pk}|${a.sk}` < `${b.pk}|${b.sk}` ? -1 : 1);
