import type { Context } from 'aws-lambda';
import { ENV, env, METRICS, type ScheduleInput } from '../../shared/env.ts';
import { lists } from '../../shared/keys.ts';
import { log, metric } from '../../shared/log.ts';
import { type QueueMessage, sendAll } from '../../shared/queues.ts';
import { systemTable } from '../../shared/system.ts';
import { sweep } from './sweep.ts';

/** A page takes a few seconds at worst; what is not begun 30 s before the function's end is left to the next sweep. */
const reserveMs = 30_000;

/** Called by the schedules of the template: every minute to sweep, every day for the digests and lists of a zone. */
export async function handler(
  input: ScheduleInput,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  const now = Date.now();
  const table = systemTable({ kind: 'system', id: 'sweeper' });
  if (input.kind !== 'sweep') {
    await tellOffices(input, now);
    return;
  }
  const urls = {
    reminders: env(ENV.remindersQueueUrl),
    deliveries: env(ENV.deliveriesQueueUrl),
    billing: env(ENV.billingQueueUrl),
  };
  const swept = await sweep({
    table,
    now,
    send: (queue, messages) => sendAll(urls[queue], messages),
    outOfTime: () => (context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY) < reserveMs,
  });
  metric(METRICS.sweepLag, swept.lagMs / 1000);
  log.info('swept', { sent: swept.sent, largestShard: swept.largestShard, lagMs: swept.lagMs });
}

/** One message for each office of the zone; who is suspended the notifier sees. */
async function tellOffices(
  { kind, zone }: Extract<ScheduleInput, { zone: string }>,
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString();
  const offices = await systemTable({ kind: 'system', id: 'sweeper' }).all({
    index: 'g2',
    pk: lists.officesOfZone(zone),
  });
  const messages = offices.map(
    ({ pk }): QueueMessage => ({ kind, tenantId: pk.slice(0, pk.indexOf('#')), at }),
  );
  const taken = await sendAll(env(ENV.remindersQueueUrl), messages);
  log.info('daily', { kind, zone, offices: offices.length });
  // The schedule tries again; offices that were told already make nothing of a second message.
  if (taken.length < messages.length) throw new Error('the queue did not take every message');
}
