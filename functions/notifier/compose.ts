import type { Role } from '../../shared/access.ts';
import { mailFor, type Planned } from '../../shared/deliveries.ts';
import type { DomainEvent } from '../../shared/history.ts';
import { at, keys } from '../../shared/keys.ts';
import { happened, type Obligation, type PlannedStep, replace } from '../../shared/obligations/index.ts';
import { kindAt, type ReminderData, wording } from '../../shared/obligations/words.ts';
import type { StepKind } from '../../shared/policy/index.ts';
import type { Write } from '../../shared/table.ts';
import { iso } from '../../shared/time/index.ts';
import { inboxWrite, messageId } from './inbox.ts';
import { gravest, type Person, type Told, told } from './people.ts';

/** What happened, by the gravest step told. */
export const eventTypes: Record<StepKind, string> = {
  remind: 'reminder.sent',
  due: 'obligation.breached',
  escalate: 'obligation.escalated',
};

/** A transaction takes 100 writes; the rest is room for the obligation itself. */
const mostWrites = 95;

export interface Setting {
  staff: readonly Person[];
  /** Roles that chose the morning digest. */
  digestRoles: readonly Role[];
  propertyName?: string | undefined;
  requestId: string;
  /** Milliseconds. */
  now: number;
}

export interface Composed {
  /** All of one transaction. */
  writes: Write[];
  mails: Planned[];
  /** How many of the groups are in it; the others need another transaction. */
  groups: number;
  obligation: Obligation;
}

/**
 * One transaction that tells groups of steps: for each group its ledger entries (claimed: they must be new), an event, a message
 * in each inbox and a mail; and the obligation moved on to its next step. As many groups as fit.
 */
export function compose(
  obligation: Obligation,
  groups: readonly PlannedStep[][],
  wakeAt: string | undefined,
  setting: Setting,
): Composed {
  const writes: Write[] = [];
  const mails: Planned[] = [];
  const sent = new Set<number>();
  let head = obligation.head;
  let taken = 0;
  for (const group of groups) {
    const people = told(group, setting.staff, obligation);
    const what = dataOf(obligation, group, setting);
    const step = happened(
      { ...obligation, head },
      eventTypes[what.kind],
      { ...what, channels: channelsOf(group), to: people.map(({ person }) => person.id) },
      { actor: { kind: 'system', id: 'notifier' }, requestId: setting.requestId, now: setting.now },
    );
    const parts = people.map((one) => tell(obligation, group, one, setting));
    const office = people.length === 0 ? [officeMail(obligation, group, setting)] : [];
    const groupMails = [...parts.flatMap((part) => part.mail ?? []), ...office];
    const groupWrites = [
      ...ledger(obligation, group, people, step.event),
      step.write,
      ...parts.flatMap((part) => part.writes),
      ...groupMails.map(({ write }) => write),
    ];
    if (taken > 0 && writes.length + groupWrites.length > mostWrites) break;
    writes.push(...groupWrites);
    mails.push(...groupMails);
    for (const { n } of group) sent.add(n);
    head = step.head;
    taken++;
  }
  const sentAt = iso(setting.now);
  const next: Obligation = {
    ...obligation,
    head,
    steps: obligation.steps.map((step) => (sent.has(step.n) ? { ...step, sentAt } : step)),
    version: obligation.version + 1,
  };
  // What did not fit is due at once.
  const wake = taken < groups.length ? sentAt : wakeAt;
  return { writes: [replace(next, wake), ...writes], mails, groups: taken, obligation: next };
}

function dataOf(obligation: Obligation, steps: readonly PlannedStep[], setting: Setting): ReminderData {
  const { id, objectId, ruleId, dueAt, zone, propertyId, title, critical } = obligation;
  return {
    obligationId: id,
    objectId,
    ruleId,
    dueAt,
    zone,
    propertyId,
    ...(setting.propertyName !== undefined && { propertyName: setting.propertyName }),
    ...(title !== undefined && { title }),
    critical: critical || steps.some((step) => step.critical),
    kind: gravest(steps),
    steps: steps.map(({ n }) => n),
    levels: [...new Set(steps.flatMap(({ to }) => to))],
  };
}

const channelsOf = (group: readonly PlannedStep[]) => [...new Set(group.flatMap(({ channels }) => channels))];

function ledger(
  { tenantId, objectId, id }: Obligation,
  group: readonly PlannedStep[],
  people: readonly Told[],
  event: DomainEvent,
): Write[] {
  return group.map((step) => ({
    put: {
      ...keys.ledger(tenantId, objectId, id, step.n),
      et: 'ledger',
      v: 1,
      rest: {
        planned: step.at,
        sentAt: event.at,
        kind: step.kind,
        event: event.id,
        to: people.filter(({ steps }) => steps.includes(step)).map(({ person }) => person.id),
      },
    },
    expect: 'new',
  }));
}

/** What one person gets: inbox and mail, or a line in the next morning's digest where that was chosen. */
function tell(
  obligation: Obligation,
  group: readonly PlannedStep[],
  { person, steps, channels }: Told,
  setting: Setting,
): { writes: Write[]; mail?: Planned } {
  const { tenantId, id, objectId, propertyId, ruleId, dueAt } = obligation;
  const data = dataOf(obligation, steps, setting);
  const moment = iso(setting.now);
  const source = [id, ...group.map(({ n }) => String(n))];
  if (!data.critical && person.roles.some((role) => setting.digestRoles.includes(role))) {
    const sort = at(moment, `${id}#${data.steps.join('.')}`);
    const entry = { ...keys.digest(tenantId, person.id, sort), et: 'digestEntry', v: 1 };
    return { writes: [{ put: { ...entry, list: { ...data, channels } }, expect: 'new' }] };
  }
  const words = wording(data, setting.now);
  const kind = kindAt(data, setting.now);
  const message = inboxWrite(tenantId, person.id, {
    id: messageId(moment, person.id, ...source),
    at: moment,
    kind,
    ...words,
    critical: data.critical,
    objectId,
    obligationId: id,
    ruleId,
    propertyId,
    dueAt,
  });
  return {
    writes: channels.includes('inbox') ? [message] : [],
    ...(channels.includes('email') &&
      person.email !== undefined && {
        mail: mailFor(tenantId, { staffId: person.id }, eventTypes[kind], source, words, setting.now),
      }),
  };
}

/** Nobody is there to be told: the office's owner login gets a mail, whatever the channels. */
function officeMail(obligation: Obligation, group: readonly PlannedStep[], setting: Setting): Planned {
  const data = dataOf(obligation, group, setting);
  const source = [obligation.id, ...group.map(({ n }) => String(n))];
  return mailFor(
    obligation.tenantId,
    {},
    eventTypes[data.kind],
    source,
    wording(data, setting.now),
    setting.now,
  );
}
