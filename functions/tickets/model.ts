import type { Head } from '../../shared/history.ts';
import type { RuleId } from '../../shared/policy/index.ts';
import {
  type Answer,
  type Cause,
  type Channel,
  type Given,
  type Grade,
  type Handling,
  isOpen,
  type Kind,
  type Level,
  type Status,
} from './life.ts';

/** An open obligation of a ticket; its id follows from ticket and key. */
export interface Owed {
  /** `<what>#<number>`, unique within the ticket: `resolve#1`, `callback#2` … */
  key: string;
  ruleId: RuleId;
  /** ISO instant */
  dueAt: string;
}

export interface Order {
  assigneeId: string;
  what: string;
  dueAt: string;
  given: Given;
  at: string;
  by: string;
}

export interface Resolved {
  what: string;
  cause?: Cause | undefined;
  at: string;
  by: string;
}

export type Signature = { attachmentId: string } | { name: string; confirmedAt: string };

/** A callback in which the customer was reached (CALLBACK-3). */
export interface Callback {
  outcome: 'satisfied' | 'unsatisfied';
  method: 'phone' | 'visit' | 'link';
  attitude: Answer;
  quality: Answer;
  charged: boolean;
  cashTaken: boolean;
  solved: boolean;
  score: number;
  note?: string | undefined;
  reason?: string | undefined;
  signature?: Signature | undefined;
  at: string;
  by: string;
}

export interface Kept {
  id: string;
  name: string;
  contentType: string;
  size: number;
  at: string;
}

/** Who spoke. Personal data: kept on the ticket, never in its history, which reaches webhooks. */
export interface Reporter {
  name?: string | undefined;
  phone?: string | undefined;
  customerId?: string | undefined;
}

/** What was said when the ticket was taken and never changes (TICKET-1); kept in the ticket's first event. */
export interface Intake {
  channel: Channel;
  place?: string | undefined;
  description?: string | undefined;
  occurredAt?: string | undefined;
  receivedAt?: string | undefined;
  externalId?: string | undefined;
  recordedBy: string;
}

/** The one-time link in force: only a hash of its token is kept. */
export interface Link {
  hash: string;
  expiresAt: string;
}

/** A ticket (工单) as far as it changes; what was said when it was taken is in its first event, see `Intake`. */
export interface Ticket {
  id: string;
  version: number;
  kind: Kind;
  grade?: Grade;
  handling: Handling;
  urgent: boolean;
  status: Status;
  propertyId: string;
  unitId?: string;
  ownerId?: string;
  category?: string;
  title: string;
  createdAt: string;
  reporter?: Reporter;
  /** How often the customer was not satisfied (TICKET-11, CALLBACK-5). */
  rework: number;
  /** Attempts to reach the customer since it was resolved last, or since the supervisor decided (CALLBACK-6). */
  attempts: number;
  /** How many obligations were opened so far; the next one's number. */
  opened: number;
  escalatedTo?: Level;
  obligations: Owed[];
  order?: Order;
  resolution?: Resolved;
  callback?: Callback;
  duplicateOf?: string;
  duplicates: string[];
  attachments: Kept[];
  link?: Link;
  head: Head;
}

/** What an obligation is about, from its key. */
export type What = 'resolve' | 'callback' | 'decide' | 'superior' | 'report' | 'order';
export const whatOf = (owed: { key: string }): What => owed.key.split('#')[0] as What;

/** The obligation that carries the ticket on: an open ticket has exactly one. */
export const carrier = (ticket: Ticket): Owed | undefined =>
  ticket.obligations.find((owed) => ['resolve', 'callback', 'decide'].includes(whatOf(owed)));

/** When the ticket is due; undefined once nothing is to be done. */
export const dueOf = (ticket: Ticket): string | undefined =>
  isOpen(ticket.status) ? carrier(ticket)?.dueAt : undefined;
