import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { Faults } from './faults.ts';
import type { Invocation } from './invocation.ts';

/** Which invocation of a function the running code belongs to: only inside one is anything simulated. */
export const inside = new AsyncLocalStorage<Invocation>();

const realImmediate = setImmediate;
const realTimeout = setTimeout;

/** Whatever code has become runnable runs to its next wait: promises know no other time than this. */
const settled = () => new Promise<void>((resolve) => realImmediate(resolve));

interface Event {
  at: number;
  n: number;
  run(): void;
}

/** Happens outside all events: a sweep, say, that comes with the minute in which something is due. */
export interface Clockwork {
  /** When it wants to happen next (milliseconds); undefined while there is no reason. */
  next(): number | undefined;
  run(): void;
}

/**
 * Time, order and chance of one simulated run. Nothing waits: the next thing that is to happen happens, at its own moment, and what
 * happens at one moment happens in the order in which it was planned. Same seed, same run, byte for byte: `digest` says so.
 */
export class World {
  readonly seed: number;
  readonly faults: Faults;
  now: number;
  /** Lines of the trace, kept only where somebody wants to read them. */
  readonly lines: string[] | undefined;
  happened = 0;
  private readonly heap: Event[] = [];
  private planned = 0;
  private readonly clockworks: Clockwork[] = [];
  private unsummed = '';
  private readonly sum = createHash('sha256');

  constructor(options: { seed: number; startAt: number; faults: Faults; keepTrace?: boolean }) {
    this.seed = options.seed;
    this.now = options.startAt;
    this.faults = options.faults;
    this.lines = options.keepTrace ? [] : undefined;
  }

  /** Writes into the trace. */
  note(line: string): void {
    this.unsummed += `${this.now} ${line}\n`;
    if (this.unsummed.length > 50_000) this.addUp();
    this.lines?.push(`${new Date(this.now).toISOString()} ${line}`);
  }

  private addUp(): void {
    this.sum.update(this.unsummed);
    this.unsummed = '';
  }

  /** The hash of everything noted. */
  digest(): string {
    this.addUp();
    return this.sum.copy().digest('hex');
  }

  add(clockwork: Clockwork): void {
    this.clockworks.push(clockwork);
  }

  /** Plans something for a moment (milliseconds). */
  at(moment: number, run: () => void): void {
    const event = { at: Math.max(Math.round(moment), this.now), n: this.planned++, run };
    let i = this.heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(event, this.heap[parent] as Event)) break;
      this.heap[i] = this.heap[parent] as Event;
      i = parent;
    }
    this.heap[i] = event;
  }

  in(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.in(ms, resolve));
  }

  /** Lets everything happen up to a moment. */
  async run(until: number): Promise<void> {
    await settled();
    for (;;) {
      const first = this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
      const ticking = this.clockworks
        .map((clockwork) => ({ clockwork, at: clockwork.next() ?? Number.POSITIVE_INFINITY }))
        .reduce((a, b) => (b.at < a.at ? b : a), { at: Number.POSITIVE_INFINITY, clockwork: undefined } as {
          at: number;
          clockwork: Clockwork | undefined;
        });
      const at = Math.min(first, ticking.at);
      if (at > until) break;
      this.now = Math.max(this.now, at);
      this.happened++;
      if (ticking.at < first && ticking.clockwork) ticking.clockwork.run();
      else this.pop().run();
      await settled();
    }
    this.now = Math.max(this.now, until);
  }

  /** Lets everything happen until `done`: also what waits for this machine (a file, a module, a key) and not for the world. */
  async until(done: () => boolean): Promise<void> {
    await settled();
    for (let idle = 0; !done(); idle++) {
      if (idle > 20_000) throw new Error('something waits for what never comes');
      if (this.heap.length > 0) {
        idle = 0;
        this.now = Math.max(this.now, (this.heap[0] as Event).at);
        this.pop().run();
      } else if (idle > 100) await new Promise((resolve) => realTimeout(resolve, 1));
      await settled();
    }
  }

  private pop(): Event {
    const first = this.heap[0] as Event;
    const last = this.heap.pop() as Event;
    const size = this.heap.length;
    if (size === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && before(this.heap[child + 1] as Event, this.heap[child] as Event)) child++;
      if (!before(this.heap[child] as Event, last)) break;
      this.heap[i] = this.heap[child] as Event;
      i = child;
    }
    this.heap[i] = last;
    return first;
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.n < b.n);
