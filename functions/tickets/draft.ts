import type { RuleId } from '../../shared/policy/index.ts';
import { Refusal } from '../../shared/problem.ts';
import type { Period } from '../../shared/time/index.ts';
import { type Move, type Status, type Step, stepOf, steps, transitions } from './life.ts';
import { carrier, type Owed, type Ticket, type What, whatOf } from './model.ts';
import { statusZh, stepZh } from './words.ts';

/** What happened, without who and when. */
export interface Happening {
  type: TicketEventType;
  data: Record<string, unknown>;
}

export interface Opening {
  key: string;
  ruleId: RuleId;
  /** Default: the rule's own. */
  period?: Period | undefined;
  /** of a service order: by when it is to be done, and who owes it (else whoever the ticket belongs to) */
  dueAt?: string;
  ownerId?: string;
}

/** An obligation that ends: done, with its evidence, or no longer owed, with the reason. */
export type Ending = { key: string } & ({ evidence: Record<string, unknown> } | { reason: string });

/** A decision: the ticket after it, what happened, what is owed from now on and what no longer. */
export interface Change {
  /** Its `obligations` are those that stay; `settle` adds the opened ones once they are reckoned. */
  ticket: Ticket;
  events: Happening[];
  opens: Opening[];
  ends: Ending[];
}

/**
 * What happens to tickets. The data begin with `kind`, `grade`, `urgent` and `propertyId` of the ticket; `owed` names the
 * obligations that the last event of a step opened.
 */
export type TicketEventType =
  | 'ticket.created'
  | 'ticket.dispatched'
  | 'ticket.progressed'
  | 'ticket.resolved'
  | 'ticket.calledBack'
  | 'ticket.callbackDecided'
  | 'ticket.closed'
  | 'ticket.reopened'
  | 'ticket.unconfirmed'
  | 'ticket.handedOver'
  | 'ticket.escalated'
  | 'ticket.escalationReported'
  | 'ticket.withdrawn'
  | 'ticket.linked'
  | 'ticket.duplicateFound'
  | 'ticket.linkIssued'
  | 'ticket.attachmentAdded'
  | 'ticket.quoted'
  | 'ticket.agreed'
  | 'ticket.executed'
  | 'ticket.paymentNoticeDelivered'
  | 'ticket.warrantyClaimed';

/** Attachments one ticket may have. */
export const maxAttachments = 20;

/** The steps open now: those the table leads on from here, as far as the ticket's own circumstances allow. */
export function openSteps(ticket: Ticket): Step[] {
  const possible = new Set(
    (Object.keys(transitions[ticket.status]) as Move[]).filter((move) => allowed(ticket, move)).map(stepOf),
  );
  return steps.filter((step) => possible.has(step));
}

/** Circumstances beyond the state. */
function allowed(ticket: Ticket, move: Move): boolean {
  const deciding = owes(ticket, 'decide') !== undefined;
  switch (move) {
    case 'callback.unreached':
      return !deciding;
    case 'decide.keepTrying':
    case 'decide.setAside':
    case 'decide.reopen':
      return deciding;
    case 'escalate':
      return ticket.escalatedTo !== 'manager';
    case 'report':
      return owes(ticket, 'report') !== undefined;
    case 'attach':
      return ticket.attachments.length < maxAttachments;
    // A paid service goes on through its order; what has to be done again is a matter of the ticket alone.
    case 'resolve':
    case 'resolve.unasked':
      return ticket.kind !== 'service' || ticket.rework > 0;
    case 'withdraw':
    case 'link':
    case 'confirmationLink':
      return ticket.kind !== 'service';
    case 'service.goOn':
    case 'service.delivered':
    case 'service.cancelled':
      return ticket.kind === 'service' && ticket.rework === 0;
    case 'service.reclaimed':
      return ticket.kind === 'service';
    default:
      return true;
  }
}

