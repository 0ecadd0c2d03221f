import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { startFauxqs } from 'fauxqs';
import { vi } from 'vitest';
import type { Role } from '../../shared/access.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Obligation, type OpenInput, open, parse } from '../../shared/obligations/index.ts';
import { standardPack } from '../../shared/policy/index.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item, Write } from '../../shared/table.ts';
import { createCalendar, standardHours } from '../../shared/time/index.ts';
import { functionEnvironment } from './call.ts';
import { client, cursors } from './dynamodb.ts';

/**
 * An office with people, queues and a clock for tests of what happens with nobody asking: the real handlers of sweeper, notifier
 * and courier on DynamoDB Local and fauxqs. Only `Date` stands still, where a test puts it.
 */

export const zone = 'Asia/Shanghai';
export const schedule = { calendar: createCalendar(), hours: standardHours, zone };

/** Local time in Shanghai as an ISO instant. */
export const sh = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`).toISOString();

export function setClock(instant: string): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(instant) });
}

type Queue = 'reminders' | 'deliveries';
type SqsHandler = (event: Pick<SQSEvent, 'Records'>) => Promise<SQSBatchResponse>;

export async function startWorld() {
  const environment = await functionEnvironment();
  const server = await startFauxqs({ port: 0, logger: false });
  const urls = Object.fromEntries(
    (['reminders', 'deliveries'] as const).map((name) => {
      server.createQueue(name, { attributes: { VisibilityTimeout: '360' } });
      return [name, `http://127.0.0.1:${server.port}/000000000000/${name}`];
    }),
  ) as Record<Queue, string>;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${server.port}`,
    AWS_REGION: 'us-east-1',
    REMINDERS_QUEUE_URL: urls.reminders,
    DELIVERIES_QUEUE_URL: urls.deliveries,
    BILLING_QUEUE_URL: `${urls.reminders}-billing`,
    MAIL_FROM: 'huifang@example.com',
    MAIL_TRANSPORT: 'smtp://127.0.0.1:1',
    OUTBOUND_ALLOW_LOCAL: '1',
  });
  const sqs = new SQSClient({});
  const table = new SystemTable({ client, tableName: environment.tableName, cursors });

  /** Takes every message of a queue, as the event source mapping would, at most ten at a time. */
  async function receive(queue: Queue): Promise<Message[]> {
    const all: Message[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: urls[queue],
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
    }
  }

  async function remove(queue: Queue, messages: Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += 10) {
      await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: urls[queue],
          Entries: messages
            .slice(from, from + 10)
            .map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
        }),
      );
    }
  }

  /** Receives and acknowledges: what was in the queue. */
  async function take(queue: Queue): Promise<Message[]> {
    const messages = await receive(queue);
    await remove(queue, messages);
    return messages;
  }

  /** Lets a handler work off a queue; answers how many messages it got. Failures throw. */
  async function work(queue: Queue, handler: SqsHandler): Promise<number> {
    const messages = await take(queue);
    for (let from = 0; from < messages.length; from += 10) {
      const { batchItemFailures } = await handler(eventOf(messages.slice(from, from + 10)));
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages failed`);
    }
    return messages.length;
  }

  async function stop(): Promise<void> {
    vi.useRealTimers();
    await server.stop();
    environment.close();
  }

  return { table, tableName: environment.tableName, urls, receive, take, work, stop };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export const eventOf = (messages: Message[]): Pick<SQSEvent, 'Records'> => ({
  Records: messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body })) as never,
});

/** An office with a property, and staff of the given roles by name. */
export async function makeOffice<P extends Record<string, Role[]>>(
  { table }: Pick<World, 'table'>,
  people: P,
  more: { status?: string; language?: string } = {},
) {
  const tenantId = newId('tenant');
  const propertyId = newId('property');
  const staff = Object.fromEntries(Object.keys(people).map((name) => [name, newId('staff')])) as Record<
    keyof P,
    string
  >;
  const put = (item: Item): Write => ({ put: item, expect: 'any' });
  await table.commit([
    put(officeItem(tenantId, more)),
    put({
      ...keys.property(tenantId, propertyId),
      et: 'property',
      v: 1,
      list: { id: propertyId, name: '锦绣花园', zone, archived: false },
      rest: { hours: standardHours },
    }),
    ...Object.entries(people).map(([name, roles]) =>
      put({
        ...keys.staff(tenantId, staff[name] ?? ''),
        et: 'staff',
        v: 1,
        list: { id: staff[name], name, roles, active: true },
        rest: { email: `${name}@example.com`, properties: [], departments: [] },
      }),
    ),
  ]);
  return { tenantId, propertyId, staff, office: table.office(tenantId) };
}

export type TestOffice = Awaited<ReturnType<typeof makeOffice<Record<string, Role[]>>>>;

export function officeItem(tenantId: string, { status = 'active', language = 'zh' } = {}): Item {
  return {
    ...keys.office(tenantId),
    et: 'tenant',
    v: 1,
    list: { id: tenantId, status, language, zone },
    rest: { ownerEmail: 'owner@example.com' },
    g2pk: lists.officesOfZone(zone),
    g2sk: tenantId,
  };
}

/** Opens an obligation about a new ticket; default the major complaint of 2026-09-30 10:00, due 2026-10-08 17:30. */
export async function makeObligation(
  { office, tenantId, propertyId }: Pick<TestOffice, 'office' | 'tenantId' | 'propertyId'>,
  more: Partial<OpenInput> = {},
): Promise<Obligation> {
  const startAt = more.startAt ?? sh('2026-09-30 10:00');
  const { obligation, write } = open(
    {
      tenantId,
      objectId: newId('ticket'),
      objectKind: 'ticket',
      key: 'resolve#1',
      ruleId: 'TICKET-3.major',
      policy: standardPack,
      schedule,
      startAt,
      propertyId,
      title: '电梯困人',
      ...more,
    },
    Date.parse(startAt),
  );
  await office.commit([write]);
  return obligation;
}

export const keyOf = ({ tenantId, objectId, id }: Obligation) => keys.obligation(tenantId, objectId, id);

/** What the table says now about an obligation and everything that came of it. */
export async function stateOf(table: SystemTable, obligation: Obligation) {
  const { tenantId, objectId, id } = obligation;
  const items = await table.all({ pk: keys.objectPk(tenantId, objectId) });
  const item = items.find(({ sk }) => sk === keyOf(obligation).sk);
  if (!item) throw new Error('the obligation is gone');
  return {
    item,
    obligation: parse(item),
    ledger: items
      .filter(({ sk }) => sk.startsWith(`led#${id}`))
      .map(({ sk }) => Number(sk.slice(-3)))
      .sort((a, b) => a - b),
    events: items
      .filter(({ sk }) => sk.startsWith(`oev#${id}`))
      .map(({ rest }) => rest as { type: string; data: Record<string, unknown>; seq: number }),
  };
}

/** Somebody's inbox, oldest first. */
export async function inboxOf(table: SystemTable, tenantId: string, staffId: string) {
  const items = await table.all({ pk: keys.inboxPk(tenantId, staffId) });
  return items.map(
    ({ list }) => list as { kind: string; title: { en: string; zh: string }; text: { en: string } },
  );
}

export async function deliveriesOf(table: SystemTable, tenantId: string) {
  const items = await table.all({ index: 'g1', pk: lists.deliveries(tenantId) });
  return items.map(
    ({ list }) => list as { id: string; channel: string; status: string; staffId?: string; type: string },
  );
}
