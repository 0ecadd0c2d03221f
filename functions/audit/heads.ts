import type { Posting } from '../../shared/books/index.ts';
import { type Head, noHistory } from '../../shared/history.ts';
import { chunkObject, feesObject, keys, mappingObject } from '../../shared/keys.ts';
import type { Item, Key } from '../../shared/table.ts';
import { type Chain, chainOf, type KnownHead } from './chain.ts';

/** What an item knows of the end of a history. */
export interface Headed {
  chain: Chain;
  head: KnownHead;
}

/** Whose id begins so keeps the end of its history there. */
const homes: Record<string, (t: string, id: string) => Key> = {
  prp: keys.property,
  stf: keys.staff,
  key: keys.apiKey,
  whk: keys.webhook,
  fee: keys.feeStandard,
  svc: keys.service,
  imp: keys.import,
  unt: keys.unit,
  cus: keys.customer,
  tkt: keys.ticket,
  bil: keys.bill,
  run: keys.billRun,
  pay: keys.payment,
  rfd: keys.refund,
  dep: keys.deposit,
  ent: keys.posting,
  stm: keys.statement,
  stl: keys.statementLine,
  dun: keys.dunning,
  day: keys.dayEnd,
};

/** The item that keeps the end of a history; undefined for objects that nobody knows. */
export function homeOf(t: string, { pk, prefix, objectId }: Chain): Key | undefined {
  if (prefix !== keys.eventsPrefix) return { pk, sk: `${keys.obligationsPrefix}${objectId}` };
  if (objectId === t) return keys.office(t);
  if (objectId === 'policy') return keys.policyCurrent(t);
  if (objectId === 'calendar') return keys.calendar(t);
  const [id = '', part] = objectId.split('/');
  if (objectId.startsWith(mappingObject(''))) return keys.statementMapping(t, objectId.slice(id.length + 1));
  // A property's settings stand under the same key as a unit's file.
  if (objectId === feesObject(id)) return keys.feeFile(t, id);
  if (part !== undefined) return keys.billRunChunk(t, id, Number(part));
  return homes[id.slice(0, 3)]?.(t, id);
}

/** What an item knows of its object's history; undefined if it is not the place for that. */
export function headedOf(t: string, item: Item): Headed | undefined {
  const chain = chainsAt(t, item).find((one) => {
    const home = homeOf(t, one);
    return home?.pk === item.pk && home.sk === item.sk;
  });
  return chain && { chain, head: headOf(item) };
}

/** The histories whose end an item may keep, going by its key. */
function chainsAt(t: string, { pk, sk }: Key): Chain[] {
  if (sk.startsWith(keys.obligationsPrefix)) {
    const objectId = sk.slice(keys.obligationsPrefix.length);
    return [{ pk, prefix: `${keys.obligationEventsPrefix}${objectId}#`, objectId }];
  }
  const own = pk.slice(pk.indexOf('#') + 1);
  const chunk = chunkObject(own, Number(sk.slice(keys.billRunChunksPrefix.length)));
  const objects = [own, sk, feesObject(own), mappingObject(sk), chunk, t];
  return objects.flatMap((object) => chainOf(keys.event(t, object, 0)) ?? []);
}

function headOf(item: Item): KnownHead {
  return (item.rest?.head as Head | undefined) ?? (toldOnce(item) ? { seq: 1 } : noHistory);
}

/** Of these one event tells, written in the same transaction, and nothing of it is kept here. */
function toldOnce({ et, list, rest }: Item): boolean {
  if (et === 'billRunChunk') return ((rest?.issue as { bills?: number } | undefined)?.bills ?? 0) > 0;
  // Of a run's bills the run's event tells.
  if (et === 'bill') return rest?.runId === undefined;
  // Of other postings tells what the money was moved for.
  if (et === 'posting')
    return (list as unknown as Posting).movements.every(({ kind }) => kind === 'creditUsed');
  return et === 'import';
}
