import type { Asked, Outcome } from '../service/client.ts';
import type { Office } from './office.ts';

/** A ticket as the people of an office last saw it. */
export interface Known {
  id: string;
  kind: string;
  status: string;
  openSteps: string[];
  escalatedTo?: string;
}

/** What people of an office know, from the answers they got; and every answer, for the model. */
export class Memory {
  readonly office: Office;
  readonly outcomes: Outcome[] = [];
  readonly tickets = new Map<string, Known>();
  readonly payments: string[] = [];
  readonly charges: string[] = [];
  readonly externalIds: Asked[] = [];
  /** When the office was suspended: perhaps from `from` to `to`, surely from `since` until `until`. */
  readonly suspensions: { from: number; since: number; until: number; to: number }[] = [];
  /** Policy versions, in the order in which they were saved. */
  readonly policies: { effectiveFrom: string; days: number; at: number }[] = [];
  /** When the next year's calendar was set, if it was. */
  calendarAt: number | undefined;

  constructor(office: Office) {
    this.office = office;
  }

  learn(outcome: Outcome): void {
    this.outcomes.push(outcome);
    const { body, status, route } = outcome;
    if (status >= 300 || !route.startsWith('POST /v1/tickets') || !Array.isArray(body?.openSteps)) return;
    const { id, kind, openSteps, escalatedTo } = body;
    this.tickets.set(id, { id, kind, status: body.status, openSteps, escalatedTo });
  }
}
