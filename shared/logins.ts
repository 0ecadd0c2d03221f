import { ENV, optionalEnv } from './env.ts';
import { log } from './log.ts';
import { Refusal, unavailable } from './problem.ts';
import { endpointOf, signedFetch } from './signed.ts';

/**
 * Makes a login for an e-mail address in the house's own user pool, which sends the invitation; does nothing if there is one, or
 * if the house has no pool (then the address is matched with what any OIDC issuer vouches for). Safe to repeat.
 * Throws `unavailable` when the pool does not answer.
 */
export async function ensureLogin(email: string): Promise<void> {
  const pool = optionalEnv(ENV.userPoolId);
  if (!pool) return;
  const { status, type } = await adminCreateUser(pool, email).catch((cause: unknown) => {
    throw unavailable(cause);
  });
  if (status === 200 || type === 'UsernameExistsException') return;
  log.warn('the user pool made no login', { status, type });
  if (type === 'InvalidParameterException') {
    throw new Refusal('unprocessable', {
      detail: {
        en: 'The identity provider takes no login of this address.',
        zh: '身份服务不接受以该邮箱登录。',
      },
    });
  }
  throw unavailable(new Error(type));
}

async function adminCreateUser(pool: string, email: string): Promise<{ status: number; type: string }> {
  const answer = await signedFetch({
    service: 'cognito-idp',
    method: 'POST',
    url: `${endpointOf({ prefix: 'cognito-idp', variable: 'COGNITO_IDENTITY_PROVIDER' })}/`,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.AdminCreateUser',
    },
    body: JSON.stringify({
      UserPoolId: pool,
      Username: email,
      // The invitation goes to this address and the first password is in it: who signs in has read it.
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
      DesiredDeliveryMediums: ['EMAIL'],
    }),
  });
  if (answer.status === 200) return { status: 200, type: '' };
  const body = (await answer.json().catch(() => ({}))) as { __type?: string };
  // `prefix#Name` in some answers.
  return { status: answer.status, type: body.__type?.split('#').at(-1) ?? 'Unknown' };
}
