import { dueShards } from '../../shared/keys.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import type { DueEntry, SystemTable } from '../../shared/system.ts';

/**
 * How long what was handed over is left to whoever works on it. A message that got lost comes back after that by itself; one
 * that is worked on has moved its item by then.
 */
export const leaseMs = 10 * 60_000;

/** Read at once; entries of the due index have some 0.2 kB, so this is far below a page's 1 MB. */
const pageSize = 500;

/** Entries of one shard in one sweep; the next sweep, a minute later, goes on. 16 shards: 40,000 a minute. */
export const perShard = 2500;

/** Leases at a time in one shard: 16 x 3 connections stay below the SDK's 50. */
const leasesAtOnce = 3;

export type QueueName = 'reminders' | 'deliveries' | 'billing';

/** Whose work an entry is, by its sort key; what is not named here is a reminder or a job of the notifier's. */
const workOf: Record<string, QueueName> = { delivery: 'deliveries', run: 'billing', fees: 'billing' };

type Due = Extract<QueueMessage, { kind: 'due' }>;

export interface SweepDeps {
  table: Pick<SystemTable, 'due' | 'postpone'>;
  /** Hands messages to a queue; answers those it took. */
  send(queue: QueueName, messages: Due[]): Promise<Due[]>;
  /** Milliseconds. */
  now: number;
  /** Asked between pages: no time is left for another. */
  outOfTime?(): boolean;
}

export interface Swept {
  /** Entries handed over. */
  sent: number;
  /** Entries found in the fullest shard. */
  largestShard: number;
  /** How long the oldest entry had been due, in milliseconds. */
  lagMs: number;
}

/**
 * Hands everything due to its queue, shard by shard and in order within each, and leases it only then: a sweep that is killed in
 * between leaves entries that the next one sends again, and whoever takes a message twice finds the work done.
 */
export async function sweep(deps: SweepDeps): Promise<Swept> {
  const shards = Array.from({ length: dueShards }, (_, i) => `due#${String(i).padStart(2, '0')}`);
  // One broken shard must not keep the others from their turn; the failure is told all the same.
  const ends = await Promise.allSettled(shards.map((shard) => sweepShard(deps, shard)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  const done = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const oldest = done.map(({ oldest }) => oldest).filter((instant) => instant !== undefined);
  return {
    sent: done.reduce((sum, { sent }) => sum + sent, 0),
    largestShard: Math.max(...done.map(({ found }) => found)),
    lagMs: Math.max(0, ...oldest.map((instant) => deps.now - Date.parse(instant))),
  };
}

async function sweepShard(deps: SweepDeps, shard: string) {
  const upTo = new Date(deps.now).toISOString();
  let after: DueEntry | undefined;
  let found = 0;
  let sent = 0;
  let oldest: string | undefined;
  do {
    const page = await deps.table.due({ shard, upTo, limit: pageSize, after });
    oldest ??= page.entries[0] && instantOf(page.entries[0]);
    found += page.entries.length;
    sent += await handOver(deps, page.entries);
    after = page.after;
  } while (after && found < perShard && !deps.outOfTime?.());
  return { found, sent, oldest };
}

async function handOver({ table, send, now }: SweepDeps, entries: DueEntry[]): Promise<number> {
  const byQueue = Map.groupBy(entries, ({ sk }) => workOf[sk] ?? 'reminders');
  let sent = 0;
  for (const [queue, found] of byQueue) {
    const byMessage = new Map(found.map((entry) => [messageOf(entry), entry]));
    const taken = await send(queue, [...byMessage.keys()]);
    sent += taken.length;
    const leased = taken.map((message) => byMessage.get(message)).filter((entry) => entry !== undefined);
    await lease(table, leased, now);
  }
  return sent;
}

async function lease(table: SweepDeps['table'], entries: DueEntry[], now: number): Promise<void> {
  const until = new Date(now + leaseMs).toISOString();
  const queue = [...entries];
  const worker = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      // Moved by somebody else already: then the message has been worked on, or the thing has changed.
      await table.postpone(entry, `${until}#${entry.pk}|${entry.sk}`);
    }
  };
  await Promise.all(Array.from({ length: leasesAtOnce }, worker));
}

const instantOf = ({ dueSk }: DueEntry): string => dueSk.slice(0, dueSk.indexOf('#'));

const messageOf = ({ pk, sk }: DueEntry): Due => ({
  kind: 'due',
  tenantId: pk.slice(0, pk.indexOf('#')),
  pk,
  sk,
});
