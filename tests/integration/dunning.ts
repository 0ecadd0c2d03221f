import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { caseId, toldOf } from '../../functions/dunning/store.ts';
import { consume } from '../../functions/stream/consume.ts';
import { keys, lists } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item, Key } from '../../shared/table.ts';
import { client, cursors } from './dynamodb.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { makeTill, type Till } from './payments.ts';
import { officeItem, setClock } from './reminders.ts';

export const systemOf = (tableName: string) => new SystemTable({ client, tableName, cursors });

export async function itemsOf(tableName: string, t: string): Promise<Item[]> {
  const items: Item[] = [];
  let after: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: tableName, ...(after && { ExclusiveStartKey: after }) }),
    );
    items.push(...(page.Items as Item[]).filter(({ pk }) => pk.startsWith(`${t}#`)));
    after = page.LastEvaluatedKey;
  } while (after);
  return items;
}

let sequence = 0;

/** What changed in an office since it was asked last, as the stream's records: new items, and accounts and payments in any version. */
export function changesOf(tableName: string, t: string): () => Promise<DynamoDBRecord[]> {
  const seen = new Map<string, number>();
  return async () => {
    const records: DynamoDBRecord[] = [];
    for (const item of await itemsOf(tableName, t)) {
      const id = `${item.pk}|${item.sk}`;
      const known = seen.get(id);
      if (known === item.v || (known !== undefined && !['account', 'payment'].includes(item.et))) continue;
      seen.set(id, item.v);
      records.push({
        eventName: known === undefined ? 'INSERT' : 'MODIFY',
        dynamodb: {
          SequenceNumber: String(++sequence).padStart(12, '0'),
          NewImage: marshall(item, { removeUndefinedValues: true }),
        },
      } as unknown as DynamoDBRecord);
    }
    return records;
  };
}

/**
 * An office with a till whose stream is consumed and whose dunning cases are worked when they are due; `notify` is what the queue
 * would do with a due entry.
 */
export async function dunningOffice(
  tableName: string,
  payments: unknown,
  notify: (tenantId: string, key: Key) => Promise<unknown>,
  mails = true,
) {
  const till = await makeTill(tableName, payments);
  const { t, table } = till;
  const system = systemOf(tableName);
  const customers = await Promise.all(
    Array.from({ length: 4 }, (_, i) => table.load({ item: keys.customer(t, customerIdOf(i)) })),
  );
  await table.commit([
    { put: officeItem(t), expect: 'any' },
    ...customers.flatMap(({ item }, i) =>
      item
        ? [
            {
              put: {
                ...item,
                list: { ...item.list, unitId: unitIdOf(i), propertyId, kind: 'owner', archived: false },
                rest: { ...item.rest, emails: mails ? [`payer${i}@example.com`] : [] },
              },
              expect: 'any' as const,
            },
          ]
        : [],
    ),
  ]);
  const changes = changesOf(tableName, t);
  const stream = async () => {
    const records = await changes();
    if (records.length === 0) return;
    const { batchItemFailures } = await consume(records, system, Date.now(), async (all) => all);
    if (batchItemFailures.length > 0) throw new Error('the stream failed');
  };
  /** The case that is due next, by the due index' key. */
  const nextDue = async () => {
    const { items } = await table.query({
      index: 'g1',
      pk: lists.dunningOfProperty(t, propertyId),
      limit: 50,
    });
    const wanted = Object.fromEntries(items.map((item) => [item.pk, { pk: item.pk, sk: item.sk }]));
    const found: (Item | undefined)[] = Object.values(await table.load(wanted));
    return found
      .filter((item) => item?.dueSk !== undefined)
      .sort((x, y) => ((x?.dueSk ?? '') < (y?.dueSk ?? '') ? -1 : 1))[0];
  };
  /** Moves the clock on, waking whatever case is due on the way. */
  const advance = async (to: string) => {
    await stream();
    for (let looks = 0; looks < 200; looks++) {
      const next = await nextDue();
      const at = next?.dueSk?.slice(0, 24) ?? '';
      if (!next || at > to) {
        setClock(to);
        await stream();
        return;
      }
      if (Date.parse(at) > Date.now()) setClock(at);
      await notify(t, { pk: next.pk, sk: next.sk });
      await stream();
    }
    throw new Error('cases come back for ever');
  };
  const told = async (unit: number, payer = customerIdOf(unit)) =>
    (
      await table.all({
        pk: keys.objectPk(t, caseId(unitIdOf(unit), payer)),
        sk: { begins: keys.dunningToldPrefix },
      })
    ).map(toldOf);
  /** Takes the office out of the table, so that reading all of it stays quick for the next one. */
  const wipe = async () => system.removeAll(await itemsOf(tableName, t));
  return { ...till, system, stream, advance, told, wipe };
}

export type DunningOffice = Awaited<ReturnType<typeof dunningOffice>>;
export type { Till };
export const caseIdOf = (unit: number, payer = customerIdOf(unit)) => caseId(unitIdOf(unit), payer);
