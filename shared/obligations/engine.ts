import { type DomainEvent, noHistory } from '../history.ts';
import { derivedId } from '../ids.ts';
import { type Ladder, type Policy, planLadder } from '../policy/index.ts';
import type { Write } from '../table.ts';
import { deadline, iso, namedDeadline, type Schedule } from '../time/index.ts';
import { happened, itemOf, replace } from './item.ts';
import type { Obligation, OpenInput, PlannedStep } from './types.ts';

/*
 * The life of an obligation. All pure: instants go in as milliseconds (`now`) or ISO text, writes come out, to be committed in
 * the transaction of the change that caused them.
 */

/** The id of an object's obligation, known before it is read. */
export const obligationId = (objectId: string, key: string) => derivedId('obligation', objectId, key);

/**
 * Opens an obligation: reckons when it is due and plans who is told when. Without `period` and `ladder` the rule's own count.
 * The write expects that the obligation is not there. Throws for a rule or ladder that the policy does not have.
 */
export function open(input: OpenInput, now: number): { obligation: Obligation; write: Write } {
  const { policy, schedule, ruleId } = input;
  const rule = Object.hasOwn(policy.rules, ruleId)
    ? policy.rules[ruleId as keyof Policy['rules']]
    : undefined;
  const period = input.period ?? rule?.period;
  const ladder = input.ladder ?? rule?.ladder;
  if (period === undefined || ladder === undefined) throw new Error(`the policy has no rule ${ruleId}`);
  const critical = input.critical ?? false;
  const startAt = iso(Date.parse(input.startAt));
  const due =
    input.dueAt === undefined
      ? deadline({ ...schedule, start: startAt, period })
      : namedDeadline(input.dueAt, schedule);
  const obligation: Obligation = {
    tenantId: input.tenantId,
    id: obligationId(input.objectId, input.key),
    objectId: input.objectId,
    objectKind: input.objectKind,
    key: input.key,
    ruleId,
    status: 'open',
    startAt,
    dueAt: due.dueAt,
    propertyId: input.propertyId,
    ...(input.ownerId !== undefined && { ownerId: input.ownerId }),
    critical,
    ...(input.title !== undefined && { title: input.title }),
    period,
    ladder,
    policyVersion: policy.version,
    calendarVersion: due.calendarVersion,
    zone: due.zone,
    provisional: due.provisional,
    reasons: due.steps,
    // Recorded late, it is not reminded of what should have been said before; that it is due, and to whom it climbs, is told.
    steps: plan({ ladder, dueAt: due.dueAt, openedAt: startAt, critical }, policy, schedule).filter(
      (step) => step.kind !== 'remind' || Date.parse(step.at) >= now,
    ),
    head: noHistory,
    version: 1,
  };
  return { obligation, write: { put: itemOf(obligation), expect: 'new' } };
}

function plan(
  input: { ladder: string | Ladder; dueAt: string; openedAt: string; critical: boolean },
  policy: Policy,
  schedule: Schedule,
): PlannedStep[] {
  const { ladder: named, ...rest } = input;
  const ladder = typeof named === 'string' ? policy.ladders[named] : named;
  if (!ladder) throw new Error(`the policy has no ladder ${String(named)}`);
  return planLadder({ ...schedule, ...rest, ladder, quietHours: policy.quietHours });
}

/** What was owed is done; `evidence` says by what (an event, a callback). No message about it is sent any more. */
export const discharge = (stored: Obligation, evidence: Record<string, unknown>, now: number): Write =>
  end(stored, 'discharged', evidence, now);

/** It is owed no longer (withdrawn, linked to another). */
export const cancel = (stored: Obligation, reason: string, now: number): Write =>
  end(stored, 'cancelled', { reason }, now);

function end(
  stored: Obligation,
  status: 'discharged' | 'cancelled',
  evidence: Record<string, unknown>,
  now: number,
): Write {
  return replace(changed(stored, { status, evidence, endedAt: iso(now) }));
}

/** Somebody else owes it now; `undefined` is the property's desk. Due moment and ladder stay. */
export function reassign(stored: Obligation, ownerId: string | undefined, _now: number): Write {
  return replace(changed(stored, { ownerId } as Pick<Obligation, 'ownerId'>));
}

/**
 * TIME-7: counts a provisional obligation again when the calendar has arrived. Undefined where nothing changes. Steps already
 * told stay told; the event records the old and the new due moment. `policy` is the one of the obligation's version.
 */
export function recompute(
  stored: Obligation,
  policy: Policy,
  schedule: Schedule,
  now: number,
  requestId = 'recompute',
): { obligation: Obligation; event: DomainEvent; writes: Write[] } | undefined {
  if (stored.status !== 'open' || !stored.provisional) return undefined;
  const due = deadline({ ...schedule, start: stored.startAt, period: stored.period });
  if (due.calendarVersion === stored.calendarVersion) return undefined;
  const { ladder, critical, startAt } = stored;
  const sent = new Map(stored.steps.map((step) => [step.n, step.sentAt]));
  const steps = plan({ ladder, dueAt: due.dueAt, openedAt: startAt, critical }, policy, schedule)
    .map((step): PlannedStep => {
      const sentAt = sent.get(step.n);
      return sentAt === undefined ? step : { ...step, sentAt };
    })
    // What the new plan would have said in the past, and the old one did not, is not said any more.
    .filter((step) => sent.has(step.n) || Date.parse(step.at) >= now);
  const { event, write, head } = happened(
    stored,
    'obligation.recomputed',
    {
      objectId: stored.objectId,
      ruleId: stored.ruleId,
      oldDueAt: stored.dueAt,
      newDueAt: due.dueAt,
      oldCalendarVersion: stored.calendarVersion,
      newCalendarVersion: due.calendarVersion,
      provisional: due.provisional,
    },
    { actor: { kind: 'system', id: 'recompute' }, requestId, now },
  );
  const obligation = changed(stored, {
    dueAt: due.dueAt,
    provisional: due.provisional,
    calendarVersion: due.calendarVersion,
    zone: due.zone,
    reasons: due.steps,
    steps,
    head,
  });
  return { obligation, event, writes: [replace(obligation), write] };
}

const changed = (stored: Obligation, change: Partial<Obligation>): Obligation => ({
  ...stored,
  ...change,
  version: stored.version + 1,
});
