import { type Message, mailFor, type Planned } from '../../shared/deliveries.ts';
import { derivedId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { dueBy, type Listed, listedOf } from '../../shared/obligations/index.ts';
import { ruleTitle } from '../../shared/obligations/words.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { Stale, type Write } from '../../shared/table.ts';
import {
  addDays,
  type Day,
  instantAt,
  iso,
  localDay,
  localText,
  msOf,
  openOf,
} from '../../shared/time/index.ts';
import { dayEndWrite } from '../obligations/store.ts';
import { inboxWrite, messageId } from './inbox.ts';
import { mostPeople, type Person, recipients } from './people.ts';
import { isActive, type OfficeView, type Place, placeOf } from './view.ts';

/** Lines of a list, told and kept; how many more there are is said below them. */
const mostLines = 40;

/**
 * DUTY-5: for each property the list of what is due today or earlier and not done (tickets, callbacks), to the desk and to the
 * supervisor. Where everything is done nobody is told, but the day is kept to be signed off as well. A day on which the office
 * does not open (TIME-9) has no list: nobody is there to read or to sign it, and the next day's has it all. Each property's list of
 * a day is claimed, kept to be signed off and sent in one transaction.
 */
export async function endOfDay(view: OfficeView, at: string, now: number): Promise<QueueMessage[]> {
  const { tenantId } = view.office;
  const { office, rules } = await view.present(undefined);
  if (!isActive(office)) return [];
  const properties = await view.office.all({ pk: keys.propertiesPk(tenantId) });
  const follow: QueueMessage[] = [];
  for (const property of properties) {
    const place = placeOf(property);
    const day = localDay(msOf(at), place.zone);
    if (property.list?.archived === true || openOf(day, rules.scheduleOf(place)) === undefined) continue;
    follow.push(...(await listOf(view, String(property.list?.id), { place, day, now })));
  }
  return follow;
}

async function listOf(
  view: OfficeView,
  propertyId: string,
  { place, day, now }: { place: Place; day: Day; now: number },
): Promise<QueueMessage[]> {
  const { tenantId } = view.office;
  const end = iso(instantAt(addDays(day, 1), 0, place.zone));
  const page = await view.office.query({
    index: 'g5',
    pk: lists.oblOfProperty(tenantId, propertyId),
    // Due at 24:00 still belongs to the day that ends.
    sk: { to: dueBy(end) },
    limit: 500,
  });
  const due = page.items.map(listedOf);
  const more = page.next !== undefined;
  const message = listMessage(due, more, place, day);
  const id = derivedId('dayEnd', propertyId, day);
  const people = due.length > 0 ? audience(await view.staff(), propertyId) : [];
  const source = ['endOfDay', propertyId, day];
  const mails: Planned[] = people
    .filter(({ email }) => email !== undefined)
    .map(({ id }) => mailFor(tenantId, { staffId: id }, 'duty.endOfDay', source, message, now));
  const writes: Write[] = [
    // Its id follows from property and day: that list is sent once.
    dayEndWrite(tenantId, {
      id,
      propertyId,
      day,
      at: iso(now),
      count: due.length,
      more,
      to: people.map(({ id }) => id),
      lines: due.slice(0, mostLines),
    }),
    ...people.map((person) =>
      inboxWrite(tenantId, person.id, {
        id: messageId(iso(now), person.id, ...source),
        at: iso(now),
        kind: 'endOfDay',
        ...message,
        critical: false,
        objectId: id,
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
      en: [
        ...line('en'),
        ...(rest > 0 ? [`and ${rest} more`] : []),
        'To be signed off by the desk, then by the supervisor (DUTY-5).',
      ].join('\n'),
      zh: [
        ...line('zh'),
        ...(rest > 0 ? [`另有 ${rest} 项`] : []),
        '请前台签字确认，再由主管签字（DUTY-5）。',
      ].join('\n'),
    },
  };
}
