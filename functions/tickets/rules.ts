import type { RuleId } from '../../shared/policy/index.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import type { Period } from '../../shared/time/index.ts';
import { type Change, Draft } from './draft.ts';
import { type Level, levels, type Move } from './life.ts';
import {
  type Callback,
  carrier,
  type Kept,
  type Link,
  type Order,
  type Owed,
  type Resolved,
  type Ticket,
} from './model.ts';
import { callbackRule, resolveRule, reworkRule, signatureNeeded } from './promises.ts';
import { levelZh } from './words.ts';

/** What can be asked of a ticket. What is dated and signed (`at`, `by`) is so before it gets here. */
export type Command =
  | { step: 'dispatch'; order: Order }
  | { step: 'progress'; note: string; delayReason?: string | undefined }
  /** `asked`: the customer is to be called back (CALLBACK-8). */
  | { step: 'resolve'; resolution: Resolved; asked: boolean }
  | { step: 'callback'; callback: Callback }
  | { step: 'unreached'; method: 'phone' | 'visit'; note?: string | undefined; allowed: number }
  | { step: 'decide'; decision: 'keepTrying' | 'setAside' | 'reopen'; reason: string }
  | { step: 'handover'; toStaffId: string; reason: string }
  | { step: 'escalate'; to: Level; reason: string; emergency: boolean }
  | { step: 'report'; text: string }
  | { step: 'withdraw'; reason: string }
  | { step: 'link'; duplicateOf: string }
  | { step: 'confirmationLink'; link: Link }
  | { step: 'attach'; attachment: Kept }
  | ({ step: 'service'; data: Record<string, unknown> } & ServiceStep);

/** What the order of a paid service does to the ticket that carries it (FEE-6). */
export type ServiceStep =
  | {
      move: 'goOn';
      type: 'ticket.quoted' | 'ticket.agreed' | 'ticket.executed';
      /** what is owed next in place of what was */
      next?: { ruleId: RuleId; period?: Period | undefined };
    }
  | { move: 'delivered'; resolution: Resolved }
  | { move: 'cancelled' }
  | { move: 'reclaimed'; reason: string };

/** A contact is taken: what is owed from the first moment on (TICKET-3, TICKET-4, TICKET-6, TICKET-8, TICKET-12). */
export function receive(ticket: Ticket, intake: Record<string, unknown>): Change {
  const draft = new Draft(ticket);
  draft.open('resolve', resolveRule(ticket));
  if (ticket.handling !== 'simple') draft.open('superior', `TICKET-4.${ticket.handling}`);
  const { handling, title, category, unitId, ownerId } = ticket;
  return draft.done('ticket.created', { handling, title, category, unitId, ownerId, ...intake });
}

/** Decides on a command. Pure. Throws the refusal: `wrong-state`, `forbidden`, `invalid-request`, `unprocessable`. */
export function decide(ticket: Ticket, command: Command): Change {
  const draft = new Draft(ticket);
  switch (command.step) {
    case 'dispatch':
      return dispatch(draft, command.order);
    case 'progress':
      draft.move('progress');
      return draft.done('ticket.progressed', { note: command.note, delayReason: command.delayReason });
    case 'resolve':
      return resolve(draft, command);
    case 'callback':
      return callback(draft, command.callback);
    case 'unreached':
      return unreached(draft, command);
    case 'decide':
      return decision(draft, command);
    case 'handover':
      return handover(draft, command);
    case 'escalate':
      return escalate(draft, command);
    case 'report':
      draft.move('report');
      draft.discharge('report', { text: command.text });
      return draft.done('ticket.escalationReported', { text: command.text });
    case 'withdraw':
      draft.move('withdraw');
      draft.letGo('withdrawn');
      return draft.done('ticket.withdrawn', { reason: command.reason });
    case 'link':
      return link(draft, command.duplicateOf);
    case 'confirmationLink':
      draft.move('confirmationLink');
      draft.ticket.link = command.link;
      return draft.done('ticket.linkIssued', { expiresAt: command.link.expiresAt });
    case 'attach':
      draft.move('attach');
      draft.ticket.attachments = [...ticket.attachments, command.attachment];
      return draft.done('ticket.attachmentAdded', { attachment: command.attachment });
    case 'service':
      return service(draft, command);
  }
}

