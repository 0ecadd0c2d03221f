import * as z from 'zod/mini';
import { id, utc } from '../fields.ts';
import type { Head } from '../history.ts';
import type { Ladder, Policy, Step } from '../policy/index.ts';
import type { Period, Reason, Schedule } from '../time/index.ts';

export const statuses = ['open', 'discharged', 'cancelled'] as const;
export type Status = (typeof statuses)[number];

/** What an obligation can be about. */
export const objectKinds = ['ticket', 'dunning'] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** A step of the ladder as planned for one obligation; `sentAt` (ISO instant) once it has been told. */
export interface PlannedStep extends Step {
  sentAt?: string;
}

/**
 * An obligation (承诺事项): what is owed, by whom, until when, under which rule and policy version, who is told when, and what
 * discharged it.
 */
export interface Obligation {
  tenantId: string;
  id: string;
  objectId: string;
  objectKind: ObjectKind;
  /** Names it among the obligations of its object, e.g. `resolve#1`. */
  key: string;
  ruleId: string;
  status: Status;
  startAt: string;
  dueAt: string;
  propertyId: string;
  /** Whose it is; the property's desk where absent. */
  ownerId?: string;
  critical: boolean;
  title?: string;
  period: Period;
  /** A name in the policy, or a ladder of its own. */
  ladder: string | Ladder;
  policyVersion: number;
  calendarVersion: string;
  zone: string;
  /** TIME-7: counted with a calendar that was not published. */
  provisional: boolean;
  /** How the due moment was reckoned. */
  reasons: Reason[];
  /** In the order of sending. */
  steps: PlannedStep[];
  /** When it was discharged or cancelled. */
  endedAt?: string;
  /** What discharged it, or why it was cancelled. */
  evidence?: Record<string, unknown>;
  /** End of its own history (reminders sent, due moments recomputed). */
  head: Head;
  version: number;
}

export interface OpenInput {
  tenantId: string;
  objectId: string;
  objectKind: ObjectKind;
  key: string;
  ruleId: string;
  policy: Policy;
  /** Of the property. */
  schedule: Schedule;
  /** ISO instant from which the period is counted. */
  startAt: string;
  /** Default: the rule's own. */
  period?: Period | undefined;
  /** ISO instant; where the rule's period is `named`, by whoever opens it. */
  dueAt?: string | undefined;
  /** A name in the policy or a ladder of its own; default: the rule's. */
  ladder?: string | Ladder | undefined;
  ownerId?: string | undefined;
  propertyId: string;
  critical?: boolean | undefined;
  /** What the object is called, for messages; no personal data. */
  title?: string | undefined;
}

/** What lists show. */
export const Listed = z.strictObject({
  id: id('obligation'),
  objectId: z.string(),
  objectKind: z.enum(objectKinds),
  ruleId: z.string(),
  dueAt: utc,
  propertyId: id('property'),
  ownerId: z.optional(id('staff')),
  status: z.enum(statuses),
  critical: z.boolean(),
  title: z.optional(z.string()),
  provisional: z.optional(z.boolean()),
});
export type Listed = z.infer<typeof Listed>;