/** Throws `wrong-state`, naming the steps that are open. */
function refuse(ticket: Ticket): never {
  const open = openSteps(ticket);
  // No step of a ticket has that name: whoever reads it has to know where to go on.
  const order = `/v1/service-orders/${ticket.id}`;
  const where = open.includes('service')
    ? { en: ` For service see its order, ${order}.`, zh: `service 见其特约服务单 ${order}。` }
    : { en: '', zh: '' };
  throw new Refusal('wrong-state', {
    detail: {
      en: `The ticket is ${ticket.status}. Open now: ${open.join(', ') || 'nothing'}.${where.en}`,
      zh: `工单当前状态为${statusZh(ticket.status)}。可用步骤：${open.map(stepZh).join('、') || '无'}。${where.zh}`,
    },
    extra: { openSteps: open },
  });
}

/** Throws `wrong-state` unless the step is open. */
export function mustBeOpen(ticket: Ticket, step: Step): void {
  if (!openSteps(ticket).includes(step)) refuse(ticket);
}

export const owes = (ticket: Ticket, what: What): Owed | undefined =>
  ticket.obligations.find((owed) => whatOf(owed) === what);

/** A change while it is being decided. */
export class Draft {
  readonly ticket: Ticket;
  private readonly events: Happening[] = [];
  private readonly opens: Opening[] = [];
  private readonly ends: Ending[] = [];

  constructor(ticket: Ticket) {
    this.ticket = { ...ticket };
  }

  /** Makes the move, if the table has it from here. */
  move(move: Move): void {
    const to: Status | undefined = transitions[this.ticket.status][move];
    if (to === undefined || !allowed(this.ticket, move)) refuse(this.ticket);
    this.ticket.status = to;
  }

  open(what: What, ruleId: RuleId, own: Omit<Opening, 'key' | 'ruleId'> = {}): void {
    this.ticket.opened += 1;
    this.opens.push({ key: `${what}#${this.ticket.opened}`, ruleId, ...own });
  }

  discharge(what: What, evidence: Record<string, unknown>): void {
    for (const owed of this.taken((one) => whatOf(one) === what)) this.ends.push({ key: owed.key, evidence });
  }

  /** What carries the ticket on, whichever it is: a customer may speak while the supervisor still decides. */
  dischargeCarrier(evidence: Record<string, unknown>): void {
    const owed = carrier(this.ticket);
    if (owed) this.discharge(whatOf(owed), evidence);
  }

  cancel(what: What, reason: string): void {
    for (const owed of this.taken((one) => whatOf(one) === what)) this.ends.push({ key: owed.key, reason });
  }

  cancelCarrier(reason: string): void {
    const owed = carrier(this.ticket);
    if (owed) this.cancel(whatOf(owed), reason);
  }

  /** Nothing of it is owed any more but the report of a skipped step (TICKET-5). */
  letGo(reason: string): void {
    for (const owed of this.taken((one) => whatOf(one) !== 'report'))
      this.ends.push({ key: owed.key, reason });
  }

  happened(type: TicketEventType, data: Record<string, unknown>): void {
    this.events.push({ type, data });
  }

  change(): Change {
    return { ticket: this.ticket, events: this.events, opens: this.opens, ends: this.ends };
  }

  done(type: TicketEventType, data: Record<string, unknown>): Change {
    this.happened(type, data);
    return this.change();
  }

  private taken(which: (owed: Owed) => boolean): Owed[] {
    const taken = this.ticket.obligations.filter(which);
    this.ticket.obligations = this.ticket.obligations.filter((owed) => !which(owed));
    return taken;
  }
}

/** The ticket with the opened obligations, now that it is known when they are due. */
export function settle(change: Change, dueAt: (opening: Opening) => string): Ticket {
  const opened = change.opens.map((opening): Owed => {
    const { key, ruleId } = opening;
    return { key, ruleId, dueAt: dueAt(opening) };
  });
  return { ...change.ticket, obligations: [...change.ticket.obligations, ...opened] };
}
