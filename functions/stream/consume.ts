import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { DomainEvent } from '../../shared/history.ts';
import { log } from '../../shared/log.ts';
import type { SystemTable } from '../../shared/system.ts';
import { count } from './counters.ts';
import { deliver, type Send } from './fanout.ts';

interface Happened {
  event: DomainEvent;
  sequence: string;
}

/**
 * What follows from changes in the table: counters and deliveries. Of all changes only new events count. An office that fails is
 * told again from its first change on (the stream's way of partial failure); what was done before is done again without effect.
 */
export async function consume(
  records: readonly DynamoDBRecord[],
  system: SystemTable,
  now: number,
  send: Send,
): Promise<DynamoDBBatchResponse> {
  let firstFailed: number | undefined;
  for (const [tenantId, happened] of byOffice(records)) {
    try {
      const office = system.office(tenantId);
      const events = happened.map(({ event }) => event);
      await count(office, new Set(events.flatMap(ticketsOf)));
      await deliver(office, events, now, send);
    } catch (error) {
      log.error('changes wait to be told again', error, { tenantId, count: happened.length });
      const first = happened[0]?.sequence;
      const at = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === first);
      firstFailed = Math.min(firstFailed ?? at, at);
    }
  }
  const itemIdentifier = records[firstFailed ?? -1]?.dynamodb?.SequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
}

/** The new events among the changes, by office, in order. */
function byOffice(records: readonly DynamoDBRecord[]): Map<string, Happened[]> {
  const offices = new Map<string, Happened[]>();
  for (const { eventName, dynamodb } of records) {
    const image = dynamodb?.NewImage;
    if (eventName !== 'INSERT' || image?.et?.S !== 'event' || !dynamodb?.SequenceNumber) continue;
    const pk = image.pk?.S ?? '';
    const tenantId = pk.slice(0, pk.indexOf('#'));
    if (!tenantId.startsWith('ten_')) continue;
    const { rest } = unmarshall(image as Record<string, AttributeValue>);
    const happened = offices.get(tenantId) ?? [];
    happened.push({ event: rest as DomainEvent, sequence: dynamodb.SequenceNumber });
    offices.set(tenantId, happened);
  }
  return offices;
}

/** The tickets whose share in the counters an event can change. */
function ticketsOf({ object, type, data }: DomainEvent): string[] {
  if (object.startsWith('tkt_')) return [object];
  const about = type === 'obligation.recomputed' ? data.objectId : undefined;
  return typeof about === 'string' && about.startsWith('tkt_') ? [about] : [];
}
