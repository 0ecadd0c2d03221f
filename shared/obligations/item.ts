import type { Actor } from '../actor.ts';
import { append, type DomainEvent, type Head } from '../history.ts';
import { dueAt, keys, lists } from '../keys.ts';
import type { Item, Write } from '../table.ts';
import { listedOf, listOf, restFrom, restOf, sortOf } from './stored.ts';
import type { Obligation, PlannedStep } from './types.ts';

/** The obligation of a stored item (from the table itself, not from an index). */
export function parse(item: Item): Obligation {
  const { provisional = false, title, ownerId, ...list } = listedOf(item);
  return {
    ...list,
    ...restFrom(item),
    tenantId: item.pk.slice(0, item.pk.indexOf('#')),
    provisional,
    ...(title !== undefined && { title }),
    ...(ownerId !== undefined && { ownerId }),
    version: item.v,
  };
}

/** What has not been told yet, next first. */
export const pending = (obligation: Obligation): PlannedStep[] =>
  obligation.steps.filter(({ sentAt }) => sentAt === undefined);

/**
 * The item of an obligation. While it is open it stands in the lists of what is owed, and in the due index at its next step, or
 * at `wakeAt` (ISO instant) where that step has to wait longer than planned.
 */
export function itemOf(obligation: Obligation, wakeAt?: string): Item {
  const { tenantId: t, id, objectId, propertyId, ownerId } = obligation;
  const key = keys.obligation(t, objectId, id);
  const wake = wakeAt ?? pending(obligation)[0]?.at;
  const sort = sortOf(obligation);
  return {
    ...key,
    et: 'obligation',
    v: obligation.version,
    list: listOf(obligation),
    rest: restOf(obligation),
    ...(obligation.status === 'open' && {
      g5pk: lists.oblOfProperty(t, propertyId),
      g5sk: sort,
      g6pk: lists.obl(t),
      g6sk: sort,
      ...(ownerId !== undefined && { g7pk: lists.oblOfStaff(t, ownerId), g7sk: sort }),
      ...(wake !== undefined && dueAt(key, wake)),
    }),
  };
}

/** The write that puts a changed obligation in the place of the stored one; stale if that changed meanwhile. */
export const replace = (next: Obligation, wakeAt?: string): Write => ({
  put: itemOf(next, wakeAt),
  expect: { version: next.version - 1 },
});

/**
 * Something that happened to an obligation: the event, its write and the new end of the obligation's history. It is kept with
 * the object, so that one partition shows the whole case; the object's own history is not touched, and so the engine and the
 * domain never wait for each other.
 */
export function happened(
  { tenantId, objectId, id, head: before }: Pick<Obligation, 'tenantId' | 'objectId' | 'id' | 'head'>,
  type: string,
  data: Record<string, unknown>,
  who: { actor: Actor; requestId: string; now: number },
): { event: DomainEvent; write: Write; head: Head } {
  const { event, head, write } = append(before, { type, object: id, data }, { ...who, tenantId });
  const key = keys.obligationEvent(tenantId, objectId, id, event.seq);
  return { event, head, write: { ...write, put: { ...write.put, ...key } } };
}
