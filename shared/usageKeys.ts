import { ENV, optionalEnv } from './env.ts';
import { log } from './log.ts';
import { unavailable } from './problem.ts';
import { endpointOf, signedFetch } from './signed.ts';
import { planName, TIERS, type Tier, usageKey } from './usage.ts';

/*
 * The gateway's control plane. The template makes plans; keys of offices are made and taken away here. It allows an account five
 * changes a second and answers 429 beyond: whoever onboards or deletes an office is asked to come again.
 */

/** Makes the usage key of an office for a tier and puts it into the tier's plan. Safe to repeat. Throws `unavailable`. */
export async function ensureUsageKey(tier: Tier, tenantId: string): Promise<void> {
  const prefix = optionalEnv(ENV.usageKeyPrefix);
  if (!prefix) return;
  const plan = await planOf(planName(prefix, tier));
  const name = usageKey(prefix, tier, tenantId);
  const made = await ask('POST', '/apikeys', { name, value: name, enabled: true });
  const keyId = made.status === 409 ? await keyOf(name) : made.body.id;
  if (keyId === undefined) throw unavailable(new Error('a usage key is and is not there'));
  // 409: it is in the plan.
  await ask('POST', `/usageplans/${plan}/keys`, { keyId, keyType: 'API_KEY' });
}

/** Takes away the usage keys of an office, of all tiers it ever had. Safe to repeat. Throws `unavailable`. */
export async function dropUsageKeys(tenantId: string): Promise<void> {
  const prefix = optionalEnv(ENV.usageKeyPrefix);
  if (!prefix) return;
  for (const tier of Object.keys(TIERS) as Tier[]) {
    const keyId = await keyOf(usageKey(prefix, tier, tenantId));
    if (keyId !== undefined) await ask('DELETE', `/apikeys/${keyId}`);
  }
}

const plans = new Map<string, string>();

/** A plan's id, which the template cannot tell functions that the plan's own stage calls. */
async function planOf(name: string): Promise<string> {
  const known = plans.get(name);
  if (known !== undefined) return known;
  const { body } = await ask('GET', '/usageplans?limit=500');
  const id = body.item?.find((plan) => plan.name === name)?.id;
  if (id === undefined) throw new Error(`there is no usage plan ${name}`);
  plans.set(name, id);
  return id;
}

async function keyOf(name: string): Promise<string | undefined> {
  const { body } = await ask('GET', `/apikeys?limit=500&name=${encodeURIComponent(name)}`);
  // The gateway finds names that begin so.
  return body.item?.find((key) => key.name === name)?.id;
}

interface Told {
  id?: string;
  item?: { id: string; name: string }[];
}

/** One request; 404 and 409 are answers. Throws `unavailable` for everything else that is no success. */
async function ask(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: Record<string, unknown>,
): Promise<{ status: number; body: Told }> {
  const answer = await signedFetch({
    service: 'apigateway',
    method,
    url: `${endpointOf({ prefix: 'apigateway', variable: 'API_GATEWAY' })}${path}`,
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw unavailable(cause);
  });
  const { status } = answer;
  const told = (await answer.json().catch(() => ({}))) as Told;
  if (answer.ok || status === 404 || status === 409) return { status, body: told };
  const type = answer.headers.get('x-amzn-errortype') ?? '';
  log.warn('the gateway changed no usage key', { status, type });
  throw unavailable(new Error(`${status} ${type}`));
}
