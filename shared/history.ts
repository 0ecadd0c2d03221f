import { createHash } from 'node:crypto';
import { type Actor, actorRef } from './actor.ts';
import { newId } from './ids.ts';
import { keys } from './keys.ts';
import type { Write } from './table.ts';

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

/** Appends an event to an object's history: the write and the new head, to be kept on the object. */
export function append(
  head: Head,
  what: { type: string; object: string; data: Record<string, unknown> },
  who: { actor: Actor; tenantId: string; requestId: string; now: number },
): { event: DomainEvent; write: Write; head: Head } {
  const seq = head.seq + 1;
  const bare = {
    id: newId('event', who.now),
    type: what.type,
    at: new Date(who.now).toISOString(),
    actor: actorRef(who.actor),
    requestId: who.requestId,
    object: what.object,
    data: what.data,
    seq,
    prev: head.hash,
  };
  const event = { ...bare, hash: hashOf(bare) };
  return {
    event,
    head: { seq, hash: event.hash },
    write: {
      put: { ...keys.event(who.tenantId, what.object, seq), et: 'event', v: 1, rest: { ...event } },
      expect: 'new',
    },
  };
}

/** The hash over everything else an event says. */
export function hashOf(event: Omit<DomainEvent, 'hash'>): string {
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
