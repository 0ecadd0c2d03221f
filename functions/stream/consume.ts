import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { type DomainEvent, eventOf } from '../../shared/history.ts';
import { log } from '../../shared/log.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { followAccounts } from '../dunning/account.ts';
import type { Place } from '../dunning/shell.ts';
import { count, countAll } from './counters.ts';
import { deliver, type Send } from './fanout.ts';
import { isCountable, moneyShare, propertyOf, zonesOf } from './money.ts';

/** What is new in one office. */
interface Happened {
  events: DomainEvent[];
  /** New bills, payments, postings, messages of dunning; payments that changed. */
  counted: Map<string, Item>;
  /** Accounts that changed, by key. */
  accounts: Map<string, Place>;
  /** Of the first of the changes. */
  sequence: string;
}

/**
 * What follows from changes in the table: counters, deliveries, dunning. Of changes those count that are new events, new entries of
 * the books, and accounts and payments in whatever way they changed. An office that fails is
 * told again from its first change on (the stream's way of partial failure); what was done before is done again without effect.
 */
export async function consume(
  records: readonly DynamoDBRecord[],
  system: SystemTable,
  now: number,
  send: Send,
): Promise<DynamoDBBatchResponse> {
  let firstFailed: number | undefined;
  for (const [tenantId, { events, counted, accounts, sequence }] of byOffice(records)) {
    try {
      const office = system.office(tenantId);
      await count(office, new Set(events.flatMap(ticketsOf)));
      await countMoney(office, [...counted.values()]);
      await followAccounts(office, accounts.values(), now);
      if (events.length > 0) await deliver(office, events, now, send);
    } catch (error) {
      log.error('changes wait to be told again', error, { tenantId, count: events.length });
      const at = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === sequence);
      firstFailed = Math.min(firstFailed ?? at, at);
    }
  }
  const itemIdentifier = records[firstFailed ?? -1]?.dynamodb?.SequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
}

/** What is new among the changes, by office, in order. */
function byOffice(records: readonly DynamoDBRecord[]): Map<string, Happened> {
  const offices = new Map<string, Happened>();
  for (const { eventName, dynamodb } of records) {
    const image = dynamodb?.NewImage;
    const et = image?.et?.S;
    const told = eventName === 'INSERT' || et === 'account' || et === 'payment';
    if (!image || !dynamodb?.SequenceNumber || et === undefined || !told) continue;
    const pk = image.pk?.S ?? '';
    const tenantId = pk.slice(0, pk.indexOf('#'));
    if (!tenantId.startsWith('ten_')) continue;
    const isEvent = et === 'event';
    const isAccount = et === 'account';
    if (!isEvent && !isAccount && !isCountable({ et, movements: image.list?.M?.movements })) continue;
    const item = unmarshall(image as Record<string, AttributeValue>) as Item;
    // A record is JSON, in which bytes are base64.
    if (typeof item.said === 'string') item.said = Buffer.from(item.said, 'base64');
    const happened: Happened = offices.get(tenantId) ?? {
      events: [],
      counted: new Map(),
      accounts: new Map(),
      sequence: dynamodb.SequenceNumber,
    };
    offices.set(tenantId, happened);
    if (isEvent) happened.events.push(eventOf(item));
    else if (isAccount) happened.accounts.set(`${item.pk}|${item.sk}`, item.list as unknown as Place);
    else happened.counted.set(`${item.pk}|${item.sk}`, item);
  }
  return offices;
}

/** Entries have few figures, and mostly the same ones: many of them fit into one transaction. */
const entriesAtATime = 40;

/** Counts entries and messages, each in the days of its property. */
async function countMoney(office: OfficeTable, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return;
  const zones = await zonesOf(office);
  await countAll(
    office,
    items.map((item) => () => moneyShare(office, item, zones(propertyOf(item)))),
    entriesAtATime,
  );
}

/** The tickets whose share in the counters an event can change. */
function ticketsOf({ object, type, data }: DomainEvent): string[] {
  if (object.startsWith('tkt_')) return [object];
  const about = type === 'obligation.recomputed' ? data.objectId : undefined;
  return typeof about === 'string' && about.startsWith('tkt_') ? [about] : [];
}
