import { randomBytes } from 'node:crypto';

/** Standard Webhooks 1.0: `whsec_` and the base64 of 24 to 64 random bytes. */
const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A new signing secret of 32 random bytes. To be shown once and kept encrypted at rest. */
export function newWebhookSecret(random: (size: number) => Buffer = randomBytes): string {
  return PREFIX + random(32).toString('base64');
}

/** The key in a `whsec_` secret, or null when it is none. */
export function webhookKey(secret: string): Buffer | null {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (encoded === '' || !BASE64.test(encoded)) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= MIN_BYTES && key.length <= MAX_BYTES ? key : null;
}
