/** Requests per second and burst of a usage plan. */
export interface Plan {
  rate: number;
  burst: number;
}

/** Token buckets by usage key, as API Gateway's usage plans throttle; they fill in virtual time. */
export class Throttle {
  private readonly planOf: (key: string) => Plan | undefined;
  private readonly now: () => number;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** `planOf` tells the plan that a usage key is in. */
  constructor(planOf: (key: string) => Plan | undefined, now: () => number) {
    this.planOf = planOf;
    this.now = now;
  }

  /** Whether one more request with this key goes through; undefined for a key of no plan. */
  admit(key: string): boolean | undefined {
    const plan = this.planOf(key);
    if (!plan) return undefined;
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { tokens: plan.burst, at: now };
    const tokens = Math.min(plan.burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * plan.rate);
    const admitted = tokens >= 1;
    this.buckets.set(key, { tokens: admitted ? tokens - 1 : tokens, at: now });
    return admitted;
  }
}
