import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What an API key says of itself: whose it is, which one, and the secret that proves it. */
export interface KeyParts {
  tenantId: string;
  keyId: string;
  secret: string;
}

/** A key's text: `hf_<office>_<key>_<secret>`, the ids without their prefixes. */
export function keyText({ tenantId, keyId, secret }: KeyParts): string {
  return `hf_${tenantId.slice('ten_'.length)}_${keyId.slice('key_'.length)}_${secret}`;
}

/** The parts of a key's text; undefined if it cannot be one. */
export function parseKey(text: string): KeyParts | undefined {
  const match = /^hf_([0-9A-HJKMNP-TV-Z]{26})_([0-9A-HJKMNP-TV-Z]{26})_([\w-]{43})$/.exec(text);
  const [, office, key, secret] = match ?? [];
  if (!office || !key || !secret) return undefined;
  return { tenantId: `ten_${office}`, keyId: `key_${key}`, secret };
}

/** 32 random bytes: too many to guess, so a plain digest is enough to keep them by. */
export const newSecret = () => randomBytes(32).toString('base64url');

export const hashSecret = (secret: string) => createHash('sha256').update(secret).digest('base64url');

/** Whether a secret is the one of this hash; takes the same time either way. */
export function secretMatches(secret: string, hash: string): boolean {
  const given = Buffer.from(hashSecret(secret));
  const kept = Buffer.from(hash);
  return given.length === kept.length && timingSafeEqual(given, kept);
}
