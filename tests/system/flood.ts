import { vi } from 'vitest';
import { Throttle } from '../../local/gateway/throttle.ts';
import { TIERS } from '../../shared/usage.ts';
import type { Cloud } from './harness.ts';
import { makeOffice, type TestOffice } from './office.ts';

/** A round is the time in which a basic plan lets one request more through: what an office has a right to, its fair share. */
const roundMs = 1000 / TIERS.basic.rate;

export interface Flood {
  /** Requests of the flood, by status. */
  flood: Record<number, number>;
  /** Requests of the others, by status. */
  others: Record<number, number>;
  /**
   * The longest wait of one of the others' requests: of the requests that the function begins from the moment at which the gateway
   * hands this one over, which in turn this one is. A fair share is one for each office.
   */
  longest: number;
  /** Every refusal said when to come again. */
  polite: boolean;
}

/** Offices of the basic tier. */
export async function basicOffices(cloud: Cloud, n: number): Promise<TestOffice[]> {
  const offices: TestOffice[] = [];
  for (let i = 0; i < n; i++)
    offices.push(await makeOffice(cloud, `flood-${i}`, { roles: [], tenant: { tier: 'basic' } }));
  return offices;
}

/**
 * The first office asks so many times in each round, then each other one once, of a function that does four things at a time. Time
 * stands still within a round. `plans: false` is the control: a gateway that refuses nobody.
 */
export async function flooded(
  cloud: Cloud,
  [noisy, ...quiet]: readonly TestOffice[],
  how: { rounds: number; times: number; plans: boolean },
): Promise<Flood> {
  if (!noisy) throw new Error('nobody to make a flood');
  let now = cloud.clock.now();
  const clock = vi.spyOn(cloud.clock, 'now').mockImplementation(() => now);
  const admit = how.plans ? undefined : vi.spyOn(Throttle.prototype, 'admit').mockReturnValue(true);
  const fn = cloud.functions.get('offices');
  const { invoke } = fn;
  const result: Flood = { flood: {}, others: {}, longest: 0, polite: true };
  let calls = 0;
  let done = 0;
  let measured = false;
  fn.invoke = async (event) => {
    const { tenantId } = (event as { requestContext: { authorizer: { tenantId: string } } }).requestContext
      .authorizer;
    const waiting = calls - done - fn.busy;
    if (measured && tenantId !== noisy.tenantId) result.longest = Math.max(result.longest, waiting + 1);
    calls++;
    try {
      return await invoke.call(fn, event);
    } finally {
      done++;
    }
  };
  const ask = async (office: TestOffice, into: Record<number, number>) => {
    const { status, headers } = await fetch(`${cloud.url}/v1/properties/${office.propertyId}`, {
      headers: { authorization: `Bearer ${office.apiKey}` },
    });
    into[status] = (into[status] ?? 0) + 1;
    if (status === 429 && !headers.has('retry-after')) result.polite = false;
  };
  const many = (office: TestOffice, n: number, into: Record<number, number>) =>
    Array.from({ length: n }, () => ask(office, into));
  try {
    // What a plan lets through at once has been used up, and everybody is known to the authorizer.
    await Promise.all([...many(noisy, TIERS.basic.burst, {}), ...quiet.map((office) => ask(office, {}))]);
    measured = true;
    for (let round = 0; round < how.rounds; round++) {
      now += roundMs;
      await Promise.all([
        ...many(noisy, how.times, result.flood),
        ...quiet.map((office) => ask(office, result.others)),
      ]);
    }
    return result;
  } finally {
    fn.invoke = invoke;
    admit?.mockRestore();
    clock.mockRestore();
  }
}