/** TICKET-6: the order says who, what, by when; whoever gets it owes that, in place of an order before it. */
function dispatch(draft: Draft, order: Order): Change {
  draft.move('dispatch');
  draft.ticket.order = order;
  draft.cancel('order', 'dispatched');
  draft.open('order', 'TICKET-6.order', { dueAt: order.dueAt, ownerId: order.assigneeId });
  return draft.done('ticket.dispatched', { order });
}

function service(draft: Draft, command: Extract<Command, { step: 'service' }>): Change {
  const { data } = command;
  switch (command.move) {
    case 'goOn':
      draft.move('service.goOn');
      if (command.type === 'ticket.executed') draft.discharge('order', { step: command.type });
      if (command.next) {
        draft.discharge('resolve', { step: command.type });
        draft.open('resolve', command.next.ruleId, { period: command.next.period });
      }
      return draft.done(command.type, data);
    case 'delivered':
      draft.happened('ticket.paymentNoticeDelivered', data);
      return resolve(draft, { resolution: command.resolution, asked: true }, 'service.delivered');
    case 'cancelled':
      draft.move('service.cancelled');
      draft.letGo('withdrawn');
      return draft.done('ticket.withdrawn', data);
    case 'reclaimed':
      draft.move('service.reclaimed');
      draft.happened('ticket.warrantyClaimed', data);
      return reopen(draft, command.reason);
  }
}

/** Another ticket turned out to be the same matter as this one: this one shows it. */
export function duplicateFound(ticket: Ticket, duplicateId: string): Change {
  const draft = new Draft(ticket);
  draft.ticket.duplicates = [...ticket.duplicates, duplicateId];
  return draft.done('ticket.duplicateFound', { duplicate: duplicateId });
}

function resolve(
  draft: Draft,
  { resolution, asked }: { resolution: Resolved; asked: boolean },
  move: Move = asked ? 'resolve' : 'resolve.unasked',
): Change {
  const { ticket } = draft;
  const due = carrier(ticket);
  draft.move(move);
  ticket.resolution = resolution;
  ticket.attempts = 0;
  delete ticket.callback;
  draft.discharge('resolve', { resolvedAt: resolution.at });
  draft.discharge('order', { resolvedAt: resolution.at });
  draft.cancel('superior', 'resolved');
  draft.happened('ticket.resolved', {
    what: resolution.what,
    cause: resolution.cause,
    rework: ticket.rework,
    ...punctuality(due, resolution.at),
    callback: asked,
  });
  if (asked) {
    draft.open('callback', callbackRule(ticket));
    return draft.change();
  }
  return draft.done('ticket.unconfirmed', { why: 'notChosen' });
}

/** What was owed, and whether it was done by then. */
const punctuality = (due: Owed | undefined, at: string) => ({
  ruleId: due?.ruleId,
  dueAt: due?.dueAt,
  inTime: due === undefined || at <= due.dueAt,
});

function callback(draft: Draft, record: Callback): Change {
  const { ticket } = draft;
  byPhone(ticket, record);
  signed(ticket, record);
  const told = {
    ...record,
    signature: signatureTold(record),
    rework: ticket.rework,
    ...punctuality(carrier(ticket), record.at),
  };
  if (record.outcome === 'unsatisfied') {
    draft.move('callback.unsatisfied');
    ticket.callback = record;
    draft.dischargeCarrier({ calledBackAt: record.at, outcome: record.outcome });
    draft.happened('ticket.calledBack', told);
    return reopen(draft, record.reason);
  }
  if (signatureNeeded(ticket.kind, record.method) && !record.signature) {
    draft.move('callback.unsigned');
    ticket.callback = record;
    return draft.done('ticket.calledBack', { ...told, missing: 'signature' });
  }
  draft.move('callback.satisfied');
  ticket.callback = record;
  draft.dischargeCarrier({ calledBackAt: record.at, outcome: record.outcome });
  draft.happened('ticket.calledBack', told);
  delete ticket.link;
  return draft.done('ticket.closed', { score: record.score, rework: ticket.rework });
}

/** A typed name is personal data and stays on the ticket; the history says when it was given. */
function signatureTold({ signature }: Callback) {
  return signature && 'name' in signature ? { confirmedAt: signature.confirmedAt } : signature;
}

/** Throws unless a signature by image is an attachment of this ticket that can hold one. */
function signed(ticket: Ticket, { signature }: Callback): void {
  if (!signature || !('attachmentId' in signature)) return;
  const kept = ticket.attachments.find((attachment) => attachment.id === signature.attachmentId);
  if (!kept || !/^(image\/|application\/pdf$)/.test(kept.contentType)) {
    throw invalidField(
      '/body/signature/attachmentId',
      'not_found',
      'The ticket has no such image or PDF among its attachments.',
      '该工单的附件中没有此图片或 PDF。',
    );
  }
}

