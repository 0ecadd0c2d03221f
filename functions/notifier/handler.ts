import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { ENV, env } from '../../shared/env.ts';
import { keys } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import { QueueMessage, sendAll } from '../../shared/queues.ts';
import { type SystemTable, systemTable } from '../../shared/system.ts';
import { relook } from '../dunning/relook.ts';
import { dun } from '../dunning/step.ts';
import { recalc } from '../policy/recalc.ts';
import { digests } from './digest.ts';
import { endOfDay } from './endOfDay.ts';
import { remind } from './remind.ts';
import { OfficeView } from './view.ts';

/** Works off messages of the reminders queue. Offices side by side, each office's messages one after the other. */
export async function handler(event: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> {
  const now = Date.now();
  const table = systemTable({ kind: 'system', id: 'notifier' });
  const failed: string[] = [];
  const read = event.Records.flatMap((record) => {
    const message = parsed(record);
    if (message) return [{ record, message }];
    failed.push(record.messageId);
    return [];
  });
  await Promise.all(
    [...Map.groupBy(read, ({ message }) => message.tenantId)].map(async ([tenantId, messages]) => {
      const view = new OfficeView(table, tenantId);
      for (const { record, message } of messages) {
        try {
          await follow(await work(table, view, message, now, record.messageId));
        } catch (error) {
          log.error('reminder failed', error, { tenantId, kind: message.kind, messageId: record.messageId });
          failed.push(record.messageId);
        }
      }
    }),
  );
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function work(
  table: SystemTable,
  view: OfficeView,
  message: QueueMessage,
  now: number,
  requestId: string,
): Promise<QueueMessage[]> {
  switch (message.kind) {
    case 'digest':
      return digests(view, now);
    case 'endOfDay':
      return endOfDay(view, message.at, now);
    case 'due': {
      const { tenantId, pk, sk } = message;
      if (sk === 'recalc') {
        await recalc(table, tenantId, now);
        return [];
      }
      if (sk.startsWith(keys.policyVersionsPrefix)) {
        await relook(view.office, { pk, sk }, now);
        return [];
      }
      if (sk === 'dunning') return dun(view.office, { pk, sk }, () => Math.max(now, Date.now()), requestId);
      return remind(view, { pk, sk }, now, requestId);
    }
  }
}

/** Everything is recorded by now: a message that is lost here costs a minute, until the sweep finds the delivery. */
async function follow(messages: QueueMessage[]): Promise<void> {
  if (messages.length === 0) return;
  try {
    await sendAll(env(ENV.deliveriesQueueUrl), messages);
  } catch (error) {
    log.error('deliveries are left to the sweep', error, { count: messages.length });
  }
}

/** Undefined for what nobody of ours has sent; it ends among the messages put aside. */
function parsed(record: SQSRecord): QueueMessage | undefined {
  try {
    return QueueMessage.parse(JSON.parse(record.body));
  } catch (error) {
    log.error('not a message', error, { messageId: record.messageId });
    return undefined;
  }
}
