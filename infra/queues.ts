import { Duration, type Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { ServiceFunction } from './function.ts';
import { acknowledge } from './nag.ts';

/** A queue and where the messages go that were given up. */
export interface QueuePair {
  readonly queue: sqs.Queue;
  readonly dead: sqs.Queue;
}

/** Tries of a message before it is put aside. With the visibility below that is more than an hour of outage. */
const TRIES = 12;

/** A queue for what was given up; `of` is the one queue that may put messages there by itself. */
export function deadQueue(scope: Construct, { name }: Config, what: string, of?: string): sqs.Queue {
  const queue = new sqs.Queue(scope, `${what}-dead`, {
    queueName: `${name}-${what}-dead`,
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  (queue.node.defaultChild as sqs.CfnQueue).redriveAllowPolicy = of
    ? { redrivePermission: 'byQueue', sourceQueueArns: [of] }
    : { redrivePermission: 'denyAll' };
  acknowledge(queue, { SQS3: 'This is where messages end that were given up; an alarm watches it.' });
  return queue;
}

/**
 * A queue and where its given-up messages go. Standard queues: order is kept by the ledger, not by the queue; senders
 * name the office as message group, and so one office's flood does not hold up the others (fair queues).
 */
export function queuePair(scope: Stack, config: Config, what: string, functionTimeout: Duration): QueuePair {
  const queueName = `${config.name}-${what}`;
  // By name, not by reference: the two queues name each other.
  const dead = deadQueue(scope, config, what, scope.formatArn({ service: 'sqs', resource: queueName }));
  const queue = new sqs.Queue(scope, what, {
    queueName,
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // Six times the function's, as AWS advises: throttled batches come back, but not while they are worked on.
    visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * 6),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: dead, maxReceiveCount: TRIES },
  });
  return { queue, dead };
}

/** Has a function work on a queue, so many messages at a time; each is acknowledged on its own. */
export function works(
  fn: ServiceFunction,
  queue: sqs.Queue,
  batchSize: number,
  maxConcurrency?: number,
): void {
  fn.function.addEventSource(
    new SqsEventSource(queue, {
      batchSize,
      reportBatchItemFailures: true,
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    }),
  );
}
