import { FunctionError, type LocalFunction } from './functions.ts';
import { Pump } from './pump.ts';
import type { Message, Queues } from './queues.ts';

export interface QueueSource {
  queue: string;
  queueArn: string;
  fn: LocalFunction;
  batchSize: number;
  partial: boolean;
  region: string;
}

/** More batches without a pause than any sound backlog has: a function that feeds its own queue for ever. */
const tooMany = 20_000;

/**
 * A queue as an event source: receives batches, calls the function, deletes what it has done. What fails stays
 * and comes back when its visibility timeout has passed in virtual time; the queue itself redrives to its DLQ.
 */
export class QueuePump extends Pump {
  readonly source: QueueSource;
  private readonly queues: Queues;

  constructor(source: QueueSource, queues: Queues) {
    super();
    this.source = source;
    this.queues = queues;
  }

  /** The instant (ms) at which the next waiting message becomes visible; undefined if none waits. */
  async next(): Promise<number | undefined> {
    return (await this.queues.state(this.source.queue)).next;
  }

  protected async run(): Promise<number> {
    let taken = 0;
    for (let batches = 0; batches < tooMany; batches++) {
      if (this.stopping) return taken;
      const messages = await this.receive();
      if (messages.length === 0) return taken;
      taken += messages.length;
      await this.queues.delete(this.source.queue, await this.work(messages));
    }
    throw new Error(`${this.source.queue} does not run dry: ${taken} messages taken without a pause`);
  }

  private async receive(): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < this.source.batchSize) {
      const some = await this.queues.receive(this.source.queue, this.source.batchSize - messages.length);
      if (some.length === 0) break;
      messages.push(...some);
    }
    return messages;
  }

  /** Calls the function; answers the messages it has done. */
  private async work(messages: Message[]): Promise<Message[]> {
    const { fn, partial, queueArn, region } = this.source;
    let answer: unknown;
    try {
      answer = await fn.invoke({ Records: messages.map((message) => record(message, queueArn, region)) });
    } catch (error) {
      if (error instanceof FunctionError) return [];
      throw error;
    }
    const failures = partial ? failedIds(answer) : [];
    // An answer that names a message that was not there fails the whole batch, as on Lambda.
    if (failures === undefined) return [];
    const known = new Set(messages.map((message) => message.MessageId));
    if (failures.some((id) => !known.has(id))) return [];
    return messages.filter((message) => !failures.includes(message.MessageId));
  }
}

/** The identifiers in `batchItemFailures`; undefined if the answer is not of that form. */
export function failedIds(answer: unknown): string[] | undefined {
  if (answer === null || answer === undefined) return [];
  const failures = (answer as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === null || failures === undefined) return [];
  if (!Array.isArray(failures)) return undefined;
  const ids = failures.map((failure) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  return ids.every((id) => typeof id === 'string' && id !== '') ? (ids as string[]) : undefined;
}

function record(message: Message, eventSourceARN: string, awsRegion: string): Record<string, unknown> {
  const attributes = (message.MessageAttributes ?? {}) as Record<string, Record<string, unknown>>;
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        {
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
          ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}
