import { type UsageKey, UsagePlans } from '../../local/gateway/plans.ts';
import { planName, TIERS, type Tier } from '../../shared/usage.ts';

/**
 * A gateway with a usage plan for each tier, at which functions keep offices' keys from now on. Answers it with the keys that are there,
 * by id.
 */
export async function usageGateway(
  prefix: string,
): Promise<{ gateway: UsagePlans; made: Record<string, UsageKey> }> {
  const tiers = Object.keys(TIERS) as Tier[];
  const plans = tiers.map((tier) => [`p-${tier}`, { name: planName(prefix, tier), ...TIERS[tier] }] as const);
  const made: Record<string, UsageKey> = {};
  const gateway = new UsagePlans(new Map(plans), made);
  await gateway.start();
  Object.assign(process.env, {
    USAGE_KEY_PREFIX: prefix,
    AWS_ENDPOINT_URL_API_GATEWAY: gateway.endpoint,
  });
  return { gateway, made };
}
