import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { TIERS, type Tier, usageKey } from '../../shared/usage.ts';
import { call, functionEnvironment, type Who } from './call.ts';
import { usageGateway } from './usage.ts';

/** Offices' usage keys at the gateway: a control plane of this machine in place of AWS's. */

const { close } = await functionEnvironment();
const { handler } = await import('../../functions/tenants/handler.ts');

const { gateway, made } = await usageGateway('hf');
const reach = (endpoint: string) => {
  process.env.AWS_ENDPOINT_URL_API_GATEWAY = endpoint;
};
const down = 'http://127.0.0.1:9';

const operator: Who = { kind: 'operator', id: 'op' };
const base = '/operator/v1/tenants';
let count = 0;
const wanted = (tier: string) => {
  const slug = `usage-${++count}`;
  return { slug, name: '锦绣物业', tier, owner: { name: '李总', email: `owner@${slug}.example` } };
};
const post = (body: unknown) => call(handler as never, operator, `POST ${base}`, { body });
const ask = (route: string, id: string, more: object = {}) =>
  call(handler as never, operator, route.replace('@', base), { params: { id }, ...more });
/** The plan of an office's key for a tier, by the throttle it has. */
const planOf = (tier: Tier, id: string) => gateway.planOf(usageKey('hf', tier, id));
const keysOf = (id: string) => Object.values(made).filter(({ name }) => name.endsWith(id));

afterEach(() => {
  vi.useRealTimers();
  reach(gateway.endpoint);
});
afterAll(async () => {
  close();
  await gateway.stop();
});

describe('an office’s usage key', () => {
  it('is made with the office, in the plan of its tier, once however often it is asked for', async () => {
    const body = wanted('basic');
    const answers = await Promise.all([post(body), post(body), post(body)]);
    const id = answers.find(({ status }) => status === 201)?.body.id;
    expect((await post(body)).status).toBe(200);
    expect(planOf('basic', id)).toMatchObject(TIERS.basic);
    expect(keysOf(id)).toHaveLength(1);
  });

  it('is another office’s never: each has its own', async () => {
    const [one, other] = [await post(wanted('basic')), await post(wanted('basic'))];
    expect(keysOf(one.body.id)[0]?.value).not.toBe(keysOf(other.body.id)[0]?.value);
  });

  it('that cannot be made leaves no office behind, and is made when the request comes again', async () => {
    const body = wanted('standard');
    reach(down);
    const refused = await post(body);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    reach(gateway.endpoint);
    const { status, body: office } = await post(body);
    expect(status).toBe(201);
    expect(planOf('standard', office.id)).toMatchObject(TIERS.standard);
  });

  it('that was made and not put into its plan is put there by the next request', async () => {
    const body = wanted('standard');
    const { body: office } = await post(body);
    for (const key of keysOf(office.id)) key.plans = [];
    expect(planOf('standard', office.id)).toBeUndefined();
    expect((await post(body)).status).toBe(200);
    expect(planOf('standard', office.id)).toMatchObject(TIERS.standard);
  });

  it('for a new tier is there before the office has the tier, and the old one stays as long as it is remembered', async () => {
    const { body: office } = await post(wanted('basic'));
    reach(down);
    expect((await ask('PATCH @/{id}', office.id, { body: { tier: 'premium' } })).status).toBe(503);
    expect((await ask('GET @/{id}', office.id)).body.tier).toBe('basic');
    reach(gateway.endpoint);
    const changed = await ask('PATCH @/{id}', office.id, { body: { tier: 'premium' } });
    expect(changed.body.tier).toBe('premium');
    expect(planOf('premium', office.id)).toMatchObject(TIERS.premium);
    expect(planOf('basic', office.id)).toMatchObject(TIERS.basic);
  });

  it('is made for no office that is not there', async () => {
    const before = Object.keys(made).length;
    const nobody = 'ten_01K0000000000000000000000A';
    expect((await ask('PATCH @/{id}', nobody, { body: { tier: 'basic' } })).status).toBe(404);
    expect(Object.keys(made)).toHaveLength(before);
  });

  it('goes with the office, those of earlier tiers too; a gateway that is down is asked again', async () => {
    const body = wanted('basic');
    const { body: office } = await post(body);
    await ask('PATCH @/{id}', office.id, { body: { tier: 'standard' } });
    expect(keysOf(office.id)).toHaveLength(2);
    const remove = () => ask('DELETE @/{id}', office.id, { query: { confirm: body.slug } });
    expect((await remove()).status).toBe(202);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 4 * 60_000 });
    reach(down);
    expect((await remove()).status).toBe(503);
    reach(gateway.endpoint);
    expect((await remove()).status).toBe(204);
    expect(keysOf(office.id)).toEqual([]);
  });
});
