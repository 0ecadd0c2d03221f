import { type AwsCall, awsJson } from './aws.ts';
import type { Clock } from './clock.ts';
import { loopback } from './net.ts';
import { Part } from './parts/part.ts';
import type { QueueState } from './parts/queues.ts';
import { account } from './template.ts';

export type { QueueState };

export interface Message {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, unknown>;
}

/** Address of a queue at an endpoint. */
export const queueUrl = (endpoint: string, name: string): string => `${endpoint}/${account}/${name}`;

/** SQS and S3: fauxqs in a worker on the virtual clock, so that delays and visibility pass with virtual time. */
export class Queues {
  readonly endpoint: string;
  readonly port: number;
  private readonly part: Part<{ port: number }>;
  private readonly call: AwsCall;

  private constructor(part: Part<{ port: number }>, region: string) {
    this.part = part;
    this.port = part.ready.port;
    this.endpoint = `http://${loopback}:${this.port}`;
    this.call = awsJson(this.endpoint, 'AmazonSQS', region);
  }

  static async start(
    clock: Clock,
    region: string,
    options: { port?: number; dir?: string } = {},
  ): Promise<Queues> {
    const file = new URL('./parts/queues.ts', import.meta.url);
    const part = await Part.start<{ port: number }>(file, clock.shared, { port: 0, region, ...options });
    return new Queues(part, region);
  }

  url(name: string): string {
    return queueUrl(this.endpoint, name);
  }

  async createQueue(name: string, attributes: Record<string, string>): Promise<void> {
    const have = await this.state(name).catch(() => undefined);
    if (have) await this.call('SetQueueAttributes', { QueueUrl: this.url(name), Attributes: attributes });
    else await this.part.ask('createQueue', name, attributes);
  }

  async createBucket(name: string): Promise<void> {
    await this.part.ask('createBucket', name);
  }

  state(name: string): Promise<QueueState> {
    return this.part.ask('state', name) as Promise<QueueState>;
  }

  /** Every message in the queue, whatever its state; nothing is consumed. */
  bodies(name: string): Promise<string[]> {
    return this.part.ask('bodies', name) as Promise<string[]>;
  }

  async send(name: string, body: string): Promise<void> {
    await this.part.ask('send', name, body);
  }

  /** Takes up to ten messages that are visible. */
  async receive(name: string, most: number): Promise<Message[]> {
    // Asked a hundred times for one time that something is there: told without a request over HTTP.
    const { ready, inFlight, next } = await this.state(name);
    if (ready === 0 && inFlight === 0 && next === undefined) return [];
    const answer = await this.call('ReceiveMessage', {
      QueueUrl: this.url(name),
      MaxNumberOfMessages: Math.min(most, 10),
      WaitTimeSeconds: 0,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return (answer.Messages as Message[] | undefined) ?? [];
  }

  async delete(name: string, messages: Message[]): Promise<void> {
    if (messages.length === 0) return;
    await this.call('DeleteMessageBatch', {
      QueueUrl: this.url(name),
      Entries: messages.map((message, at) => ({ Id: String(at), ReceiptHandle: message.ReceiptHandle })),
    });
  }

  stop(): Promise<void> {
    return this.part.stop();
  }
}
