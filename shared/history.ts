import { createHash, randomBytes } from 'node:crypto';
import { type Actor, actorRef } from './actor.ts';
import { madeAt, newId } from './ids.ts';
import { eventObject, keys } from './keys.ts';
import { packed, unpacked } from './packed.ts';
import type { Item } from './table.ts';

/**
 * The end of an object's history: how many events it has and the hash of the last. Each event names the hash of the one
 * before, so that none can be edited, dropped or moved unseen.
 */
export interface Head {
  seq: number;
  hash: string;
}

export const noHistory: Head = { seq: 0, hash: '' };

/** Something that happened, in the past tense; immutable once written. */
export interface DomainEvent {
  id: string;
  type: string;
  at: string;
  actor: string;
  requestId: string;
  object: string;
  data: Record<string, unknown>;
  seq: number;
  prev: string;
  hash: string;
}

/**
 * An event as it is chained. `said` stands for the words of people that go with it: the salted hash of them. The words themselves lie
 * beside the chained part, so that they can be taken away (PIPL, a person's erasure) and the chain still verifies; while they
 * are there they cannot be changed unseen, and without the salt nobody can try out what they may have been.
 */
export type Chained = DomainEvent & { said?: string };

/**
 * Members of an event's data in which people say something or are named, in whatever words they choose. `place` is none of them: it
 * says where, and the analysis of what comes again counts it (TICKET-14).
 */
const spoken = new Set([
  ...['description', 'note', 'what', 'reason', 'delayReason', 'text', 'result'],
  ...['name', 'receiver', 'witness', 'person'],
]);

type Data = Record<string, unknown>;
const isMap = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tells an event's data apart: what the record needs for good, and people's own words (also one level down). */
export function parted(all: Data): { data: Data; said: Data } {
  const data: Data = {};
  const said: Data = {};
  for (const [name, value] of Object.entries(all)) {
    if (value === undefined) continue;
    if (typeof value === 'string' && spoken.has(name)) said[name] = value;
    else if (isMap(value)) {
      const inner = parted(value);
      data[name] = inner.data;
      if (Object.keys(inner.said).length > 0) said[name] = inner.said;
    } else data[name] = value;
  }
  return { data, said };
}

function joined(data: Data, said: Data): Data {
  const all: Data = { ...data };
  for (const [name, value] of Object.entries(said)) {
    const there = all[name];
    all[name] = isMap(value) && isMap(there) ? joined(there, value) : value;
  }
  return all;
}

/**
 * The chained event of an item. What its key and its id say already, whose it is and when it happened, it does not keep once more: every
 * kB begun is a write unit. Its number it does, so that an event that was moved is told from one that was edited. Events stored until
 * November 2026 are whole; whatever an item says of itself counts, and has to agree with the hash.
 */
export const chainedOf = (item: Item): Chained =>
  ({ object: eventObject(item), at: timeOf(String(item.rest?.id)), ...item.rest }) as unknown as Chained;

const timeOf = (id: string) => new Date(madeAt(id)).toISOString();

/** The event of an item as it is told: with people's words while they are there. */
export function eventOf(item: Item): DomainEvent {
  const { said: _, ...event } = chainedOf(item);
  return item.said ? { ...event, data: joined(event.data, wordsOf(item.said)) } : event;
}

type Words = NonNullable<Item['said']>;

/** The salt comes first, then the words. */
const saltBytes = 12;
/** Words of so many bytes fit into the kB of any event. */
const room = 250;
const salted = (words: Data): Uint8Array => Buffer.concat([randomBytes(saltBytes), packed(words, room)]);
const wordsOf = (said: Words): Data =>
  said instanceof Uint8Array ? (unpacked(said.subarray(saltBytes)) as Data) : said.words;

/** What an event keeps of words. */
export const saidHash = (said: Words): string =>
  createHash('sha256')
    .update(said instanceof Uint8Array ? said : `${said.salt}\n${canonical(said.words)}`)
    .digest('base64url');

/** Appends an event to an object's history: the write and the new head, to be kept on the object. `said` are people's words (`parted`). */
export function append(
  head: Head,
  what: { type: string; object: string; data: Data; said?: Data },
  who: { actor: Actor; tenantId: string; requestId: string; now: number },
): { event: DomainEvent; write: { put: Item; expect: 'new' }; head: Head } {
  const { type, object, data, said: words = {} } = what;
  const said = Object.keys(words).length > 0 ? salted(words) : undefined;
  const id = newId('event', who.now);
  const kept = {
    id,
    type,
    actor: actorRef(who.actor),
    requestId: who.requestId,
    data,
    seq: head.seq + 1,
    prev: head.hash,
    ...(said && { said: saidHash(said) }),
  };
  const { seq } = kept;
  const hash = hashOf({ ...kept, object, at: timeOf(id) });
  const put: Item = {
    ...keys.event(who.tenantId, object, seq),
    et: 'event',
    v: 1,
    rest: { ...kept, hash },
    ...(said && { said }),
  };
  return { event: eventOf(put), head: { seq, hash }, write: { put, expect: 'new' } };
}

/** The hash over everything else an event says. */
export function hashOf(event: Omit<Chained, 'hash'>): string {
  return createHash('sha256').update(canonical(event)).digest('base64url');
}

/** JSON with members in order of name: the table gives maps back in an order of its own. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
