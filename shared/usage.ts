/**
 * Tiers of offices and their throttles (requests per second, burst) at the gateway.
 *
 * A gateway throttles by usage key. A key for every office would have to be made through the gateway's control
 * plane at onboarding; instead each tier has a fixed number of lanes, the template makes a key for each lane,
 * and an office always drives in the same one. The keys are no secrets: only the authorizer can present them.
 */
export const TIERS = {
  basic: { rate: 10, burst: 20 },
  standard: { rate: 50, burst: 100 },
  premium: { rate: 200, burst: 400 },
} as const;

export type Tier = keyof typeof TIERS;

export const LANES = 40;

/** Usage key of one lane; the gateway asks for at least 20 characters. */
export function laneKey(prefix: string, tier: Tier, lane: number): string {
  return `${prefix}-usage-${tier}-lane-${String(lane).padStart(2, '0')}`;
}

/** Usage key (`usageIdentifierKey` of the authorizer's answer) of an office. */
export function usageKey(prefix: string, tier: Tier, tenantId: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < tenantId.length; i++) hash = Math.imul(hash ^ tenantId.charCodeAt(i), 0x01000193);
  return laneKey(prefix, tier, (hash >>> 0) % LANES);
}
