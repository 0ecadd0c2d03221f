import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { errors } from 'jose';
import { ENV, env, optionalEnv } from '../../shared/env.ts';
import { log } from '../../shared/log.ts';
import { systemTable } from '../../shared/system.ts';
import { usageKey } from '../../shared/usage.ts';
import { type Known, personOf, programOf } from './caller.ts';
import { verified } from './token.ts';

/**
 * Who is calling, for which office, with which scopes. The answer allows the whole API, for the gateway remembers it by the
 * credential and not by the path; what a caller may do with it the routes decide by its scopes.
 * Throws `Unauthorized`, which the gateway turns into 401.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const known = await caller(event);
  // The word is the gateway's: any other error is a 500 to it.
  if (!known) throw new Error('Unauthorized');
  const { context, tier } = known;
  const prefix = optionalEnv(ENV.usageKeyPrefix);
  return {
    principalId: `${context.kind}:${context.id}`,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: wholeStage(event.methodArn) }],
    },
    context: { ...context },
    ...(prefix &&
      tier &&
      context.tenantId && { usageIdentifierKey: usageKey(prefix, tier, context.tenantId) }),
  };
}

/** What jose says when it is the issuer that failed and not the token. */
const issuerFailed = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/**
 * Tokens and keys both come in `Authorization`, and nothing else is looked at: the gateway remembers an answer by that header
 * alone, so a caller known by any other would lend their name to whoever sends the same header next.
 */
async function caller(event: APIGatewayRequestAuthorizerEvent): Promise<Known | undefined> {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization(event)?.trim() ?? '')?.[1];
  if (!bearer || bearer.length > 8192) return undefined;
  const system = systemTable({ kind: 'system', id: 'authorizer' });
  if (bearer.startsWith('hf_')) return programOf(system, bearer, Date.now());
  try {
    const claims = await verified(bearer, { issuer: env(ENV.oidcIssuer), audience: env(ENV.oidcAudience) });
    return await personOf(system, claims);
  } catch (error) {
    if (!(error instanceof errors.JOSEError) || issuerFailed.has(error.code)) throw error;
    log.info('a token was refused', { code: error.code });
    return undefined;
  }
}

/** The one header; of two nobody says which of them the gateway will remember. */
function authorization({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent): string | undefined {
  const named = ([name]: [string, unknown]) => name.toLowerCase() === 'authorization';
  const several = Object.entries(multiValueHeaders ?? {}).find(named)?.[1];
  if ((several?.length ?? 0) > 1) return undefined;
  return Object.entries(headers ?? {}).find(named)?.[1];
}

/** `arn:…:<api>/<stage>/GET/v1/tickets` -> `arn:…:<api>/<stage>/*` */
const wholeStage = (methodArn: string) => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
