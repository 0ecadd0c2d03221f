import { at, keys, lists } from '../../shared/keys.ts';
import type { Item, Write } from '../../shared/table.ts';
import type { InboxMessage } from '../obligations/schema.ts';

/** How long a message stays in the inbox, in seconds (one year). */
const keptSeconds = 366 * 86_400;

/** The write of a message into somebody's inbox, unread. */
export function inboxWrite(tenantId: string, staffId: string, message: InboxMessage): Write {
  const sort = at(message.at, message.id);
  const item: Item = {
    ...keys.message(tenantId, staffId, sort),
    et: 'message',
    v: 1,
    list: { ...message },
    g1pk: lists.unread(tenantId, staffId),
    g1sk: sort,
    ttl: Math.floor(Date.parse(message.at) / 1000) + keptSeconds,
  };
  return { put: item, expect: 'new' };
}
