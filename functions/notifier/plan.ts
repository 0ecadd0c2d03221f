import { type Obligation, type PlannedStep, pending } from '../../shared/obligations/index.ts';
import type { QuietHours } from '../../shared/policy/index.ts';
import { iso, lastOpen, nextOpen, type Schedule } from '../../shared/time/index.ts';

/**
 * So long after closing still counts as within hours, in milliseconds: what is planned for the closing minute ("due at close") is
 * found by a sweep a little later, and what came before it must not be left behind.
 */
export const graceMs = 15 * 60_000;

/** Steps told with one message; a merged backlog longer than this becomes two. */
const mostMerged = 20;

export interface Outlook {
  /** What is to be told now: one message for each group, in order. */
  groups: PlannedStep[][];
  /** When to look again (ISO instant); undefined when nothing is left to tell after the groups. */
  wakeAt: string | undefined;
}

/**
 * What is to be told about an obligation at a moment.
 *
 * - Steps due by then, in the order of the plan. After an outage several are due at once: a step whose ladder says `merge` goes
 *   out in one message with what follows it.
 * - Quiet hours are looked at again: what comes late, after an outage that ends at night, waits for the next opening, unless it
 *   is critical.
 * - Nothing about an obligation that is not open.
 */
export function outlook(
  obligation: Obligation,
  now: number,
  { schedule, quietHours }: { schedule: Schedule; quietHours: QuietHours },
): Outlook {
  if (obligation.status !== 'open') return { groups: [], wakeAt: undefined };
  const closed = quietHours.respect && now - (lastOpen(now, schedule) ?? 0) > graceMs;
  const groups: PlannedStep[][] = [];
  let group: PlannedStep[] = [];
  let wake = Number.POSITIVE_INFINITY;
  for (const step of pending(obligation)) {
    const at = Date.parse(step.at);
    if (at > now) {
      wake = Math.min(wake, at);
      continue;
    }
    const waits = closed && !(step.critical && quietHours.exceptCritical);
    if (waits) {
      wake = Math.min(wake, nextOpen(now, schedule));
      continue;
    }
    group.push(step);
    if (!step.merge || group.length === mostMerged) {
      groups.push(group);
      group = [];
    }
  }
  if (group.length > 0) groups.push(group);
  return { groups, wakeAt: wake === Number.POSITIVE_INFINITY ? undefined : iso(wake) };
}
