import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** Signatures we take: a token never chooses for itself (`none`, HMAC with a public key). */
const algorithms = ['RS256', 'ES256'];

/** Clocks of issuer and service may differ by this much, in seconds. */
const clockTolerance = 5;

const sets = new Map<string, Promise<JWTVerifyGetKey>>();

/** The claims of a token that this issuer made for this audience and that holds now; throws otherwise. */
export async function verified(
  token: string,
  options: { issuer: string; audience: string },
): Promise<JWTPayload> {
  const { issuer, audience } = options;
  let set = sets.get(issuer);
  if (!set) {
    set = keysOf(issuer);
    sets.set(issuer, set);
    // A failure is not remembered: the issuer may be back the next moment.
    set.catch(() => sets.delete(issuer));
  }
  const { payload } = await jwtVerify(token, await set, {
    issuer,
    audience,
    algorithms,
    clockTolerance,
    requiredClaims: ['exp'],
  });
  return payload;
}

/** The issuer's keys, where its discovery document says they are (OpenID Connect Discovery 1.0 §4), else at the usual place. */
async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  const discovered = await discover(issuer);
  return createRemoteJWKSet(new URL(discovered ?? `${issuer}/.well-known/jwks.json`), {
    timeoutDuration: 3000,
    cooldownDuration: 10_000,
  });
}

/** The place that the document names; undefined without a fit one. Throws where the issuer fails, for it may name one the next moment. */
async function discover(issuer: string): Promise<string | undefined> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(3000),
    redirect: 'manual',
  }).catch((cause: unknown) => {
    throw new Error('the issuer does not answer', { cause });
  });
  if (answer.status >= 500) throw new Error(`the issuer answers ${answer.status}`);
  if (!answer.ok) return undefined;
  const document = (await answer.json().catch(() => undefined)) as
    | { issuer?: unknown; jwks_uri?: unknown }
    | null
    | undefined;
  if (document?.issuer !== issuer || typeof document.jwks_uri !== 'string') return undefined;
  // Not to be led from https to http by a document.
  if (URL.parse(document.jwks_uri)?.protocol !== new URL(issuer).protocol) return undefined;
  return document.jwks_uri;
}
