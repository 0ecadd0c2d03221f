import type { Site } from '../world/crashes.ts';
import { Rig, type Trace } from './rig.ts';

/** Something a function is called for. */
export interface Step<T> {
  fn: string;
  /** Steps of one kind are the same code: a route, the work of a queue. */
  kind: string;
  name: string;
  work(): Promise<T>;
  /** What it is called with, as far as that tells something. */
  given?: unknown;
  /** The same for somebody who reads Chinese. */
  inChinese?(): Promise<T>;
  /** When whoever called asks again, in milliseconds after no answer came. */
  again: number;
  /** Whether this is an answer; if not it is asked for again. */
  done(value: T): boolean;
  /** What of the answer has to be the same in the end. */
  answer(value: T): unknown;
  /** An answer that is as good when the function died. */
  asGood?(value: T): boolean;
  /** It carries no key by which a repetition can be told (PUT, PATCH, DELETE): it may be done twice. */
  repeatable?: boolean;
  /** It takes histories away. */
  ends?: boolean;
  /** Takes from a line of what is left or told what may be otherwise when the function died, as the service says. */
  loose?(line: string): string;
}

/** Where a story is played: one step after the other, and what is looked at with each. */
export abstract class Stage {
  readonly rig = new Rig();
  /** The moment of the next step, in milliseconds. */
  now: number;
  /** What was not as it has to be. */
  readonly findings: string[] = [];

  constructor(from: number) {
    this.now = from;
  }

  /** Does one thing. Answers what it answered, and what it left behind. */
  abstract step<T>(step: Step<T>): Promise<{ value: T; trace: Trace }>;

  /** Does what is only there so that something else can be looked at. */
  aside<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  /**
   * Something that a function was called for and died over, after one of its calls; nobody asked again. Answers what it left behind.
   */
  async lose<T>(
    step: Pick<Step<T>, 'fn' | 'name' | 'work'>,
    after: (calls: readonly Site[]) => number,
  ): Promise<Trace> {
    const { rig } = this;
    const back = rig.mark();
    const run = { ...step, name: `${step.name} lost`, at: this.now };
    const { calls } = await rig.invoke(run);
    back();
    const doom = { call: after(calls) + 1, when: 'after' } as const;
    const { ending, at } = await rig.invoke({ ...run, doom });
    if (!('died' in ending)) throw new Error(`${step.name}: it did not die`);
    this.now = at + 1000;
    return rig.trace;
  }
}
