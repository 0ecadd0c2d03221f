import { fanOut, type Planned } from '../../shared/deliveries.ts';
import { parseEndpoint } from '../../shared/endpoints.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { keys } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { type OfficeTable, Stale } from '../../shared/table.ts';

/** Puts messages into the deliveries queue; answers those it took. */
export type Send = (messages: QueueMessage[]) => Promise<QueueMessage[]>;

/** Deliveries written in one transaction. */
const perTransaction = 50;

/**
 * Makes a delivery of each event for each endpoint of the office that wants it, and hands them to the courier. A delivery's id
 * follows from event and endpoint, so an event that comes again makes none; one that was written but not handed over is found
 * by the sweep. The endpoints are read each time: a webhook gets whatever happens after it was made.
 */
export async function deliver(
  office: OfficeTable,
  events: readonly DomainEvent[],
  now: number,
  send: Send,
): Promise<void> {
  const items = await office.all({ pk: keys.webhooksPk(office.tenantId) });
  const endpoints = items.filter(({ et }) => et === 'webhook').map(parseEndpoint);
  const planned = events.flatMap((event) => fanOut(office.tenantId, endpoints, event, now));
  const written: Planned[] = [];
  for (let from = 0; from < planned.length; from += perTransaction) {
    written.push(...(await write(office, planned.slice(from, from + perTransaction))));
  }
  if (written.length === 0) return;
  try {
    await send(written.map(({ queueMessage }) => queueMessage));
  } catch (error) {
    log.error('deliveries wait for the sweep', error, { tenantId: office.tenantId, count: written.length });
  }
}

/** Writes deliveries that are not there yet, and answers those it wrote. */
async function write(office: OfficeTable, group: Planned[]): Promise<Planned[]> {
  try {
    await office.commit(group.map((one) => one.write));
    return group;
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    if (group.length === 1) return [];
  }
  const written: Planned[] = [];
  for (const one of group) written.push(...(await write(office, [one])));
  return written;
}
