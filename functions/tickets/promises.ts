import { createHmac } from 'node:crypto';
import type { RuleId } from '../../shared/policy/index.ts';
import type { Grade, Kind } from './life.ts';

/** Which rule a ticket's deadline comes from. */

type Sort = { kind: Kind; grade?: Grade | undefined; urgent: boolean };

/** The rule by which it is to be resolved at first. */
export function resolveRule({ kind, grade, urgent }: Sort): RuleId {
  switch (kind) {
    case 'complaint':
      return grade === 'major' ? 'TICKET-3.major' : 'TICKET-3.general';
    case 'repair':
      return urgent ? 'TICKET-6.urgent' : 'TICKET-6.normal';
    case 'enquiry':
      return 'TICKET-8';
    case 'suggestion':
      return 'TICKET-12';
    case 'service':
      return 'FEE-6.offer';
  }
}

/** The rule by which it is to be done again when the customer was not satisfied (CALLBACK-5). */
export function reworkRule({ kind, grade, urgent }: Sort): RuleId {
  if (kind === 'complaint') return grade === 'major' ? 'CALLBACK-5.major' : 'CALLBACK-5.general';
  return kind === 'repair' && urgent ? 'CALLBACK-5.urgent' : 'CALLBACK-5.other';
}

/** The rule by which the customer is called back once it is resolved. */
export function callbackRule({ kind, grade }: Sort): RuleId {
  if (kind === 'service') return 'CALLBACK-7';
  if (kind !== 'complaint') return 'CALLBACK-4';
  return grade === 'major' ? 'CALLBACK-1' : 'CALLBACK-2';
}

/**
 * CALLBACK-8: whether this repair is among the `sharePercent` of a hundred that are called back. Keyed, so that nobody in the
 * office can tell beforehand; the same answer however often it is asked about one round of one ticket.
 */
export function drawn(secret: string, ticketId: string, round: number, sharePercent: number): boolean {
  const digest = createHmac('sha256', secret).update(`callback\n${ticketId}\n${round}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < sharePercent / 100;
}

/**
 * Whether only a signature lets a satisfied callback close the ticket (CALLBACK-3): always after a complaint, and after
 * anything where somebody stood before the customer. On the phone a repair's customer cannot sign.
 */
export const signatureNeeded = (kind: Kind, method: 'phone' | 'visit' | 'link'): boolean =>
  kind === 'complaint' || method !== 'phone';
