import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { id, utc } from './fields.ts';

/**
 * What travels through the queues: where to look, never what was seen. Whoever takes a message reads the present state itself,
 * so an old message or a second copy of one does no harm.
 */
export const QueueMessage = z.discriminatedUnion('kind', [
  /** An item of the due index: an obligation, a job, a delivery. */
  z.strictObject({ kind: z.literal('due'), tenantId: id('tenant'), pk: z.string(), sk: z.string() }),
  /** The office's morning digests are to be made; `at` is the schedule's moment. */
  z.strictObject({ kind: z.literal('digest'), tenantId: id('tenant'), at: utc }),
  /** The office's lists of what is unfinished at the end of the day (DUTY-5). */
  z.strictObject({ kind: z.literal('endOfDay'), tenantId: id('tenant'), at: utc }),
]);
export type QueueMessage = z.infer<typeof QueueMessage>;

/** SQS takes ten messages in one call. */
export const batchSize = 10;

let sqs: SQSClient | undefined;

/**
 * Sends messages to a queue, ten in a call, in order. Each names its office as message group: in a standard queue that is not an
 * order but a share (fair queues), so one office's flood does not hold up the others. Answers those the queue took; throws when
 * a call fails altogether.
 */
export async function sendAll<T extends { tenantId: string }>(
  queueUrl: string,
  messages: readonly T[],
): Promise<T[]> {
  sqs ??= new SQSClient({});
  const sent: T[] = [];
  for (let from = 0; from < messages.length; from += batchSize) {
    const batch = messages.slice(from, from + batchSize);
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map((message, i) => ({
          Id: String(i),
          MessageBody: JSON.stringify(message),
          MessageGroupId: message.tenantId,
        })),
      }),
    );
    const failed = new Set(Failed.map((entry) => entry.Id));
    sent.push(...batch.filter((_, i) => !failed.has(String(i))));
  }
  return sent;
}
