import { type Head, noHistory } from '../../shared/history.ts';
import { feesObject, keys } from '../../shared/keys.ts';
import { notFound } from '../../shared/problem.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { type Position, walk } from '../tenants/walk.ts';
import { type Chain, chainOf, endFaults, type Fault, type KnownHead, sameChain, verify } from './chain.ts';
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
  const pk = keys.objectPk(t, objectId);
  const [items, fees, { home }] = await Promise.all([
    office.all({ pk }),
    office.all({ pk: keys.objectPk(t, feesObject(objectId)) }),
    office.load({ home: homeOf(t, { pk, prefix: keys.eventsPrefix, objectId }) }),
  ]);
  const all = [...items, ...fees, ...(home ? [home] : [])];
  if (all.length === 0) throw notFound();
  const chains = all.flatMap((item) => headedOf(t, item)?.chain ?? chainOf(item) ?? []);
  const findings: Findings = { histories: 0, events: 0, faults: [] };
  for (const chain of distinct(chains)) {
    const { faults, events, known } = await fresh(office, chain);
    if (known) findings.histories++;
    findings.events += events;
    findings.faults.push(...faults);
  }
  return findings;
}

/** The next stretch of the whole office. */
export async function checkOffice(office: OfficeTable, from: Place): Promise<Findings & { next?: Place }> {
  const t = office.tenantId;
  const { items, next } = await walk(office, t, from.at, (found) => found.length >= itemsPerCall);
  const headed = items.flatMap((item) => headedOf(t, item) ?? []);
  const suspects: Chain[] = [];
  const begun: Chain[] = [];
  let within = from.within;
  let events = 0;
  for (const { chain, items: stretch } of stretches(items)) {
    events += stretch.length;
    const before = within && sameChain(within.chain, chain) ? within.end : undefined;
    if (!before) begun.push(chain);
    const { faults, end } = verify(chain, stretch, before ?? noHistory);
    if (faults.length > 0) suspects.push(chain);
    within = { chain, end };
  }
  suspects.push(...(await wrongEnds(office, headed)), ...(await homeless(office, begun, headed)));
  const faults: Fault[] = [];
  for (const chain of distinct(suspects)) faults.push(...(await fresh(office, chain)).faults);
  return {
    histories: headed.filter(({ head }) => head.seq > 0).length,
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
async function wrongEnds(office: OfficeTable, headed: readonly Headed[]): Promise<Chain[]> {
  const wanted: Record<string, Key> = {};
  headed.forEach(({ chain, head }, n) => {
    if (head.seq > 0) wanted[`last${n}`] = eventKey(chain, head.seq);
    wanted[`next${n}`] = eventKey(chain, head.seq + 1);
  });
  const found = await office.load(wanted);
  const wrong = headed.filter(({ head: { seq, hash } }, n) => {
    const last = found[`last${n}`];
    return (
      found[`next${n}`] || (seq > 0 && !last) || (last && hash !== undefined && last.rest?.hash !== hash)
    );
  });
  return wrong.map(({ chain }) => chain);
}

/** Those that nobody keeps the end of. Most are known from the same stretch of the office; of the others is asked. */
async function homeless(
  office: OfficeTable,
  begun: readonly Chain[],
  headed: readonly Headed[],
): Promise<Chain[]> {
  const known = new Set(headed.map(({ chain }) => nameOf(chain)));
  const asked = begun.filter((chain) => !known.has(nameOf(chain)));
  const found = await office.load(
    Object.fromEntries(asked.map((chain) => [nameOf(chain), homeOf(office.tenantId, chain)])),
  );
  return asked.filter((chain) => !found[nameOf(chain)]);
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
): Promise<{ faults: Fault[]; events: number; known: boolean }> {
  const t = office.tenantId;
  const look = async (): Promise<KnownHead> => {
    const { home } = await office.load({ home: homeOf(t, chain) });
    return (home && headedOf(t, home)?.head) ?? noHistory;
  };
  const before = await look();
  const events = await office.all({ pk: chain.pk, sk: { begins: chain.prefix } });
  const { faults, end } = verify(chain, events, noHistory);
  const grown = end.seq > before.seq && (await look()).seq >= end.seq;
  const told = () => events.filter(({ sk }) => sk <= eventKey(chain, before.seq).sk);
  const reached = grown ? verify(chain, told(), noHistory).end : end;
  faults.push(...endFaults(chain, reached, before));
  return { faults, events: events.length, known: before.seq > 0 };
}

const nameOf = ({ pk, prefix }: Chain): string => `${pk}|${prefix}`;

function distinct(chains: readonly Chain[]): Chain[] {
  return [...new Map(chains.map((chain) => [nameOf(chain), chain])).values()];
}
