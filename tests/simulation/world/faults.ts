import { Dice, hash, mixed } from './random.ts';

/** What can go wrong, by the place where it does. */
export const faultKinds = [
  /** the function dies before a call goes out */
  'crashBefore',
  /** the function dies after a call was done, before it hears so */
  'crashAfter',
  /** a call is refused for now (table, queue) */
  'throttle',
  /** a call is done and its answer lost: the SDK gives up */
  'unanswered',
  /** a call takes long, perhaps longer than the function may run */
  'slow',
  /** another transaction was at the same items */
  'conflict',
  /** a batch is read at two moments */
  'torn',
  /** a batch is answered in part */
  'partial',
  /** a page ends before its limit */
  'shortPage',
  /** a queue takes some of a batch */
  'refusedEntries',
  /** a message, a stream batch, a schedule, a request comes twice */
  'twice',
  /** a message comes minutes late */
  'late',
  /** the indexes follow by seconds */
  'lag',
] as const;
export type FaultKind = (typeof faultKinds)[number];

const kindNumbers = Object.fromEntries(faultKinds.map((kind) => [kind, hash(kind)])) as Record<
  FaultKind,
  number
>;

/** How often each happens in a run of common strength. */
const rates: Record<FaultKind, number> = {
  crashBefore: 0.006,
  crashAfter: 0.006,
  throttle: 0.006,
  unanswered: 0.003,
  slow: 0.003,
  conflict: 0.02,
  torn: 0.05,
  partial: 0.02,
  shortPage: 0.02,
  refusedEntries: 0.03,
  twice: 0.08,
  late: 0.03,
  lag: 0.03,
};

/**
 * Which faults a run has. Each kind has its strength in each seed, none or up to four times the common one, so that runs differ in
 * what goes wrong, not only in when. Whether a fault strikes follows from the name of the place alone: the same place is struck again
 * when other things are left out of the story.
 */
export class Faults {
  /** Faults that struck, by name. */
  readonly struck: string[] = [];
  private readonly seed: number;
  private readonly strength: Record<FaultKind, number>;
  private readonly without: ReadonlySet<string>;
  private on = false;

  constructor(seed: number, options: { without?: Iterable<string>; calm?: boolean; deaths?: number } = {}) {
    this.seed = seed;
    this.without = new Set(options.without);
    const dice = new Dice(seed, 'strength of faults');
    this.strength = Object.fromEntries(
      faultKinds.map((kind) => {
        const times = dice.pick([0, 0.5, 1, 1, 2, 4]);
        const more = kind.startsWith('crash') ? (options.deaths ?? 1) : 1;
        return [kind, options.calm ? 0 : rates[kind] * times * more];
      }),
    ) as Record<FaultKind, number>;
  }

  start(): void {
    this.on = true;
  }

  stop(): void {
    this.on = false;
  }

  /** Whether a fault strikes at this place; `of` is the place as a number, if that is known, `times` makes it as much likelier. */
  strikes(kind: FaultKind, place: string, of?: number, times = 1): boolean {
    const p = this.on ? this.strength[kind] * times : 0;
    if (p === 0) return false;
    if (mixed((of ?? hash(place, this.seed)) + kindNumbers[kind]) / 2 ** 32 >= p) return false;
    const name = `${kind} at ${place}`;
    if (this.without.has(name)) return false;
    this.struck.push(name);
    return true;
  }
}
