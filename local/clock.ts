/**
 * The development clock. One number, how far virtual time is ahead of (or behind) real time, in memory
 * shared with every worker: moving it moves all parts at the same instant.
 */
export class Clock {
  readonly shared: SharedArrayBuffer;
  private readonly offset: BigInt64Array;

  constructor(offsetMs = 0) {
    this.shared = new SharedArrayBuffer(8);
    this.offset = new BigInt64Array(this.shared);
    Atomics.store(this.offset, 0, BigInt(Math.trunc(offsetMs)));
  }

  /** How many milliseconds virtual time is ahead of real time. */
  get offsetMs(): number {
    return Number(Atomics.load(this.offset, 0));
  }

  /** Virtual now, in milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Virtual now as an instant. */
  iso(): string {
    return new Date(this.now()).toISOString();
  }

  /** Puts virtual time to `ms`; it runs on from there at the pace of real time. Refuses to go back. */
  set(ms: number): void {
    if (ms < this.now()) throw new RangeError('the clock only moves forward');
    Atomics.store(this.offset, 0, BigInt(Math.trunc(ms - Date.now())));
  }
}

/**
 * Puts this thread's `Date` on the shared clock: `new Date()`, `Date.now()` and `Date()`. Timers stay real.
 * For worker threads only; the main thread keeps its own time and asks the `Clock`.
 */
export function installDate(shared: SharedArrayBuffer): void {
  const offset = new BigInt64Array(shared);
  const Real = globalThis.Date;
  const realNow = Real.now.bind(Real);
  const now = () => realNow() + Number(Atomics.load(offset, 0));
  Real.now = now;
  const Shifted = new Proxy(Real, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new Real(now()).toString(),
  });
  Real.prototype.constructor = Shifted;
  globalThis.Date = Shifted;
}

const duration = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Milliseconds of an ISO 8601 duration of weeks, days (24 h each), hours, minutes, seconds; undefined if it is not one. */
export function durationMs(text: string): number | undefined {
  const match = duration.exec(text);
  if (!match || text.endsWith('T') || text === 'P') return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds of an instant with its offset written out; undefined if it is not one, or on a day that does not exist. */
export function instantMs(text: string): number | undefined {
  if (!instant.test(text)) return undefined;
  const ms = Date.parse(text);
  // 31 November would be taken for 1 December.
  const day = text.slice(0, 10);
  const exists = !Number.isNaN(ms) && new Date(Date.parse(day)).toISOString().startsWith(day);
  return exists ? ms : undefined;
}
