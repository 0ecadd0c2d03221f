import type { Crashes, Site } from './crashes.ts';
import type { FaultKind } from './faults.ts';
import { Dice, hash, mixed } from './random.ts';
import { AwsError } from './table.ts';
import { inside, type World } from './world.ts';

/** How an invocation ended. */
export type Ending<T> = { value: T } | { threw: unknown } | { died: string };

/** What can go wrong with a call, beyond the death of the function. */
interface May {
  throttle?: boolean;
  conflict?: boolean;
  /** A batch of so many keys: read in two parts and put together, or without the second. */
  split?: number;
  first?(at: number): unknown;
  rest?(at: number): unknown;
  join?(first: never, rest: never | undefined, at: number): unknown;
  /** A page that ends before its limit. */
  limit?: number;
  command?: object;
  shorter?(limit: number): unknown;
}

/** Functions that call all day long are struck less often at each call, so that the others are met as well. */
const often: Record<string, number> = { sweeper: 0.2, courier: 0.5, stream: 0.5, notifier: 1 };
const rarely = 2.5;

/** A death that is meant: at which call (the first is 1), before it goes out or after it is done. */
export interface Doom {
  call: number;
  when: Site['died'][number];
}

/** A call that is about to be done: the how many-th, of what kind, and with what the table is asked. */
export interface Doing {
  n: number;
  what: string;
  command: object | undefined;
}

/** Somebody is in the way of a call: does something right before it, or answers the error with which it ends. */
export type Meddle = (doing: Doing) => Error | undefined;

/** A promise of the past: code of a dead invocation never runs on. */
const never = new Promise<never>(() => undefined);

/** One run of a function's code, from its call to its answer, its error or its death. */
export class Invocation {
  readonly world: World;
  /** Tells it from every other of the run, and stays the same when other things are left out of the story. */
  readonly name: string;
  readonly fn: string;
  readonly dice: Dice;
  /** A fault made it err: an answer of 5xx is the fault's, not the code's. */
  excused = false;
  /** The name as a number, and in short. */
  private readonly number: number;
  private readonly short: string;
  private dead = false;
  private calls = 0;
  private readonly endsBy: number;
  private readonly crashes: Pick<Crashes, 'passed'> | undefined;
  private readonly calm: boolean;
  private readonly doom: Doom | undefined;
  private readonly meddle: Meddle | undefined;
  private die: (why: string) => void = () => undefined;

  constructor(
    world: World,
    options: {
      name: string;
      fn: string;
      timeoutMs: number;
      crashes?: Pick<Crashes, 'passed'> | undefined;
      calm?: boolean | undefined;
      doom?: Doom | undefined;
      meddle?: Meddle | undefined;
    },
  ) {
    this.world = world;
    this.name = options.name;
    this.fn = options.fn;
    this.dice = new Dice(world.seed, options.name);
    this.number = hash(options.name, world.seed);
    this.short = `${options.fn}:${this.number.toString(36)}`;
    world.note(`${this.short} is ${options.name}`);
    this.endsBy = world.now + options.timeoutMs;
    this.crashes = options.crashes;
    this.calm = options.calm ?? false;
    this.doom = options.doom;
    this.meddle = options.meddle;
  }

  /** Runs code as this invocation. */
  run<T>(work: () => Promise<T>): Promise<Ending<T>> {
    return new Promise((resolve) => {
      const end = (ending: Ending<T>, told: string) => {
        if (this.dead) return;
        this.dead = true;
        this.world.note(`${this.short} ${told}`);
        resolve(ending);
      };
      this.die = (why) => end({ died: why }, `died: ${why}`);
      inside.run(this, () => {
        // An error thrown at once is one like any other.
        (async () => work())().then(
          (value) => end({ value }, 'ended'),
          (threw: Error) => end({ threw }, `threw ${threw?.name}`),
        );
      });
    });
  }

  /**
   * A call to something outside: takes a while, is done at one moment, is answered. Here everything can go wrong that goes wrong with
   * calls.
   */
  call<T>(what: string, work: () => T, may: May = {}): Promise<T> {
    if (this.dead) return never;
    const { world } = this;
    const n = ++this.calls;
    const of = mixed(this.number + n);
    const told = `${this.short} ${n} ${what}`;
    const strikes = (kind: FaultKind) =>
      !this.calm &&
      world.faults.strikes(kind, `${this.name} call ${n} (${what})`, of, often[this.fn] ?? rarely);
    const site = this.crashes?.passed(this.fn, what);
    const dies = (when: Doom['when']) => {
      const does =
        (this.doom?.call === n && this.doom.when === when) ||
        strikes(when === 'before' ? 'crashBefore' : 'crashAfter');
      if (does) site?.died.push(when);
      return does;
    };
    if (dies('before')) {
      this.die(`before ${what}`);
      return never;
    }
    const takes = strikes('slow') ? this.dice.between(2_000, 90_000) : this.dice.between(2, 25);
    if (world.now + takes > this.endsBy) world.at(this.endsBy, () => this.die('out of time'));
    let torn: { at: number; first: unknown } | undefined;
    if (may.split && may.split > 1 && strikes('torn')) {
      const at = this.dice.between(1, may.split - 1);
      world.in(takes / 2, () => {
        torn = { at, first: may.first?.(at) };
      });
    }
    return new Promise((resolve, reject) => {
      world.in(takes, () => {
        // What was on its way when its sender died may still arrive.
        if (this.dead && this.dice.chance(0.5)) return;
        if (may.throttle && strikes('throttle')) {
          this.excused = true;
          return reject(new AwsError('ProvisionedThroughputExceededException'));
        }
        if (may.conflict && strikes('conflict')) {
          this.excused = true;
          return reject(new AwsError('TransactionCanceledException', [{ Code: 'TransactionConflict' }]));
        }
        const wrong = this.meddle?.({ n, what, command: may.command });
        if (wrong) return reject(wrong);
        let answer: T;
        try {
          if (may.limit && may.limit > 1 && strikes('shortPage')) {
            answer = may.shorter?.(this.dice.between(1, Math.min(may.limit - 1, 5))) as T;
          } else if (torn) {
            answer = may.join?.(torn.first as never, may.rest?.(torn.at) as never, torn.at) as T;
          } else if (may.split && may.split > 1 && strikes('partial')) {
            const at = this.dice.between(1, may.split - 1);
            answer = may.join?.(may.first?.(at) as never, undefined, at) as T;
          } else answer = work();
        } catch (error) {
          world.note(`${told}: ${(error as Error).name}`);
          if (this.doom && dies('after')) return this.die(`after ${what}`);
          return reject(error);
        }
        world.note(told);
        if (this.dead) return;
        if (dies('after')) return this.die(`after ${what}`);
        if (may.throttle && strikes('unanswered')) {
          this.excused = true;
          return reject(new AwsError('TimeoutError'));
        }
        resolve(answer);
      });
    });
  }

  /** A timer: it runs while the invocation lives. */
  timer(ms: number, run: () => void): { clear(): void } {
    let off = false;
    this.world.in(Math.max(1, ms), () => {
      if (off || this.dead) return;
      inside.run(this, run);
    });
    return { clear: () => (off = true) };
  }
}
