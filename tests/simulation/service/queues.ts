import { Dice, hash } from '../world/random.ts';
import type { Cloud } from './cloud.ts';
import { type QueueName, workers } from './functions.ts';

interface Message {
  /** Tells it from others and is the same whatever else is left out: what it says, and the how many-th time. */
  id: string;
  body: string;
  /** How often it was received. */
  tries: number;
}

/** As infra/queues.ts has it. */
const mostTries = 12;

/**
 * Standard queues: each message at least once, in any order, some late, some twice. What a worker did not take or died over comes
 * back after the visibility timeout.
 */
export class Queues {
  /** Messages given up. */
  readonly dead: { queue: QueueName; body: string }[] = [];
  private readonly ready = new Map<QueueName, Message[]>();
  private readonly cloud: Cloud;
  private readonly sent = new Map<string, number>();

  constructor(cloud: Cloud) {
    this.cloud = cloud;
  }

  /** Takes messages; answers the positions of those it did not take. */
  take(queue: QueueName, bodies: readonly string[], place: string): number[] {
    const { faults } = this.cloud.world;
    const refused: number[] = [];
    bodies.forEach((body, n) => {
      if (faults.strikes('refusedEntries', `${place} entry ${n}`)) refused.push(n);
      else this.put(queue, { id: this.idOf(body), body, tries: 0 });
    });
    return refused;
  }

  private idOf(body: string): string {
    const n = (this.sent.get(body) ?? 0) + 1;
    this.sent.set(body, n);
    const { kind, pk = '', sk = '' } = JSON.parse(body) as { kind: string; pk?: string; sk?: string };
    return `${kind} ${pk.slice(-6)} ${sk.slice(0, 12)} ${hash(body).toString(36)}#${n}`;
  }

  private put(queue: QueueName, message: Message): void {
    const { world } = this.cloud;
    const place = `${queue}: ${message.id}`;
    const dice = new Dice(world.seed, place);
    const late = world.faults.strikes('late', place);
    this.arrive(queue, message, late ? dice.between(60_000, 900_000) : dice.between(5, 400));
    if (world.faults.strikes('twice', place)) this.arrive(queue, message, dice.between(5, 120_000));
  }

  private arrive(queue: QueueName, message: Message, ms: number): void {
    const { world } = this.cloud;
    world.in(ms, () => {
      const ready = this.ready.get(queue) ?? [];
      this.ready.set(queue, ready);
      ready.push(message);
      // A poll takes what has come within a moment.
      if (ready.length === 1) world.in(30, () => this.poll(queue));
    });
  }

  private poll(queue: QueueName): void {
    const { seed } = this.cloud.world;
    const ready = this.ready.get(queue) ?? [];
    this.ready.set(queue, []);
    const mixed = ready
      .map((message) => ({ message, at: hash(`${message.id} ${message.tries}`, seed) }))
      .sort((a, b) => a.at - b.at)
      .map(({ message }) => message);
    const { batch } = workers[queue];
    for (let from = 0; from < mixed.length; from += batch)
      void this.work(queue, mixed.slice(from, from + batch));
  }

  private async work(queue: QueueName, messages: Message[]): Promise<void> {
    const { fn, handler, timeoutMs } = workers[queue];
    const received = messages.map((message) => ({ ...message, tries: message.tries + 1 }));
    const name = received.map(({ id, tries }) => `[${id}~${tries}]`).join('');
    const Records = received.map(({ id, body }) => ({ messageId: id, body })) as never[];
    const ending = await this.cloud.invoke({ fn, name, timeoutMs }, () => handler({ Records }));
    const failed =
      'value' in ending
        ? new Set(ending.value.batchItemFailures.map((one) => one.itemIdentifier))
        : undefined;
    for (const message of received) {
      if (failed && !failed.has(message.id)) continue;
      if (message.tries >= mostTries) this.dead.push({ queue, body: message.body });
      else this.arrive(queue, message, timeoutMs * 6);
    }
  }
}
