import { dueAt } from '../../shared/keys.ts';
import { parse, pending } from '../../shared/obligations/index.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { type Item, type Key, retryStale, Stale } from '../../shared/table.ts';
import { iso, localDay } from '../../shared/time/index.ts';
import { compose } from './compose.ts';
import { outlook } from './plan.ts';
import { isActive, type OfficeView } from './view.ts';

/** While an office is suspended its due entries come back this often, in milliseconds, to see whether it still is. */
export const suspendedMs = 60 * 60_000;

/** Rounds of one message: each is a transaction's worth of a backlog. */
const mostRounds = 20;

/**
 * Tells what is due of one obligation: reads its present state, decides, and records everything in one transaction; another
 * message, another notifier, a discharge in between make the transaction stale, and the state is read again. Answers the
 * queue messages of the mails; they may be lost, the sweep finds what they point to.
 */
export async function remind(
  view: OfficeView,
  key: Key,
  now: number,
  requestId: string,
): Promise<QueueMessage[]> {
  const follow: QueueMessage[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const { messages, more } = await retryStale(() => tellOnce(view, key, now, requestId));
    follow.push(...messages);
    if (!more) break;
  }
  return follow;
}

async function tellOnce(
  view: OfficeView,
  key: Key,
  now: number,
  requestId: string,
): Promise<{ messages: QueueMessage[]; more: boolean }> {
  const nothing = { messages: [], more: false };
  const { item, office, rules } = await view.present(key);
  if (item?.et !== 'obligation' || !office) return nothing;
  const obligation = parse(item);
  if (obligation.status !== 'open') return nothing;
  if (!isActive(office)) {
    await moveDue(view, item, iso(now + suspendedMs));
    return nothing;
  }
  const place = await view.place(obligation.propertyId, obligation.zone);
  const policy = rules.policyFor(localDay(now, place.zone));
  const { groups, wakeAt } = outlook(obligation, now, {
    schedule: rules.scheduleOf(place),
    quietHours: policy.quietHours,
  });
  if (groups.length === 0) {
    await moveDue(view, item, wakeAt ?? pending(obligation)[0]?.at);
    return nothing;
  }
  const composed = compose(obligation, groups, wakeAt, {
    staff: await view.staff(),
    digestRoles: policy.digest.roles,
    propertyName: place.name,
    requestId,
    now,
  });
  await view.office.commit(composed.writes);
  return {
    messages: composed.mails.map(({ queueMessage }) => queueMessage),
    more: composed.groups < groups.length,
  };
}

/** Sets when the sweep is to look at it again; leaves it where it is if it changed meanwhile. */
async function moveDue(view: OfficeView, item: Item, instant: string | undefined): Promise<void> {
  const due = instant === undefined ? undefined : dueAt(item, instant);
  if (item.dueSk === due?.dueSk) return;
  try {
    await view.office.commit([
      {
        update: { pk: item.pk, sk: item.sk },
        ...(due ? { set: { ...due } } : { unset: ['duePk', 'dueSk'] }),
        expect: { version: item.v },
      },
    ]);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
  }
}
