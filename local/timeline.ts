import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import type { QueuePump } from './eventsources.ts';
import { occur, type Schedule } from './scheduler.ts';
import type { StreamPump } from './streams.ts';

export interface TimelineParts {
  clock: Clock;
  schedules: Schedule[];
  queues: QueuePump[];
  streams: StreamPump[];
  /** The earliest instant (ms) in the due index; undefined if nothing is in it. */
  earliestDue: () => Promise<number | undefined>;
  /** A number that grows with each change of a function to the table. */
  changes: () => number;
  /** Called when the clock was moved. */
  moved: () => void;
}

const minute = 60_000;
/** Rounds without coming to rest: functions that keep each other busy for ever. */
const tooMany = 1000;
/** How long the end waits for work that is under way, ms. */
const patience = 5000;

/**
 * Time passing: what falls due by itself (schedules, messages that become visible) in order, and the work it
 * causes done before time goes on. In the background when `live`, at a word (`advance`, `settle`) in tests.
 */
export class Timeline {
  private readonly parts: TimelineParts;
  /** Occurrences up to here have been run. */
  private cursor: number;
  private busy: Promise<unknown> = Promise.resolve();
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;
  private alive = false;
  /** The occurrence after the cursor, of each schedule that was asked for it. */
  private readonly coming = new Map<Schedule, number>();
  /** The number of `changes` when the streams were last read to their end. */
  private told = -1;
  /** What `earliestDue` last answered; good until the stream tells of a change to the table. Not kept while live. */
  private due: { at: number | undefined } | undefined;

  constructor(parts: TimelineParts) {
    this.parts = parts;
    this.cursor = parts.clock.now();
  }

  /**
   * Moves the clock forward to `to` (ms), stopping at each instant at which something falls due. With `outage` it
   * jumps: nothing runs on the way, what is due is found afterwards. Throws RangeError for an instant gone by.
   */
  advance(to: number, options: { outage?: boolean } = {}): Promise<void> {
    return this.alone(async () => {
      const { clock } = this.parts;
      if (to < clock.now()) throw new RangeError('the clock only moves forward');
      await this.rest(true);
      if (options.outage) {
        this.moveTo(to);
        this.cursor = clock.now();
        return;
      }
      for (;;) {
        const stop = await this.nextStop();
        if (stop.at > to) break;
        this.moveTo(stop.at);
        for (const schedule of stop.schedules) {
          await occur(schedule, stop.at);
          await this.rest();
        }
        if (stop.schedules.length === 0) await this.rest();
        this.cursor = Math.max(this.cursor, stop.at);
      }
      this.moveTo(to);
      this.cursor = Math.max(this.cursor, to);
      await this.rest();
    });
  }

  /** Works off what can be worked off now: the streams, and what is visible in the queues. */
  settle(): Promise<void> {
    return this.alone(() => this.rest(true));
  }

  /** Runs every minute's schedules once, now, and what follows. */
  sweep(): Promise<void> {
    return this.alone(async () => {
      for (const schedule of this.parts.schedules.filter((one) => one.everyMinute))
        await occur(schedule, this.parts.clock.now());
      await this.rest();
    });
  }

  /** Lets time do its work in the background, as in the cloud. */
  live(report: (error: unknown) => void): void {
    this.alive = true;
    const every = (ms: number, work: () => Promise<unknown>) => {
      if (this.stopped) return;
      const timer = setTimeout(async () => {
        this.timers.delete(timer);
        await work().catch((error) => !this.stopped && report(error));
        every(ms, work);
      }, ms);
      this.timers.add(timer);
    };
    every(1000, () => this.alone(() => this.catchUp()));
    for (const pump of [...this.parts.streams, ...this.parts.queues]) every(250, () => pump.pump());
  }

  /** Ends the background; waits a little for batches at work. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    const pumps = [...this.parts.streams, ...this.parts.queues];
    const done = Promise.allSettled([...pumps.map((pump) => pump.stop()), this.busy]);
    const enough = new AbortController();
    await Promise.race([done, pause(patience, undefined, { signal: enough.signal }).catch(() => undefined)]);
    enough.abort();
  }

  /** Runs what real time has brought since the last look. */
  private async catchUp(): Promise<void> {
    const now = this.parts.clock.now();
    const due = this.parts.schedules
      .map((schedule) => ({ schedule, at: this.next(schedule) }))
      .filter((one): one is { schedule: Schedule; at: number } => one.at !== undefined && one.at <= now)
      .sort((a, b) => a.at - b.at);
    for (const { schedule, at } of due) await occur(schedule, at);
    this.cursor = now;
  }

  /** The next instant after the cursor at which something falls due, and the schedules of that instant. */
  private async nextStop(): Promise<{ at: number; schedules: Schedule[] }> {
    const { clock, schedules, queues, streams } = this.parts;
    if (streams.length === 0 || this.alive) this.due = undefined;
    this.due ??= { at: await this.parts.earliestDue() };
    const due = this.due.at;
    let at = Number.POSITIVE_INFINITY;
    const times = new Map<Schedule, number>();
    for (const schedule of schedules) {
      const next = schedule.everyMinute
        ? due === undefined
          ? undefined
          : Math.max(Math.ceil(due / minute) * minute, this.next(schedule) ?? 0)
        : this.next(schedule);
      if (next === undefined) continue;
      times.set(schedule, next);
      at = Math.min(at, next);
    }
    for (const queue of queues) {
      const next = await queue.next();
      if (next !== undefined) at = Math.min(at, Math.max(next, clock.now()));
    }
    return { at, schedules: [...times].filter(([, time]) => time === at).map(([schedule]) => schedule) };
  }

  /** The schedule's first occurrence after the cursor. */
  private next(schedule: Schedule): number | undefined {
    const known = this.coming.get(schedule);
    if (known !== undefined && known > this.cursor) return known;
    const at = schedule.timing.next(this.cursor);
    if (at !== undefined) this.coming.set(schedule, at);
    return at;
  }

  private moveTo(ms: number): void {
    const { clock } = this.parts;
    if (ms <= clock.now()) return;
    clock.set(ms);
    this.parts.moved();
  }

  /**
   * Until a whole round finds nothing to do. The streams are asked where functions have changed the table; with `anyway`
   * at least once, for others may have.
   */
  private async rest(anyway = false): Promise<void> {
    for (let round = 0; round < tooMany; round++) {
      let done = 0;
      const changes = this.parts.changes();
      if (changes !== this.told || (anyway && round === 0)) {
        for (const stream of this.parts.streams) done += await stream.pump();
        this.told = changes;
      }
      if (done > 0) this.due = undefined;
      for (const queue of this.parts.queues) done += await queue.pump();
      if (done === 0) return;
    }
    throw new Error('the local cloud does not come to rest: functions keep each other busy');
  }

  /** One at a time. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.busy.catch(() => undefined).then(work);
    this.busy = mine;
    return mine;
  }
}
