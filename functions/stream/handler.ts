import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { ENV, env } from '../../shared/env.ts';
import { type QueueMessage, sendAll } from '../../shared/queues.ts';
import { systemTable } from '../../shared/system.ts';
import { consume } from './consume.ts';

const send = (messages: QueueMessage[]) => sendAll(env(ENV.deliveriesQueueUrl), messages);

/** Consumer of the table's stream. */
export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
  consume(event.Records, systemTable({ kind: 'system', id: 'stream' }), Date.now(), send);
