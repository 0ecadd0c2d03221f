import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { ENV, env } from '../../shared/env.ts';
import { type QueueMessage, sendAll } from '../../shared/queues.ts';
import { systemTable } from '../../shared/system.ts';
import { consume } from './consume.ts';
import { rebuild } from './rebuild.ts';

const send = (messages: QueueMessage[]) => sendAll(env(ENV.deliveriesQueueUrl), messages);

/** What an operator starts by hand (docs/runbook.md): the counters of one office anew. */
interface Rebuild {
  rebuild: string;
}

/** Consumer of the table's stream; by hand also the one who counts an office anew. */
export const handler = async (
  event: DynamoDBStreamEvent | Rebuild,
): Promise<DynamoDBBatchResponse | { wrong: number }> => {
  const system = systemTable({ kind: 'system', id: 'stream' });
  if ('rebuild' in event) return { wrong: await rebuild(system, event.rebuild) };
  return consume(event.Records, system, Date.now(), send);
};
