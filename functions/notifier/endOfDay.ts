import { type Message, mailFor, type Planned } from '../../shared/deliveries.ts';
import { keys, lists } from '../../shared/keys.ts';
import { dueBy, type Listed, listedOf } from '../../shared/obligations/index.ts';
import { ruleTitle } from '../../shared/obligations/words.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { type Item, Stale, type Write } from '../../shared/table.ts';
import { addDays, type Day, instantAt, iso, localDay, localText, msOf } from '../../shared/time/index.ts';
import { inboxWrite, messageId } from './inbox.ts';
import { mostPeople, type Person, recipients } from './people.ts';
import { isActive, type OfficeView, type Place, placeOf } from './view.ts';

/** Lines of a list; how many more there are is said below them. */
const mostLines = 40;

/**
 * DUTY-5: for each property the list of what is due today or earlier and not done (tickets, callbacks), to the desk and to the
 * supervisor. Nothing where everything is done. Each property's list of a day is claimed and sent in one transaction.
 */
export async function endOfDay(view: OfficeView, at: string, now: number): Promise<QueueMessage[]> {
  const { tenantId } = view.office;
  const { office } = await view.present(undefined);
  if (!isActive(office)) return [];
  const properties = await view.office.all({ pk: keys.propertiesPk(tenantId) });
  const follow: QueueMessage[] = [];
  for (const property of properties) {
    if (property.list?.archived !== true) follow.push(...(await listOf(view, property, at, now)));
  }
  return follow;
}

async function listOf(view: OfficeView, property: Item, at: string, now: number): Promise<QueueMessage[]> {
  const { tenantId } = view.office;
  const propertyId = String(property.list?.id);
  const place = placeOf(property);
  const day = localDay(msOf(at), place.zone);
  const end = iso(instantAt(addDays(day, 1), 0, place.zone));
  const page = await view.office.query({
    index: 'g5',
    pk: lists.oblOfProperty(tenantId, propertyId),
    // Due at 24:00 still belongs to the day that ends.
    sk: { to: dueBy(end) },
    limit: 500,
  });
  if (page.items.length === 0) return [];
  const due = page.items.map(listedOf);
  const message = listMessage(due, page.next !== undefined, place, day);
  const staff = await view.staff();
  const people = audience(staff, propertyId);
  const source = ['endOfDay', propertyId, day];
  const mails: Planned[] = people
    .filter(({ email }) => email !== undefined)
    .map(({ id }) => mailFor(tenantId, { staffId: id }, 'duty.endOfDay', source, message, now));
  const writes: Write[] = [
    {
      put: {
        ...keys.endOfDay(tenantId, propertyId, day),
        et: 'endOfDay',
        v: 1,
        rest: { at: iso(now), count: due.length, to: people.map(({ id }) => id) },
      },
      expect: 'new',
    },
    ...people.map(({ id }) =>
      inboxWrite(tenantId, id, {
        id: messageId(iso(now), id, ...source),
        at: iso(now),
        kind: 'endOfDay',
        ...message,
        critical: false,
        propertyId,
      }),
    ),
    ...mails.map(({ write }) => write),
  ];
  try {
    await view.office.commit(writes);
  } catch (error) {
    // That day's list was sent already.
    if (error instanceof Stale) return [];
    throw error;
  }
  return mails.map(({ queueMessage }) => queueMessage);
}

/** The desk, then the supervisor. */
function audience(staff: readonly Person[], propertyId: string): Person[] {
  const both = [
    ...recipients(staff, 'owner', { propertyId }),
    ...recipients(staff, 'supervisor', { propertyId }),
  ];
  return [...new Map(both.map((person) => [person.id, person])).values()].slice(0, mostPeople);
}

function listMessage(due: readonly Listed[], more: boolean, place: Place, day: Day): Message {
  const name = place.name ?? '';
  const line = (language: 'en' | 'zh') =>
    due
      .slice(0, mostLines)
      .map(({ dueAt, ruleId, title, objectId }) =>
        [localText(msOf(dueAt), place.zone), `${ruleTitle(ruleId)[language]} (${ruleId})`, title, objectId]
          .filter(Boolean)
          .join('  '),
      );
  const rest = due.length - mostLines;
  const count = `${due.length}${more ? '+' : ''}`;
  return {
    title: {
      en: `End of day ${day}, ${name}: ${count} unfinished`,
      zh: `${day} 日终清单 ${name}：未完成 ${count} 项`,
    },
    text: {
      en: [...line('en'), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
      zh: [...line('zh'), ...(rest > 0 ? [`另有 ${rest} 项`] : [])].join('\n'),
    },
  };
}
