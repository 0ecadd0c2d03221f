import { type Head, noHistory } from '../../shared/history.ts';
import { chunkObject, feesObject, keys, mappingObject } from '../../shared/keys.ts';
import type { Item, Key } from '../../shared/table.ts';
import type { Chain } from './chain.ts';

/** An item that knows how the history of its object ends. */
export interface Headed {
  key: Key;
  chain: Chain;
  head: Head;
  /** It knows only that something happened, not what was the last. */
  atLeast?: true;
}

/** Records that share a partition: their histories stand in partitions of their own, by the sort key. */
const collected = ['property', 'staff', 'apiKey', 'webhook', 'feeStandard', 'service', 'import'];

const named: Record<string, (item: Item, own: string) => string> = {
  policy: () => 'policy',
  calendar: () => 'calendar',
  feeFile: (_, own) => feesObject(own),
  feeSettings: (_, own) => feesObject(own),
  statementMapping: ({ sk }) => mappingObject(sk),
  // `<office>#office`
  office: ({ pk }) => pk.slice(0, pk.indexOf('#')),
  billRunChunk: ({ rest }, own) => chunkObject(own, rest?.n as number),
  ...Object.fromEntries(collected.map((et) => [et, ({ sk }: Item) => sk])),
};

/** What an item knows of its object's history; undefined if it is not the place for that. */
export function headedOf(t: string, item: Item): Headed | undefined {
  const { pk, sk, et } = item;
  const key = { pk, sk };
  const head = (item.rest?.head as Head | undefined) ?? noHistory;
  if (et === 'obligation') {
    const objectId = sk.slice(keys.obligationsPrefix.length);
    return { key, head, chain: { pk, prefix: `oev#${objectId}#`, objectId } };
  }
  const own = pk.slice(pk.indexOf('#') + 1);
  const objectId = named[et]?.(item, own) ?? own;
  const chain = { pk: keys.objectPk(t, objectId), prefix: keys.eventsPrefix, objectId };
  if (head.seq > 0) return { key, head, chain };
  return told(item) ? { key, head: { seq: 1, hash: '' }, chain, atLeast: true } : undefined;
}

/** Of these one event tells, written in the same transaction, and nothing of it is kept here. */
function told({ et, rest }: Item): boolean {
  if (et === 'billRunChunk') return ((rest?.issue as { bills?: number } | undefined)?.bills ?? 0) > 0;
  return et === 'import';
}

/** The item that knows the end of an object's history, where it is not in the object's own partition. */
export function homeOf(t: string, objectId: string): Key | undefined {
  const homes: Record<string, (id: string) => Key> = {
    pol: () => keys.policyCurrent(t),
    cal: () => keys.calendar(t),
    prp: (id) => keys.property(t, id),
    stf: (id) => keys.staff(t, id),
    key: (id) => keys.apiKey(t, id),
    whk: (id) => keys.webhook(t, id),
    fee: (id) => keys.feeStandard(t, id),
    svc: (id) => keys.service(t, id),
    imp: (id) => keys.import(t, id),
  };
  return objectId === t ? keys.office(t) : homes[objectId.slice(0, 3)]?.(objectId);
}
