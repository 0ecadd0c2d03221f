/**
 * Tiers of offices and their throttles (requests per second, burst) at the gateway, each a usage plan of the template. A plan
 * throttles by usage key: each office has one of its own, made when it is onboarded (`usageKeys.ts`), so that nobody's flood is
 * another's refusal. The keys are no secrets: only the authorizer can present them.
 */
export const TIERS = {
  basic: { rate: 10, burst: 20 },
  standard: { rate: 50, burst: 100 },
  premium: { rate: 200, burst: 400 },
} as const;

export type Tier = keyof typeof TIERS;

/** Name of a tier's usage plan. */
export const planName = (prefix: string, tier: Tier): string => `${prefix}-${tier}`;

/**
 * Usage key (`usageIdentifierKey` of the authorizer's answer) of an office, 20 to 128 characters for the gateway. Another tier is
 * another key, and not the same one in another plan: an office that changes its tier is at no moment without one.
 */
export const usageKey = (prefix: string, tier: Tier, tenantId: string): string =>
  `${prefix}-usage-${tier}-${tenantId}`;
