import { coldStart } from '../world/caches.ts';
import { type Ending, Invocation } from '../world/invocation.ts';
import { type Machine, use } from '../world/machine.ts';
import { Dice } from '../world/random.ts';
import { SimulatedTable } from '../world/table.ts';
import type { World } from '../world/world.ts';
import type { QueueName } from './functions.ts';
import { Queues } from './queues.ts';
import { Receivers } from './receivers.ts';
import { Sweeps, startDaily } from './schedules.ts';
import { Stream } from './stream.ts';

/** The hosted service of one run: its table, queues, stream and schedules, and the servers of other people it talks to. */
export class Cloud {
  readonly world: World;
  readonly table: SimulatedTable;
  readonly queues: Queues;
  readonly stream: Stream;
  readonly receivers: Receivers;
  readonly invocations: Record<string, number> = {};
  /** Errors of functions that no fault explains. */
  readonly unexplained: string[] = [];
  private readonly sweeps: Sweeps;

  constructor(world: World) {
    this.world = world;
    this.sweeps = new Sweeps(this);
    this.queues = new Queues(this);
    this.stream = new Stream(this);
    this.receivers = new Receivers(world);
    this.table = new SimulatedTable({
      now: () => world.now,
      lag: (key) => {
        const place = `${key.pk} ${key.sk} ${world.now}`;
        return world.faults.strikes('lag', place) ? new Dice(world.seed, place).between(500, 5_000) : 5;
      },
      changed: (change) => {
        this.stream.changed(change);
        const { key, after } = change;
        if (after?.dueSk !== undefined) this.sweeps.noticed({ ...key, dueSk: after.dueSk });
      },
    });
    const machine: Machine = {
      table: this.table,
      send: (queue, messages, place) =>
        this.queues.take(
          queue as QueueName,
          messages.map(({ body }) => body),
          place,
        ),
      http: (request) => this.receivers.http(request),
      mail: (message) => this.receivers.mail(message),
    };
    use(machine);
    coldStart();
    world.add(this.sweeps);
  }

  start(): void {
    startDaily(this);
  }

  /** Runs a function's code as one invocation of it. */
  async invoke<T>(
    { fn, name, timeoutMs, calm }: { fn: string; name: string; timeoutMs: number; calm?: boolean },
    work: (invocation: Invocation) => Promise<T>,
  ): Promise<Ending<T>> {
    this.invocations[fn] = (this.invocations[fn] ?? 0) + 1;
    const invocation = new Invocation(this.world, {
      fn,
      name: `${fn} ${name}`,
      timeoutMs,
      calm,
    });
    const ending = await invocation.run(() => work(invocation));
    if ('died' in ending) coldStart();
    if ('threw' in ending && !invocation.excused) {
      const error = ending.threw as Error;
      this.unexplained.push(`${invocation.name} threw ${error?.stack ?? error}`);
    }
    return ending;
  }
}
