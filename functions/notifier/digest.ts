import { type Message, mailFor } from '../../shared/deliveries.ts';
import { keys } from '../../shared/keys.ts';
import { listedOf } from '../../shared/obligations/index.ts';
import { type ReminderData, wording } from '../../shared/obligations/words.ts';
import type { Rules } from '../../shared/policyStore.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { type Item, Stale } from '../../shared/table.ts';
import { iso, localDay, openOf } from '../../shared/time/index.ts';
import { inboxWrite, messageId } from './inbox.ts';
import { gravest, type Person } from './people.ts';
import { isActive, type OfficeView } from './view.ts';

/** Lines of one digest; what is more becomes a second one. A transaction has room for their removal and the message. */
const mostLines = 80;

type Entry = ReminderData & { channels: string[] };

/**
 * The morning digests of an office (每日汇总): for everybody who chose it, one message with all that was kept for it since the
 * last and is still open. What is about a property that does not open that day waits for one on which it does: nobody is there
 * (quiet hours). Entries are removed in the transaction that tells them, so a message that comes twice finds none.
 */
export async function digests(view: OfficeView, now: number): Promise<QueueMessage[]> {
  const { tenantId } = view.office;
  const { office, rules } = await view.present(undefined);
  if (!isActive(office)) return [];
  const kept = await view.office.all({ pk: keys.digestPk(tenantId) });
  const opens = await Promise.all(kept.map((entry) => opensToday(view, entry, rules, now)));
  const waiting = kept.filter((_, i) => opens[i]);
  if (waiting.length === 0) return [];
  const staff = new Map((await view.staff()).map((person) => [person.id, person]));
  const follow: QueueMessage[] = [];
  for (const [staffId, entries] of Map.groupBy(waiting, staffOf)) {
    for (let from = 0; from < entries.length; from += mostLines) {
      follow.push(
        ...(await digest(view, staffId, staff.get(staffId), entries.slice(from, from + mostLines), now)),
      );
    }
  }
  return follow;
}

async function opensToday(view: OfficeView, { list }: Item, rules: Rules, now: number): Promise<boolean> {
  const { propertyId, zone } = list as unknown as Entry;
  const place = await view.place(propertyId, zone);
  const day = localDay(now, place.zone);
  return !rules.policyFor(day).quietHours.respect || openOf(day, rules.scheduleOf(place)) !== undefined;
}

const staffOf = ({ sk }: Item) => sk.slice(0, sk.indexOf('#'));

async function digest(
  view: OfficeView,
  staffId: string,
  person: Person | undefined,
  entries: Item[],
  now: number,
): Promise<QueueMessage[]> {
  const { tenantId } = view.office;
  const open = await stillOpen(view, entries);
  const lines = eachOnce(open.map((item) => item.list as unknown as Entry));
  const removals = entries.map(({ pk, sk }) => ({ remove: { pk, sk }, expect: 'exists' as const }));
  const source = ['digest', entries[0]?.sk ?? ''];
  const message = digestMessage(lines, now);
  const tells = lines.length > 0 && person?.active === true;
  const mail =
    tells && person.email !== undefined && lines.some(({ channels }) => channels.includes('email'))
      ? mailFor(tenantId, { staffId }, 'reminder.digest', source, message, now)
      : undefined;
  const inbox = inboxWrite(tenantId, staffId, {
    id: messageId(iso(now), staffId, ...source),
    at: iso(now),
    kind: 'digest',
    ...message,
    critical: false,
  });
  try {
    await view.office.commit([...removals, ...(tells ? [inbox] : []), ...(mail ? [mail.write] : [])]);
  } catch (error) {
    // Another notifier has told them.
    if (error instanceof Stale) return [];
    throw error;
  }
  return mail ? [mail.queueMessage] : [];
}

/** Entries whose obligation is still open; what was done overnight is not worth a line. */
async function stillOpen(view: OfficeView, entries: Item[]): Promise<Item[]> {
  const { tenantId } = view.office;
  const found = await view.office.load(
    Object.fromEntries(
      entries.map((entry, i) => {
        const { objectId, obligationId } = entry.list as unknown as Entry;
        return [String(i), keys.obligation(tenantId, objectId, obligationId)];
      }),
    ),
  );
  return entries.filter((_, i) => {
    const item = found[String(i)];
    return item !== undefined && listedOf(item).status === 'open';
  });
}

/** One line for each obligation, whatever was kept of it: the gravest says how far it is. */
const eachOnce = (entries: readonly Entry[]): Entry[] =>
  [...Map.groupBy(entries, ({ obligationId }) => obligationId).values()].map((told) => ({
    ...(told.at(-1) as Entry),
    kind: gravest(told),
    steps: told.flatMap(({ steps }) => steps),
    channels: told.flatMap(({ channels }) => channels),
  }));

function digestMessage(lines: readonly Entry[], now: number): Message {
  const words = lines.map((line) => wording(line, now));
  const join = (language: 'en' | 'zh') =>
    words.map(({ title, text }) => `${title[language]}\n${text[language]}`).join('\n\n');
  return {
    title: { en: `Morning digest: ${lines.length}`, zh: `每日汇总：${lines.length} 项` },
    text: { en: join('en'), zh: join('zh') },
  };
}