/** CALLBACK-7: after a paid service the customer is called by phone. */
function byPhone({ kind }: Ticket, { method }: Callback): void {
  if (kind !== 'service' || method === 'phone') return;
  throw invalidField(
    '/body/method',
    'by_phone',
    'After a paid service the callback is made by phone (CALLBACK-7).',
    '特约服务须通过电话回访（CALLBACK-7）。',
  );
}

function reopen(draft: Draft, reason: string | undefined): Change {
  const { ticket } = draft;
  ticket.rework += 1;
  ticket.attempts = 0;
  delete ticket.order;
  delete ticket.link;
  draft.open('resolve', reworkRule(ticket));
  return draft.done('ticket.reopened', { reason, rework: ticket.rework });
}

/** CALLBACK-6: attempts are recorded; after so many it is the supervisor's to decide. */
function unreached(draft: Draft, { method, note, allowed }: Extract<Command, { step: 'unreached' }>): Change {
  const { ticket } = draft;
  draft.move('callback.unreached');
  ticket.attempts += 1;
  const exhausted = ticket.attempts >= allowed;
  if (exhausted) {
    draft.cancelCarrier('unreached');
    draft.open('decide', 'CALLBACK-6');
  }
  return draft.done('ticket.calledBack', {
    outcome: 'unreached',
    method,
    note,
    attempt: ticket.attempts,
    exhausted,
  });
}

function decision(draft: Draft, { decision, reason }: Extract<Command, { step: 'decide' }>): Change {
  const { ticket } = draft;
  draft.move(`decide.${decision}`);
  draft.discharge('decide', { decision });
  draft.happened('ticket.callbackDecided', { decision, reason, attempts: ticket.attempts });
  if (decision === 'reopen') return reopen(draft, reason);
  if (decision === 'setAside') return draft.done('ticket.unconfirmed', { why: 'unreached', reason });
  ticket.attempts = 0;
  draft.open('callback', callbackRule(ticket));
  return draft.change();
}

/** TICKET-2: whoever has it owns it until it is handed over on record. */
function handover(draft: Draft, { toStaffId, reason }: Extract<Command, { step: 'handover' }>): Change {
  const { ticket } = draft;
  const from = ticket.ownerId;
  draft.move('handover');
  if (from === toStaffId) {
    throw new Refusal('conflict', {
      detail: { en: 'The ticket is that person\u2019s already.', zh: '该工单已由此人负责。' },
    });
  }
  ticket.ownerId = toStaffId;
  return draft.done('ticket.handedOver', { from, to: toStaffId, reason });
}

/** TICKET-5: step by step; a step is skipped only in an emergency, which is then reported afterwards. */
function escalate(draft: Draft, command: Extract<Command, { step: 'escalate' }>): Change {
  const { ticket } = draft;
  draft.move('escalate');
  const from = ticket.escalatedTo;
  const rung = from ? levels.indexOf(from) + 1 : 0;
  const skips = levels.indexOf(command.to) - rung;
  if (skips < 0 || (skips > 0 && !command.emergency)) {
    const next = levels[rung] as Level;
    throw new Refusal('unprocessable', {
      detail: {
        en: `Next is the ${next}; a step is skipped only in an emergency (TICKET-5).`,
        zh: `下一级为${levelZh(next)}；仅紧急情况可越级（TICKET-5）。`,
      },
      extra: { next },
    });
  }
  ticket.escalatedTo = command.to;
  draft.discharge('superior', { escalatedTo: command.to });
  // With three levels this happens once in a ticket's life.
  if (skips > 0) draft.open('report', 'TICKET-5');
  const { to, reason, emergency } = command;
  return draft.done('ticket.escalated', { from, to, reason, emergency, skipped: skips });
}

function link(draft: Draft, duplicateOf: string): Change {
  const { ticket } = draft;
  draft.move('link');
  if (duplicateOf === ticket.id) {
    throw invalidField(
      '/body/duplicateOf',
      'same',
      'A ticket is no duplicate of itself.',
      '工单不能与自身重复。',
    );
  }
  ticket.duplicateOf = duplicateOf;
  draft.letGo('duplicate');
  return draft.done('ticket.linked', { duplicateOf });
}
