import { derivedId, prefixes } from '../../shared/ids.ts';
import { keys, lists, tick } from '../../shared/keys.ts';
import type { Item, Write } from '../../shared/table.ts';
import type { InboxMessage } from '../obligations/schema.ts';

/** How long a message stays in the inbox, in seconds (one year). */
const keptSeconds = 366 * 86_400;

/**
 * The id of a message: its moment, then what its source gives, so that ids sort by time and name their place in the inbox.
 * `at` is an ISO instant.
 */
export const messageId = (at: string, ...source: string[]): string => {
  const derived = derivedId('message', ...source).slice(prefixes.message.length + 1);
  return `${prefixes.message}_${tick(at)}${derived.slice(10)}`;
};

/** The write of a message into somebody's inbox, unread. */
export function inboxWrite(tenantId: string, staffId: string, message: InboxMessage): Write {
  const item: Item = {
    ...keys.message(tenantId, staffId, message.id),
    et: 'message',
    v: 1,
    list: { ...message },
    g1pk: lists.unread(tenantId, staffId),
    g1sk: message.id,
    ttl: Math.floor(Date.parse(message.at) / 1000) + keptSeconds,
  };
  return { put: item, expect: 'new' };
}
