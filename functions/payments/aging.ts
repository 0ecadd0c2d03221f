import type { Fen } from '../../shared/money/index.ts';
import { addDays, type Day, daysBetween } from '../../shared/time/index.ts';
import { type Bucket, buckets } from './arrearsSchema.ts';

/** The first and the last age of a bucket, in days past the due day. What is due today is not overdue. */
const ages: Record<Bucket, readonly [from: number, to: number | undefined]> = {
  '0-30': [1, 30],
  '31-60': [31, 60],
  '61-90': [61, 90],
  '>90': [91, undefined],
};

/** The bucket of an age of one day or more. */
export const bucketOf = (age: number): Bucket =>
  buckets.find((bucket) => age <= (ages[bucket][1] ?? Number.POSITIVE_INFINITY)) as Bucket;

/** The due days of a bucket on a day, as the range of an index whose sort key begins with the due day. */
export function dueRange(today: Day, bucket: Bucket | undefined): { from?: string; to: string } {
  const [first, last] = bucket ? ages[bucket] : [1, undefined];
  return {
    ...(last !== undefined && { from: addDays(today, -last) }),
    // `~` comes after every character of what follows the day in a sort key.
    to: `${addDays(today, -first)}~`,
  };
}

export type Aged = Record<Bucket | 'total', Fen>;

export const noneAged = (): Aged => ({ total: 0, '0-30': 0, '31-60': 0, '61-90': 0, '>90': 0 });

/** Adds what is open on a bill that is overdue. */
export function age(sums: Aged, today: Day, bill: { dueDay: Day; open: Fen }): void {
  sums.total += bill.open;
  sums[bucketOf(daysBetween(bill.dueDay, today))] += bill.open;
}
