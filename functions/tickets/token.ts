import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Tokens of one-time links (客户确认链接): office, ticket, 16 random bytes, and a signature over them that lets a forged one be
 * refused before anything is read. Each part has its length, so nothing has to separate them; letters, digits, `-` and `_`
 * only, which messengers leave alone.
 */

/** How long a link is good for, in days. */
export const linkDays = 7;

const form = /^([0-9A-HJKMNP-TV-Z]{26})([0-9A-HJKMNP-TV-Z]{26})([\w-]{22})([\w-]{32})$/;

const mac = (secret: string, payload: string) =>
  createHmac('sha256', secret).update(`confirmation link\n${payload}`).digest('base64url').slice(0, 32);

export function makeToken(secret: string, tenantId: string, ticketId: string, random: Buffer): string {
  const payload = `${tenantId.slice(4)}${ticketId.slice(4)}${random.toString('base64url')}`;
  return `${payload}${mac(secret, payload)}`;
}

/** Office and ticket of a token that was made here; undefined for any other text. Whether it is still good the ticket says. */
export function readToken(secret: string, token: string): { tenantId: string; ticketId: string } | undefined {
  const [, tenant, ticket, , given] = form.exec(token) ?? [];
  if (!tenant || !ticket || !given) return undefined;
  const expected = mac(secret, token.slice(0, -32));
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return undefined;
  return { tenantId: `ten_${tenant}`, ticketId: `tkt_${ticket}` };
}

/** What is kept of a token. */
export const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');
