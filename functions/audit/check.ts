import { type Head, noHistory } from '../../shared/history.ts';
import { feesObject, keys } from '../../shared/keys.ts';
import { notFound } from '../../shared/problem.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { type Position, walk } from '../tenants/walk.ts';
import { type Chain, chainOf, endFaults, type Fault, sameChain, verify } from './chain.ts';
import { type Headed, headedOf, homeOf } from './heads.ts';

/** Where a look at the whole office stands: in the walk, and in the history it is in the middle of. */
export interface Place {
  at: Position;
  within?: { chain: Chain; end: Head };
}

export interface Findings {
  histories: number;
  events: number;
  faults: Fault[];
}

/** Items of one call: a second's work. */
const itemsPerCall = 400;

/** One object: all histories of its partition and those that belong to it elsewhere. Throws `not-found`. */
export async function checkObject(office: OfficeTable, objectId: string): Promise<Findings> {
  const t = office.tenantId;
  const home = homeOf(t, objectId);
  const [items, { item }] = await Promise.all([
    office.all({ pk: keys.objectPk(t, objectId) }),
    office.load({ item: home }),
  ]);
  const fees = await office.all({ pk: keys.objectPk(t, feesObject(objectId)) });
  const all = [...items, ...fees, ...(item ? [item] : [])];
  if (all.length === 0) throw notFound();
  const headed = all.flatMap((one) => headedOf(t, one) ?? []);
  const chains = [...headed.map(({ chain }) => chain), ...all.flatMap((one) => chainOf(one) ?? [])];
  const findings: Findings = { histories: headed.length, events: 0, faults: [] };
  for (const chain of distinct(chains)) {
    const { faults, events } = await fresh(
      office,
      chain,
      headed.find((one) => sameChain(one.chain, chain))?.key,
    );
    findings.events += events;
    findings.faults.push(...faults);
  }
  return findings;
}

/** The next stretch of the whole office. */
export async function checkOffice(office: OfficeTable, from: Place): Promise<Findings & { next?: Place }> {
  const t = office.tenantId;
  const { items, next } = await walk(office, t, from.at, (found) => found.length >= itemsPerCall);
  const suspects: { chain: Chain; key?: Key }[] = [];
  let within = from.within;
  let events = 0;
  for (const { chain, items: stretch } of stretches(items)) {
    events += stretch.length;
    const before = within && sameChain(within.chain, chain) ? within.end : noHistory;
    const { faults, end } = verify(chain, stretch, before);
    if (faults.length > 0) suspects.push({ chain });
    within = { chain, end };
  }
  const headed = items.flatMap((one) => headedOf(t, one) ?? []);
  suspects.push(...(await wrongEnds(office, headed)));
  const faults: Fault[] = [];
  for (const chain of distinct(suspects.map((suspect) => suspect.chain))) {
    const key = suspects.find((one) => one.key && sameChain(one.chain, chain))?.key;
    faults.push(...(await fresh(office, chain, key)).faults);
  }
  return {
    histories: headed.length,
    events,
    faults,
    ...(next && { next: { at: next, ...(within && { within }) } }),
  };
}

/** Events of one history that come one after the other. */
function stretches(items: readonly Item[]): { chain: Chain; items: Item[] }[] {
  const found: { chain: Chain; items: Item[] }[] = [];
  for (const item of items) {
    const chain = chainOf(item);
    if (!chain) continue;
    const last = found.at(-1);
    if (last && sameChain(last.chain, chain)) last.items.push(item);
    else found.push({ chain, items: [item] });
  }
  return found;
}

/** Those whose last event is not there or another one, or has events after it. */
async function wrongEnds(
  office: OfficeTable,
  headed: readonly Headed[],
): Promise<{ chain: Chain; key: Key }[]> {
  const wanted: Record<string, Key> = {};
  headed.forEach(({ chain, head }, n) => {
    if (head.seq > 0) wanted[`last${n}`] = eventKey(chain, head.seq);
    wanted[`next${n}`] = eventKey(chain, head.seq + 1);
  });
  const found = await office.load(wanted);
  return headed.filter(({ head, atLeast }, n) => {
    const last = found[`last${n}`];
    if (atLeast) return !last;
    return found[`next${n}`] !== undefined || (head.seq > 0 && last?.rest?.hash !== head.hash);
  });
}

const eventKey = ({ pk, prefix }: Chain, seq: number): Key => ({
  pk,
  sk: `${prefix}${String(seq).padStart(6, '0')}`,
});

/**
 * A history read anew from its beginning. Its object is read before, for the events must reach at least to what it says, and after
 * if they go further, for whoever changes it meanwhile writes event and object in one transaction.
 */
async function fresh(
  office: OfficeTable,
  chain: Chain,
  key: Key | undefined,
): Promise<{ faults: Fault[]; events: number }> {
  const look = async () => {
    const { item } = await office.load({ item: key });
    return item && headedOf(office.tenantId, item);
  };
  const before = await look();
  const events = await office.all({ pk: chain.pk, sk: { begins: chain.prefix } });
  const { faults, end } = verify(chain, events, noHistory);
  if (!before || (before.atLeast && end.seq > 0)) return { faults, events: events.length };
  const after = end.seq > before.head.seq ? await look() : undefined;
  const grown = after !== undefined && after.head.seq >= end.seq;
  const known = events.filter(({ sk }) => sk <= eventKey(chain, before.head.seq).sk);
  const ends = grown
    ? endFaults(chain, verify(chain, known, noHistory).end, before.head)
    : endFaults(chain, end, before.head);
  return { faults: [...faults, ...ends], events: events.length };
}

function distinct(chains: readonly Chain[]): Chain[] {
  return [...new Map(chains.map((chain) => [`${chain.pk}|${chain.prefix}`, chain])).values()];
}
