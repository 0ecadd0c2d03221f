import { type Contribution, contributionKey, figureOf, wholeOffice } from '../../shared/counters.ts';
import { chainedOf } from '../../shared/history.ts';
import { keys } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import { parse } from '../../shared/obligations/index.ts';
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

/** What one thing (a ticket, an entry of the books) has in the counters, as it stands and as it should. */
export interface Share {
  /** Where what the counters have of it is noted. */
  key: Key;
  propertyId: string;
  /** Version of that note; 0 where there is none. */
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
  const obligations = items.filter(({ et }) => et === 'obligation').map(parse);
  // Obligations keep their own histories in the ticket's partition.
  const events = items.filter(({ et, sk }) => et === 'event' && sk.startsWith(keys.eventsPrefix));
  const seen: Counted = {
    ticketId,
    category,
    unitId,
    events: events.map(chainedOf),
    dueAt: new Map(obligations.map(({ id, dueAt }) => [id, dueAt])),
    zone: obligations[0]?.zone ?? homeZone,
  };
  return {
    key: contributionKey(office.tenantId, ticketId),
    propertyId,
    version: counted?.v ?? 0,
    before: (counted?.rest?.c as Contribution | undefined) ?? {},
    after: contributionOf(seen),
  };
}

/** Reads a share anew; undefined where there is nothing to count (any more). */
export type Reading = () => Promise<Share | undefined>;

/**
 * Brings the counters up to what is kept of these tickets. A ticket's share and the counters change in one transaction that holds
 * only while the share is as it was read: told a second time, or late, a ticket adds nothing.
 *
 * Throws when somebody else is at the same counters all the time; to be called again then.
 */
export const count = (office: OfficeTable, ticketIds: Iterable<string>): Promise<void> =>
  countAll(
    office,
    [...ticketIds].map((id) => () => readable(office, id)),
  );

/** The same of whatever can be read as a share, each once. */
export async function countAll(
  office: OfficeTable,
  readings: Iterable<Reading>,
  atATime = together,
): Promise<void> {
  const left = [...readings];
  while (left.length > 0) {
    const batch = left.splice(0, atATime);
    const shares = await Promise.all(
      batch.map(async (read) => {
        const share = await read();
        return share && isDue(share) ? { ...share, read } : undefined;
      }),
    );
    for (const group of grouped(shares.filter((share) => share !== undefined))) await apply(office, group);
  }
}

interface Counting extends Share {
  read: Reading;
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
function grouped(shares: Counting[]): Counting[][] {
  const groups: Counting[][] = [];
  for (const share of shares) {
    const group = groups.at(-1);
    if (group && writesOf('', [...group, share]).length <= perTransaction) group.push(share);
    else groups.push([share]);
  }
  return groups;
}

async function apply(office: OfficeTable, group: Counting[]): Promise<void> {
  try {
    await office.commit(writesOf(office.tenantId, group));
  } catch (error) {
    // One that changed meanwhile spoils the group: read again, each for itself.
    if (!(error instanceof Stale) && !(error instanceof Refusal && error.code === 'in-progress')) throw error;
    for (const { read } of group) await one(office, read);
  }
}

async function one(office: OfficeTable, read: Reading): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const share = await read();
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
    ...shares.map(shareWrite),
    ...[...counters.values()].map(
      ({ key, add }): Write => ({ update: key, set: { et: 'counter' }, add, expect: 'any' }),
    ),
  ];
}

const shareWrite = ({ key, version, after }: Share): Write => ({
  put: {
    ...key,
    et: 'counted',
    v: version + 1,
    rest: { c: after },
  },
  expect: version === 0 ? 'new' : { version },
});
