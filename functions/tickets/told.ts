import { mailFor } from '../../shared/deliveries.ts';
import type { Write } from '../../shared/table.ts';
import type { Text } from '../../shared/text.ts';
import { localText, msOf } from '../../shared/time/index.ts';
import { inboxWrite, messageId } from '../notifier/inbox.ts';
import { recipients, staffOf } from '../notifier/people.ts';
import type { Acting, Case } from './case.ts';
import type { Level } from './life.ts';
import { dueOf } from './model.ts';

/**
 * What makes a ticket somebody's matter at once, and the rule that wants them to know. Orders are given by word of mouth or on paper
 * and handovers between two who meet; whoever a case is escalated to is told by mail as well, under the type of its event.
 */
const reasons = {
  order: { ruleId: 'TICKET-6', head: { en: 'Service order', zh: '服务单' }, mail: undefined },
  handover: { ruleId: 'TICKET-2', head: { en: 'Handed over to you', zh: '移交给您' }, mail: undefined },
  escalate: {
    ruleId: 'TICKET-5',
    head: { en: 'Escalated to you', zh: '升级上报' },
    mail: 'ticket.escalated',
  },
} as const;

interface Telling {
  kind: keyof typeof reasons;
  to: readonly string[];
  /** By when they are to act; default: when the ticket is due. ISO instant. */
  dueAt?: string;
}

/**
 * The writes that tell people what has just become theirs, to go in the step's own transaction. Nobody is told what they do
 * themselves. The words of orders and reasons stay in the ticket: they may be about a person (see docs/privacy.md).
 */
export function tell(
  { actor, office: { tenantId }, now }: Acting,
  { ticket, schedule }: Pick<Case, 'ticket' | 'schedule'>,
  { kind, to, dueAt = dueOf(ticket) }: Telling,
): Write[] {
  const { ruleId, head, mail } = reasons[kind];
  const at = new Date(now).toISOString();
  const words = wording(ticket, head, dueAt && localText(msOf(dueAt), schedule.zone));
  return to
    .filter((staffId) => actor.kind !== 'staff' || actor.id !== staffId)
    .flatMap((staffId) => {
      const source = [ticket.id, kind, String(ticket.version)];
      const message = inboxWrite(tenantId, staffId, {
        id: messageId(at, staffId, ...source),
        at,
        kind,
        ...words,
        critical: ticket.handling === 'critical',
        objectId: ticket.id,
        ruleId,
        propertyId: ticket.propertyId,
        ...(dueAt !== undefined && { dueAt }),
      });
      // The next sweep finds the mail.
      return mail ? [message, mailFor(tenantId, { staffId }, mail, source, words, now).write] : [message];
    });
}

function wording(
  { id, title }: { id: string; title: string },
  head: Text,
  due: string | undefined,
): { title: Text; text: Text } {
  return {
    title: { en: `${head.en}: ${title}`, zh: `【${head.zh}】${title}` },
    text: {
      en: [...(due ? [`Due: ${due}`] : []), `Ticket: ${id}`].join('\n'),
      zh: [...(due ? [`期限：${due}`] : []), `工单：${id}`].join('\n'),
    },
  };
}

/** The writes that tell a level of the ladder that a ticket was escalated to it (TICKET-5). */
export async function tellLevel(acting: Acting, found: Case, level: Level): Promise<Write[]> {
  const staff = await staffOf(acting.office);
  const to = recipients(staff, level, found.ticket).map(({ id }) => id);
  return tell(acting, found, { kind: 'escalate', to });
}
