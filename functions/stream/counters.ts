import { type Contribution, contributionKey, figureOf, wholeOffice } from '../../shared/counters.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { keys } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import { Refusal } from '../../shared/problem.ts';
import { type Key, type OfficeTable, Stale, type Write } from '../../shared/table.ts';
import { summaryOf } from '../tickets/store.ts';
import { type Counted, contributionOf, difference } from './contribution.ts';

/** Where a ticket without any obligation is counted. */
const homeZone = 'Asia/Shanghai';

/** Writes of one transaction: the table takes a hundred. */
const perTransaction = 96;

/** Tickets read at a time. */
const together = 8;

/** A ticket's share as it stands in the counters, and as it should. */
export interface Share {
  ticketId: string;
  propertyId: string;
  /** Version of what is kept of it; 0 where nothing is. */
  version: number;
  before: Contribution;
  after: Contribution;
}

/** Everything kept of a ticket, in one query, as its share. Undefined where there is no ticket (any more). */
export async function shareOf(office: OfficeTable, ticketId: string): Promise<Share | undefined> {
  const items = await office.all({ pk: keys.objectPk(office.tenantId, ticketId) });
  const ticket = items.find(({ et }) => et === 'ticket');
  if (!ticket) return undefined;
  const { category, unitId, propertyId } = summaryOf(ticket);
  const counted = items.find(({ et }) => et === 'counted');
  const obligations = items.filter(({ et }) => et === 'obligation');
  // Obligations keep their own histories in the ticket's partition.
  const events = items.filter(({ et, sk }) => et === 'event' && sk.startsWith(keys.eventsPrefix));
  const zone = obligations[0]?.rest?.zone;
  const seen: Counted = {
    ticketId,
    category,
    unitId,
    events: events.map(({ rest }) => rest as unknown as DomainEvent),
    dueAt: new Map(obligations.map(({ list }) => [String(list?.id), String(list?.dueAt)])),
    zone: typeof zone === 'string' ? zone : homeZone,
  };
  return {
    ticketId,
    propertyId,
    version: counted?.v ?? 0,
    before: (counted?.rest?.c as Contribution | undefined) ?? {},
    after: contributionOf(seen),
  };
}

/**
 * Brings the counters up to what is kept of these tickets. A ticket's share and the counters change in one transaction that holds
 * only while the share is as it was read: told a second time, or late, a ticket adds nothing.
 *
 * Throws when somebody else is at the same counters all the time; to be called again then.
 */
export async function count(office: OfficeTable, ticketIds: Iterable<string>): Promise<void> {
  const left = [...ticketIds];
  while (left.length > 0) {
    const shares = await Promise.all(left.splice(0, together).map((id) => readable(office, id)));
    const changed = shares.filter((share) => share !== undefined).filter(isDue);
    for (const group of grouped(changed)) await apply(office, group);
  }
}

/** A ticket that cannot be read is reported and left out: it must not hold up those behind it. */
async function readable(office: OfficeTable, ticketId: string): Promise<Share | undefined> {
  try {
    return await shareOf(office, ticketId);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    log.error('a ticket cannot be counted', error, { tenantId: office.tenantId, ticketId });
    return undefined;
  }
}

const isDue = ({ before, after }: Share) => Object.keys(difference(before, after)).length > 0;

/**
 * Shares that go into one transaction. Tickets share counters, and a counter can be written once in a transaction: the more go
 * together, the less often the office's counters are written.
 */
function grouped(shares: Share[]): Share[][] {
  const groups: Share[][] = [];
  for (const share of shares) {
    const group = groups.at(-1);
    if (group && writesOf('', [...group, share]).length <= perTransaction) group.push(share);
    else groups.push([share]);
  }
  return groups;
}

async function apply(office: OfficeTable, group: Share[]): Promise<void> {
  try {
    await office.commit(writesOf(office.tenantId, group));
  } catch (error) {
    // One that changed meanwhile spoils the group: read again, each for itself.
    if (!(error instanceof Stale) && !(error instanceof Refusal && error.code === 'in-progress')) throw error;
    for (const { ticketId } of group) await one(office, ticketId);
  }
}

async function one(office: OfficeTable, ticketId: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const share = await shareOf(office, ticketId);
    if (!share || !isDue(share)) return;
    try {
      await office.commit(writesOf(office.tenantId, [share]));
      return;
    } catch (error) {
      if (!(error instanceof Stale) || attempt === 5) throw error;
    }
  }
}

/** The shares' own items, and one write for each counter they change. */
export function writesOf(tenantId: string, shares: readonly Share[]): Write[] {
  const counters = new Map<string, { key: Key; add: Record<string, number> }>();
  for (const { propertyId, before, after } of shares) {
    for (const [name, n] of Object.entries(difference(before, after))) {
      const { item, attribute } = figureOf(name);
      for (const scope of [wholeOffice, propertyId]) {
        const key = keys.counter(tenantId, scope, item);
        const id = `${key.pk}\n${key.sk}`;
        const counter = counters.get(id) ?? { key, add: {} };
        counter.add[attribute] = (counter.add[attribute] ?? 0) + n;
        counters.set(id, counter);
      }
    }
  }
  return [
    ...shares.map((share) => shareWrite(tenantId, share)),
    ...[...counters.values()].map(
      ({ key, add }): Write => ({ update: key, set: { et: 'counter' }, add, expect: 'any' }),
    ),
  ];
}

const shareWrite = (tenantId: string, { ticketId, version, after }: Share): Write => ({
  put: {
    ...contributionKey(tenantId, ticketId),
    et: 'counted',
    v: version + 1,
    rest: { c: after },
  },
  expect: version === 0 ? 'new' : { version },
});
