import { type Chained, chainedOf, type Head, hashOf, saidHash } from '../../shared/history.ts';
import { eventObject, keys } from '../../shared/keys.ts';
import type { Item } from '../../shared/table.ts';

/** What is wrong with a history. */
export type FaultKind =
  /** the event's text does not give its hash, or its item is not as events are written */
  | 'edited'
  /** it does not name the hash of the event before */
  | 'unchained'
  /** events are missing before it */
  | 'missing'
  /** it stands where another event belongs */
  | 'moved'
  /** the object knows of events that are not there, or of another last one */
  | 'cut'
  /** there are events that the object does not know of */
  | 'unknown';

export interface Fault {
  objectId: string;
  /** Number of the event in its object's history. */
  seq: number;
  kind: FaultKind;
}

/** A history: of an object, or of an obligation kept with its object. */
export interface Chain {
  pk: string;
  /** What the sort keys of its events begin with. */
  prefix: string;
  /** Whose events they are. */
  objectId: string;
}

export const sameChain = (a: Chain, b: Chain): boolean => a.pk === b.pk && a.prefix === b.prefix;

/** The history an item belongs to by its place; undefined for items that are no events. */
export function chainOf({ pk, sk }: Pick<Item, 'pk' | 'sk'>): Chain | undefined {
  const objectId = eventObject({ pk, sk });
  const prefix = [keys.eventsPrefix, `${keys.obligationEventsPrefix}${objectId}#`].find((one) =>
    sk.startsWith(one),
  );
  return prefix === undefined ? undefined : { pk, prefix, objectId };
}

const members = ['et', 'pk', 'rest', 'sk', 'v'];

/** Whether the words that go with an event are those it was written with; gone they may be only by an erasure, which is told later on. */
function saidAsWritten(item: Item, { said }: Chained, erased: boolean): boolean {
  if (said === undefined) return item.said === undefined;
  return item.said ? saidHash(item.said) === said : erased;
}

/**
 * Holds events, in the order of their keys, against what came before them. `from` is the end of what was verified already
 * (nothing at the beginning). Every edit, deletion or move of one event inside the stretch is found; of what is cut off at the end
 * only the head knows (`endFaults`).
 */
export function verify(chain: Chain, events: readonly Item[], from: Head): { faults: Fault[]; end: Head } {
  const faults: Fault[] = [];
  let end = from;
  const erasure = events.findLastIndex(({ rest }) => /\.erased$/.test(String(rest?.type)));
  for (const [n, item] of events.entries()) {
    const chained = chainedOf(item);
    const { hash, ...bare } = chained;
    const placed = Number(item.sk.slice(chain.prefix.length));
    const fault = (kind: FaultKind) => faults.push({ objectId: chain.objectId, seq: placed, kind });
    if (placed !== end.seq + 1) fault('missing');
    const { said: _, ...rest } = item;
    const plain =
      Object.keys(rest).sort().join() === members.join() &&
      item.et === 'event' &&
      item.v === 1 &&
      saidAsWritten(item, chained, n < erasure);
    if (bare.seq !== placed || bare.object !== chain.objectId) fault('moved');
    else if (!plain || hashOf(bare) !== hash) fault('edited');
    else if (bare.prev !== end.hash && placed === end.seq + 1) fault('unchained');
    end = { seq: placed, hash };
  }
  return { faults, end };
}

/** What an object says the end of its history is; without a hash where it knows only that one event tells of it. */
export type KnownHead = Pick<Head, 'seq'> & Partial<Head>;

/** Holds the end of a verified history against what its object says the end is. */
export function endFaults(chain: Chain, end: Head, head: KnownHead): Fault[] {
  const { objectId } = chain;
  if (end.seq > head.seq) return [{ objectId, seq: head.seq + 1, kind: 'unknown' }];
  if (end.seq < head.seq) return [{ objectId, seq: end.seq + 1, kind: 'cut' }];
  return head.hash === undefined || end.hash === head.hash ? [] : [{ objectId, seq: head.seq, kind: 'cut' }];
}
